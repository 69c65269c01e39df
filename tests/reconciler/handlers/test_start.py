"""When garbage is collected in a process of a function, and in any other."""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.hanging import World, messages, world
from tests.support.tracked import ROOT
from tests.support.values import CLUSTER

EVENTS = {"observe": messages([CLUSTER]), "assess": {"Records": []}, "sweep": {}, "watch": {}}
SHOWN = "import gc; from reconciler.handlers import observe; print(gc.isenabled())"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world(monkeypatch) as found:
        found.hang()
        yield found
    gc.enable()
    gc.unfreeze()


@pytest.mark.parametrize(
    ("place", "collecting"), [({}, "True"), ({"AWS_LAMBDA_FUNCTION_NAME": "f"}, "False")]
)
def test_only_a_start_on_lambda_leaves_garbage(place: dict[str, str], collecting: str) -> None:
    """On Lambda nothing is collected while a function is imported; elsewhere an import changes nothing."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "functions"), **place}
    answer = subprocess.run(
        [sys.executable, "-c", SHOWN], env=environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == [collecting]


@pytest.mark.parametrize("function", EVENTS)
def test_the_first_run_ends_the_start(function: str, aws: World) -> None:
    """From its first run on a function collects garbage, and looks no more through what the start made."""
    gc.disable()
    aws.run(function, EVENTS[function])
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
