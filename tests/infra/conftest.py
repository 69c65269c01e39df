"""Each stack is synthesised once a session: that is what takes the time."""

import os
import sys
from pathlib import Path

import pytest

# Before the CDK is imported, which starts Node.js. Docker must never be needed.
os.environ.setdefault("JSII_NODE", str(Path(sys.executable).with_name("node")))
os.environ["CDK_DOCKER"] = "/nonexistent"

# isort: split
from task_ledger_cdk.synth import build
from tests.infra.contexts import ADOPTED, EVERYTHING, OWN_KEY
from tests.infra.synthesised import FLAGS, FOR_TESTS, Synthesised


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """What deploys when nothing is chosen."""
    return synthesised(tmp_path_factory.mktemp("default"))


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """What deploys when everything is chosen otherwise."""
    return synthesised(tmp_path_factory.mktemp("other"), **EVERYTHING)


@pytest.fixture(scope="session")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """What deploys with a key of the deployer's own."""
    return synthesised(tmp_path_factory.mktemp("keyed"), **OWN_KEY)


@pytest.fixture(scope="session")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """What deploys on a table that is there already."""
    return synthesised(tmp_path_factory.mktemp("adopted"), **ADOPTED)


def synthesised(folder: Path, **context: str) -> Synthesised:
    build({**FLAGS, **FOR_TESTS, **context}, folder).synth()
    return Synthesised(folder, context.get("stackName", "TaskLedger"))
