"""How missed events are counted: each version once, by an event where there is one."""

from dataclasses import asdict, replace

import pytest

from reconciler.gate import succeed
from reconciler.model.entry import HistoryRow
from reconciler.model.task import Source
from taskledger.audit.missed_events import missed_events
from tests.support.values import TASK, at, describe, event


def rows(events: list[int], descriptions: list[int]) -> list[HistoryRow]:
    sources = [(version, Source.EVENT) for version in events]
    sources += [(version, Source.DESCRIBE) for version in descriptions]
    return [
        HistoryRow(
            task_arn=TASK,
            version=version,
            source=source,
            last_status="RUNNING",
            desired_status="RUNNING",
            at=at(0),
        )
        for version, source in sources
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
    """By an event; by a description only; missing between two that are recorded; below the first."""
    found = missed_events([(succeed(None, event(3)), rows(events, descriptions))], sampled=False)
    assert (found.by_event, found.by_description, found.between, found.before) == counts


def test_a_reset_is_no_gap() -> None:
    """The version that it took back was of no task, and so are those below it."""
    taken_back = [*rows([1, 3, 900], []), replace(rows([3], [])[0], source=Source.RESET)]
    found = missed_events([(succeed(None, event(3)), taken_back)], sampled=False)
    assert (found.by_event, found.by_description, found.between) == (2, 0, 1)


def test_entries() -> None:
    """Entries whose state is from a description are counted too."""
    tasks = [(succeed(None, seen), rows([1], [])) for seen in (event(1), describe(1), describe(2))]
    found = asdict(missed_events(tasks, sampled=True))
    assert (found["tasks"], found["described"], found["by_event"], found["sampled"]) == (3, 2, 3, True)
