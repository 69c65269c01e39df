"""Nobody need be at the other end of a standard stream: the exit code stays, and no traceback comes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.process import COMMAND, environment, start
from tests.support.running import lines, write
from tests.support.values import envelope

FULL = Path("/dev/full")
NO_SPACE = "Error: cannot write to standard output: No space left on device.\n"
REPLAY = ("replay", "--ledger", "memory")


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("events")
    return {
        "GOOD": write(folder / "good.json", lines([envelope(1)])),
        "BAD": write(folder / "bad.json", lines([{}])),
    }


@contextmanager
def gone() -> Iterator[int]:
    """A pipe whose reader has left."""
    read, written = os.pipe()
    os.close(read)
    yield written
    os.close(written)


@contextmanager
def full() -> Iterator[int]:
    """A disk without room."""
    if not FULL.exists():
        pytest.skip("this system has no /dev/full")
    device = os.open(FULL, os.O_WRONLY)
    yield device
    os.close(device)


@pytest.mark.parametrize(
    ("arguments", "stream", "end", "ended"),
    [
        ((*REPLAY, "GOOD"), "stdout", gone, (0, "")),
        ((*REPLAY, "BAD"), "stdout", gone, (1, "")),
        ((*REPLAY, "--json", "GOOD", "BAD"), "stdout", gone, (1, "")),
        (("--help",), "stdout", gone, (0, "")),
        (("--version",), "stdout", gone, (0, "")),
        (("tasks", "--help"), "stdout", gone, (0, "")),
        ((*REPLAY, "GOOD"), "stdout", full, (2, NO_SPACE)),
        ((*REPLAY, "--json", "BAD"), "stdout", full, (2, NO_SPACE)),
        (("--help",), "stdout", full, (2, NO_SPACE)),
        (("replya",), "stderr", gone, (2, None)),
        (("replya",), "stderr", full, (2, None)),
    ],
)
def test_a_stream_that_takes_nothing(
    events: dict[str, Path], arguments: tuple[str, ...], stream: str, end: Any, ended: tuple[int, str | None]
) -> None:
    """A reader that left changes nothing; standard output that cannot be written is an error of its own."""
    with end() as there, start(*[events.get(each, each) for each in arguments], **{stream: there}) as ran:
        assert ran.stdin
        ran.stdin.close()
        errors = ran.stderr.read() if ran.stderr else None
    assert (ran.returncode, errors) == ended


@pytest.mark.parametrize(
    ("arguments", "closed", "code", "said"),
    [
        ((*REPLAY, "BAD"), ">&-", 1, ""),
        (("--help",), ">&- 2>&- <&-", 0, ""),
        (("replya",), "2>&-", 2, ""),
        ((*REPLAY, "-"), "<&-", 2, "stdin is empty"),
    ],
)
def test_a_stream_that_is_closed(
    events: dict[str, Path], arguments: tuple[str, ...], closed: str, code: int, said: str
) -> None:
    """A stream that was closed from the start is one that nobody reads, or one without content."""
    command = [*COMMAND, *(str(events.get(each, each)) for each in arguments)]
    shell = ["sh", "-c", f'"$@" {closed}', "sh", *command]
    ran = subprocess.run(shell, env=environment(), capture_output=True, text=True, check=False)
    assert ran.returncode == code
    assert said in ran.stderr
    assert ran.stderr.count("\n") <= 1
