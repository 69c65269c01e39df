"""One task for people: its entry, its containers, its history, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from .payload import missing_versions, time
from .terminal import STATUS_STYLE, console, fault_heading, indented, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from reconciler.findings.model import Finding
    from reconciler.model.entry import HistoryRow, LedgerEntry
    from reconciler.model.protection import Protection
    from reconciler.model.task import TaskState

    Cell = str | Text | None


def report(entry: LedgerEntry, rows: Sequence[HistoryRow], found: Sequence[Finding]) -> None:
    screen = console()
    state = entry.state
    screen.print(Text.assemble(literal(state.task_id, "bold"), "  ", _status(state.last_status)))
    _grid(screen, "", (field for field in _fields(entry) if field[1]))
    _grid(screen, "containers", _containers(state))
    _grid(screen, "history", _history(rows))
    if missing := missing_versions(row.version for row in rows if row.version <= state.version):
        versions = ", ".join(map(str, missing))
        screen.print(indented(f"not recorded: version {versions}; ECS may have skipped it", "yellow"))
    _findings(screen, found)


def _fields(entry: LedgerEntry) -> Iterator[tuple[str, Cell]]:
    state = entry.state
    yield "of", state.group
    yield "cluster", state.cluster
    yield "arn", state.task_arn
    yield "definition", _last(state.task_definition_arn)
    yield "runs on", " ".join(filter(None, (_on(state), state.availability_zone)))
    yield "desired", state.desired_status
    yield "health", state.health_status
    yield "created", time(state.created_at)
    yield "started", time(state.started_at)
    yield "stopping", time(state.stopping_at)
    yield "stopped", time(state.stopped_at)
    yield "stop code", state.stop_code
    yield "reason", state.stopped_reason
    yield "started by", state.started_by
    yield "tags", " ".join(f"{key}={value}" for key, value in (state.tags or {}).items())
    yield "protection", _protection(entry.protection)
    yield "source", f"{entry.source}, version {state.version}, {time(entry.observed_at)}"
    yield "closed as", entry.closed.how if entry.closed else None


def _containers(state: TaskState) -> Iterator[tuple[Cell, ...]]:
    for each in state.containers:
        code = "" if each.exit_code is None else f"exit {each.exit_code}"
        yield each.name, _status(each.last_status or "-"), code, each.health_status, each.reason or each.image


def _history(rows: Sequence[HistoryRow]) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        wanted = row.desired_status if row.desired_status != row.last_status else None
        yield f"v{row.version}", time(row.at), _status(row.last_status), wanted and f"-> {wanted}", row.source


def _findings(screen: Console, found: Sequence[Finding]) -> None:
    screen.print()
    if not found:
        screen.print(Text("nothing is wrong with it", "dim"))
    for finding in found:
        screen.print(fault_heading(finding.severity, finding.kind, finding.cause))
        screen.print(indented(finding.summary))
        screen.print(indented(finding.remedy, "dim"))


def _grid(screen: Console, title: str, lines: Iterable[Sequence[Cell]]) -> None:
    """Lines under each other, their parts in columns; nothing where there are none."""
    grid = Table.grid(padding=(0, 2))
    for line in lines:
        grid.add_row("", *(part if isinstance(part, Text) else literal(part or "") for part in line))
    if not grid.row_count:
        return
    if title:
        screen.print()
        screen.print(Text(title, "bold"))
    screen.print(grid)


def _status(status: str) -> Text:
    return literal(status, STATUS_STYLE.get(status, ""))


def _on(state: TaskState) -> str | None:
    return state.capacity_provider_name or state.launch_type


def _last(arn: str | None) -> str | None:
    return arn and arn.rsplit("/", 1)[-1]


def _protection(protection: Protection | None) -> str | None:
    if protection is None:
        return None
    state = "on" if protection.enabled else "off"
    ends = f", {'until' if protection.enabled else 'ended'} {time(protection.expires_at)}"
    return f"{state}{ends if protection.expires_at else ''}, as of {time(protection.checked_at)}"
