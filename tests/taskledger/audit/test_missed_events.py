"""The account of missed events: each version counts once, by the best that told it."""

from dataclasses import asdict

import pytest

from reconciler.gate import succeed
from reconciler.model.entry import HistoryRow
from reconciler.model.task import Source
from taskledger.audit.missed_events import missed_events
from tests.support.values import TASK, at, describe, event


def rows(events: list[int], descriptions: list[int]) -> list[HistoryRow]:
    told = [(version, Source.EVENT) for version in events]
    told += [(version, Source.DESCRIBE) for version in descriptions]
    return [
        HistoryRow(
            task_arn=TASK,
            version=version,
            source=source,
            last_status="RUNNING",
            desired_status="RUNNING",
            at=at(0),
        )
        for version, source in told
    ]


@pytest.mark.parametrize(
    ("events", "descriptions", "counts"),
    [
        ([1, 2, 3], [], (3, 0, 0, 0)),
        ([1, 2, 3], [3], (3, 0, 0, 0)),
        ([1, 2], [3], (2, 1, 0, 0)),
        ([1, 3], [6], (2, 1, 3, 0)),
        ([], [6], (0, 1, 0, 5)),
        ([4, 5], [], (2, 0, 0, 3)),
        ([], [0], (0, 1, 0, 0)),
        ([2], [0], (1, 1, 0, 1)),
        ([1, 2**62], [], (2, 0, 2**62 - 2, 0)),
        ([], [], (0, 0, 0, 0)),
    ],
)
def test_versions(events: list[int], descriptions: list[int], counts: tuple[int, int, int, int]) -> None:
    """Told by an event; by a description only; by nobody between two that were; below the first."""
    found = missed_events([(succeed(None, event(3)), rows(events, descriptions))], sampled=False)
    assert (found.by_event, found.by_description, found.between, found.before) == counts


def test_entries() -> None:
    """Entries that stand by a description are counted beside."""
    tasks = [(succeed(None, seen), rows([1], [])) for seen in (event(1), describe(1), describe(2))]
    found = asdict(missed_events(tasks, sampled=True))
    assert (found["tasks"], found["described"], found["by_event"], found["sampled"]) == (3, 2, 3, True)
