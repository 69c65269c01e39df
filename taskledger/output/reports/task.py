"""One task for people: what is wrong with it, its life with durations, then all else that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from ..payload import missing_versions, time
from ..terminal import STATUS_STYLE, console, indented, literal, print_findings, print_grid
from .service import print_deployments
from .timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from reconciler.findings.model import Finding
    from reconciler.model.entry import HistoryRow, LedgerEntry
    from reconciler.model.protection import Protection
    from reconciler.model.task import TaskState
    from reconciler.services.outcomes import History

    from ..terminal import Cell


def report(
    entry: LedgerEntry,
    rows: Sequence[HistoryRow],
    deployed: Sequence[History],
    found: Sequence[Finding],
    now: datetime,
) -> None:
    """Prints it; `deployed` are the deployments of its service in its time."""
    screen = console()
    state = entry.state
    screen.print(Text.assemble(literal(state.task_id, "bold"), "  ", _status(state.last_status)))
    print_findings(screen, found)
    print_grid(screen, "timeline", timeline(entry, rows, now))
    if missing := missing_versions(row.version for row in rows if row.version <= state.version):
        versions = ", ".join(map(str, missing))
        screen.print(indented(f"not recorded: version {versions}; ECS may have skipped it", "yellow"))
    print_grid(screen, "task", (field for field in _fields(entry) if field[1]))
    print_grid(screen, "containers", _containers(state))
    print_deployments(screen, deployed, now)


def _fields(entry: LedgerEntry) -> Iterator[tuple[str, Cell]]:
    state = entry.state
    yield "of", state.group
    yield "cluster", state.cluster
    yield "arn", state.task_arn
    yield "definition", _last(state.task_definition_arn)
    yield "runs on", " ".join(filter(None, (_on(state), state.availability_zone)))
    yield "desired", state.desired_status
    yield "health", state.health_status
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
