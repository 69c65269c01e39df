"""`replay --policy` says what the policy changes of the messages, against the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.running import lines, replay, taskledger, write
from tests.support.values import envelope, task_arn

if TYPE_CHECKING:
    from pathlib import Path

QUIET = '[[severity]]\ncluster = "shop"\nkind = "ESSENTIAL_CONTAINER_FAILED"\nseverity = "low"\n'
SAME = "[alerts]\nmax_messages_per_hour = 30\n"


def failed(number: int) -> dict[str, object]:
    """A task that ended with 1."""
    app = {"name": "app", "lastStatus": "STOPPED", "exitCode": 1}
    return envelope(
        6,
        taskArn=task_arn(number),
        lastStatus="STOPPED",
        desiredStatus="STOPPED",
        stopCode="EssentialContainerExited",
        stoppedReason="Essential container in task exited",
        containers=[app],
    )


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    return write(tmp_path / "week.jsonl", lines([failed(1), failed(2)]))


def test_what_it_changes(capture: Path, tmp_path: Path) -> None:
    """By incident, and in all; the totals are those of two replays."""
    policy = write(tmp_path / "policy.toml", QUIET)
    default, judged = replay(capture).document, replay("--policy", policy, capture).document
    found = judged["comparison"]
    assert default["comparison"] is None
    assert found["messages"] == {
        "default": len(default["notifications"]),
        "policy": len(judged["notifications"]),
    }
    sent = {one["incidentId"]: (one["default"], one["policy"]) for one in found["incidents"]}
    (changed,) = (one["incidentId"] for one in default["incidents"])
    assert sent[changed][0] > sent[changed][1]
    assert sent[None] == (0, 1)  # the digest has it instead


def test_it_stands_on_the_screen(capture: Path, tmp_path: Path) -> None:
    """How many messages more and fewer, and of what."""
    text = taskledger("replay", "--policy", write(tmp_path / "policy.toml", QUIET), capture).out
    (line,) = [one for one in text.splitlines() if one.startswith("this policy: ")]
    assert line == "this policy: 1 message, by default 1: 1 more, 1 fewer"
    assert "crashed" in text


def test_a_policy_that_changes_nothing(capture: Path, tmp_path: Path) -> None:
    """It says so; a default policy is compared with nothing."""
    text = taskledger("replay", "--policy", write(tmp_path / "policy.toml", SAME), capture).out
    assert "the same of each incident" in text
    assert "this policy" not in taskledger("replay", capture).out


def test_events_of_a_pipe_are_judged_twice(capture: Path, tmp_path: Path) -> None:
    """They can be read once, and are held."""
    policy, events = write(tmp_path / "policy.toml", QUIET), capture.read_bytes()
    piped = replay("--policy", policy, "-", stdin=events).document
    assert piped["comparison"] == replay("--policy", policy, capture).document["comparison"]
