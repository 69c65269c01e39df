"""Tasks of a replay as a table: what went wrong, when each stopped, and by which stop code."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.findings.model import owner
from reconciler.notifications.fault_words import owner_name

from ...output.payload import missing_versions
from ...output.stop_codes import in_short
from ...output.tables.columns import Column, print_table
from ...output.tables.found import causes
from ...output.terminal import STATUS_STYLE, literal, short_id
from .moments import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from reconciler.findings.model import Finding
    from reconciler.model.entry import HistoryRow, LedgerEntry

    from ..run import Replayed

    Judged = tuple[LedgerEntry, Sequence[HistoryRow], Sequence[Finding]]

COLUMNS = (
    Column("task"),
    Column("owner", whole=False),
    Column("cluster", whole=False, weight=2),
    Column("status", weight=3),
    Column("stopped"),
    Column("stop code", weight=4),
    Column("finding", whole=False),
    Column("versions", weight=1),
)


def by_fault(replayed: Replayed) -> list[Judged]:
    """Those with which something is wrong first, by severity, else in the order in which they were met."""
    found: dict[str | None, list[Finding]] = {}
    for one in replayed.findings:
        found.setdefault(one.task_arn, []).append(one)
    judged = [(entry, rows, found.get(entry.state.task_arn, [])) for entry, rows in replayed.tasks]
    return sorted(judged, key=lambda one: -_rank(one[2]))


def print_tasks(screen: Console, judged: Sequence[Judged]) -> None:
    rows = [_row(*one, piped=not screen.is_terminal) for one in judged]
    if rows:
        screen.print()
    print_table(screen, COLUMNS, rows)


def _rank(found: Sequence[Finding]) -> int:
    return max((one.severity.rank for one in found), default=-1)


def _row(
    entry: LedgerEntry, rows: Sequence[HistoryRow], found: Sequence[Finding], *, piped: bool
) -> tuple[Text, ...]:
    state = entry.state
    return (
        literal(short_id(state.task_id)),
        literal(state.group or "-" if piped else owner_name(owner(state.group, state.task_definition_arn))),
        literal(state.cluster),
        literal(state.last_status, STATUS_STYLE.get(state.last_status, "")),
        Text(moment(state.stopped_at, piped=piped) if state.stopped_at else "-"),
        literal(state.stop_code or "-" if piped else in_short(state.stop_code)),
        causes(found, piped=piped),
        _versions([row.version for row in rows]),
    )


def _versions(versions: Sequence[int]) -> Text:
    """The versions as ranges; marked where some between them are missing."""
    seen = sorted(set(versions))
    runs = [
        [version for _, version in run] for _, run in groupby(enumerate(seen), lambda pair: pair[1] - pair[0])
    ]
    ranges = ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
    return Text(ranges, "yellow" if missing_versions(seen) else "")
