"""Delivery: each capture has its own time, and ECS knows at each moment what events have reported so far."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.running import lines, replay, states, write
from tests.support.values import envelope, task_arn


def stopped(year: int, **fields: Any) -> dict[str, Any]:
    """The last event of a task of that year."""
    at = f"{year}-11-20T09:00:10.250Z"
    return envelope(2, lastStatus="STOPPED", stoppedAt=at, updatedAt=at, createdAt=at, **fields)


@pytest.mark.parametrize(
    "first", ["", "nonsense\n", "{}\n", '{"detail": 1}\n', "[" * 5000 + "1" + "]" * 5000 + "\n"]
)
def test_each_capture_starts_its_own_time(first: str, tmp_path: Path) -> None:
    """ECS still knows the stopped task of an old capture that is read after a recent one, broken or not."""
    new = write(tmp_path / "new.jsonl", lines([stopped(2026, taskArn=task_arn(1))]))
    old = write(tmp_path / "old.jsonl", first + lines([stopped(2020, taskArn=task_arn(2))]))
    for paths in ([new, old], [old, new]):
        assert replay(*paths).document["currency"]["CURRENT"] == 2


def test_time_goes_on_within_a_capture(tmp_path: Path) -> None:
    """An event of more than an hour after its task's stop meets an ECS that has forgotten the task."""
    later = envelope(1, taskArn=task_arn(1), updatedAt="2026-11-20T10:00:10.250Z")
    events = [stopped(2026, taskArn=task_arn(2)), later, stopped(2026, taskArn=task_arn(2))]
    document = replay(write(tmp_path / "a.jsonl", lines(events))).document
    assert document["verdicts"] == {"NEW": 2, "NEWER": 0, "DUPLICATE": 1, "STALE": 0}
    assert document["currency"] == {"CURRENT": 2, "BEHIND": 0, "AHEAD": 0, "GONE": 1, "UNVERIFIED": 0}


def test_each_event_meets_the_ecs_of_its_moment(tmp_path: Path) -> None:
    """Events in their order are all current; a late one is behind what was reported before."""
    in_order = replay(write(tmp_path / "a.jsonl", lines(map(envelope, (1, 2, 3))))).document
    late = replay(write(tmp_path / "b.jsonl", lines(map(envelope, (3, 1, 3, 2))))).document
    assert (in_order["currency"]["CURRENT"], in_order["verdicts"]["NEWER"]) == (3, 2)
    assert (late["currency"]["CURRENT"], late["currency"]["BEHIND"]) == (2, 2)
    assert late["verdicts"] == {"NEW": 1, "NEWER": 0, "DUPLICATE": 1, "STALE": 2}


def test_the_same_capture_twice_changes_nothing(tmp_path: Path) -> None:
    """A state that was recorded stays as it is when its events are delivered again."""
    path = write(tmp_path / "a.jsonl", lines(map(envelope, (1, 2, 3))))
    once, twice = replay(path).document, replay(path, path).document
    assert states(twice) == states(once)
    assert twice["verdicts"] == {"NEW": 1, "NEWER": 2, "DUPLICATE": 1, "STALE": 2}


def test_many_batches(tmp_path: Path) -> None:
    """More events at once than a batch holds are all recorded, rejected ones among them."""
    events: list[object] = [envelope(1, taskArn=task_arn(number)) for number in range(250)]
    events[120] = "nonsense"
    document = replay(write(tmp_path / "a.jsonl", lines(events))).document
    assert document["events"] == {"read": 250, "accepted": 249, "rejected": 1}
    assert document["rejected"][0]["index"] == 120
    assert document["currency"]["CURRENT"] == 249
