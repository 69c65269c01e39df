"""How much was missed by events: versions from a description only or from none, and entries from one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.model.task import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.entry import HistoryRow, LedgerEntry


@dataclass(slots=True, kw_only=True)
class MissedEvents:
    """The versions of some tasks by their source.

    `by_description` are versions that only DescribeTasks reported. `between` are versions that are not
    recorded though a lower and a higher one are: a hint of a lost event and no proof, as ECS promises no
    steps of one. `before` are those below the first recorded one, as of a task that is older than the ledger.
    `described` is the number of entries whose state is from a description. `sampled` says that there are
    more tasks.
    """

    tasks: int = 0
    by_event: int = 0
    by_description: int = 0
    between: int = 0
    before: int = 0
    described: int = 0
    sampled: bool = False


def missed_events(
    tasks: Iterable[tuple[LedgerEntry, Sequence[HistoryRow]]], *, sampled: bool
) -> MissedEvents:
    """The sum over the tasks' histories, without what a reset has shown to be false."""
    total = MissedEvents(sampled=sampled)
    for entry, rows in tasks:
        total.tasks += 1
        total.described += entry.source is Source.DESCRIBE
        _add(total, _true(entry, rows))
    return total


def _true(entry: LedgerEntry, rows: Sequence[HistoryRow]) -> Sequence[HistoryRow]:
    """The rows without those above a reset: no task had these versions."""
    if not any(row.source is Source.RESET for row in rows):
        return rows
    return [row for row in rows if row.version <= entry.state.version]


def _add(total: MissedEvents, rows: Sequence[HistoryRow]) -> None:
    events = {row.version for row in rows if row.source is Source.EVENT}
    recorded = {row.version for row in rows}
    total.by_event += len(events)
    total.by_description += len(recorded - events)
    counted = recorded - {0}  # 0 stands for a description without a version
    if counted:
        first, last = min(counted), max(counted)
        total.before += first - 1
        total.between += last - first + 1 - len(counted)
