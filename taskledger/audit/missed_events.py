"""How much no event told: versions that a description brought or nobody, and entries that stand by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.model.task import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.entry import HistoryRow, LedgerEntry

    Told = tuple[LedgerEntry, Sequence[HistoryRow]]


@dataclass(slots=True, kw_only=True)
class MissedEvents:
    """The versions of some tasks by who told them.

    `by_description` are versions that only DescribeTasks told. `between` are versions that nobody told though
    a lower one and a higher one were: a hint of a lost event and no proof, as ECS promises no steps of one.
    `before` are those below the first that was told, as of a task that is older than the ledger. `described`
    is the number of entries that stand by a description. `sampled` when there are tasks beside these.
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
    """The sum over the tasks' histories."""
    total = MissedEvents(sampled=sampled)
    for entry, rows in tasks:
        total.tasks += 1
        total.described += entry.source is Source.DESCRIBE
        _add(total, rows)
    return total


def _add(total: MissedEvents, rows: Sequence[HistoryRow]) -> None:
    events = {row.version for row in rows if row.source is Source.EVENT}
    told = {row.version for row in rows}
    total.by_event += len(events)
    total.by_description += len(told - events)
    counted = told - {0}  # 0 stands for a description without a version
    if counted:
        first, last = min(counted), max(counted)
        total.before += first - 1
        total.between += last - first + 1 - len(counted)
