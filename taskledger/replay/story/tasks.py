"""Tasks of a replay as a table: what went wrong, when each stopped, and by which stop code."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.text import Text

from ...output.payload import missing_versions
from ...output.tables.columns import Column, print_table
from ...output.terminal import SEVERITY_STYLE, STATUS_STYLE, literal, short_id
from .moments import moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from reconciler.findings.model import Finding
    from reconciler.model.entry import HistoryRow, LedgerEntry

    from ..run import Replayed

    Judged = tuple[LedgerEntry, Sequence[HistoryRow], Sequence[Finding]]

COLUMNS = (
    Column("task"),
    Column("of", whole=False),
    Column("cluster", whole=False, weight=2),
    Column("status", weight=3),
    Column("stopped"),
    Column("stop code", weight=4),
    Column("finding", whole=False),
    Column("versions", weight=1),
)

# What people call ECS's stop codes, where there is no place for them; programs get them as ECS spells them.
_SHORT_CODES: Mapping[str, str] = {
    "EssentialContainerExited": "container",
    "ServiceSchedulerInitiated": "scheduler",
    "SpotInterruption": "Spot",
    "TaskFailedToStart": "not started",
    "TerminationNotice": "termination",
    "UserInitiated": "user",
}


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
    owner, code = state.group or "-", state.stop_code or "-"
    return (
        literal(short_id(state.task_id)),
        literal(owner if piped else owner.removeprefix("service:")),
        literal(state.cluster),
        literal(state.last_status, STATUS_STYLE.get(state.last_status, "")),
        Text(moment(state.stopped_at, piped=piped) if state.stopped_at else "-"),
        literal(code if piped else _SHORT_CODES.get(code, code)),
        _findings(found),
        _versions([row.version for row in rows]),
    )


def _findings(found: Sequence[Finding]) -> Text:
    """By their causes; by their kind where they have none."""
    if not found:
        return Text("-")
    highest = max(found, key=lambda one: one.severity.rank)
    causes = dict.fromkeys(one.cause or one.kind for one in found)
    return literal(", ".join(causes), SEVERITY_STYLE.get(highest.severity, ""))


def _versions(versions: Sequence[int]) -> Text:
    """The versions as ranges; marked where some between them are missing."""
    seen = sorted(set(versions))
    runs = [
        [version for _, version in run] for _, run in groupby(enumerate(seen), lambda pair: pair[1] - pair[0])
    ]
    ranges = ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
    return Text(ranges, "yellow" if missing_versions(seen) else "")
