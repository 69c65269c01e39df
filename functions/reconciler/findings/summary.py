"""One sentence on a stop, and how much it matters.

The words are our own; of AWS's texts only a short excerpt is shown, on one line and without signatures.
"""

from collections.abc import Mapping
from typing import Final

from ..text import excerpt
from .causes.record import CauseRecord
from .model import Kind, Severity

_LONGEST_NAME: Final = 60
_MOST_NAMES: Final = 3

# (of a service's task, of a standalone task): what the scheduler replaces matters less than what nobody does.
_SEVERITIES: Mapping[Kind, tuple[Severity, Severity]] = {
    Kind.TASK_FAILED_TO_START: (Severity.HIGH, Severity.HIGH),
    Kind.ESSENTIAL_CONTAINER_FAILED: (Severity.MEDIUM, Severity.HIGH),
    Kind.HEALTH_CHECK_FAILED: (Severity.MEDIUM, Severity.MEDIUM),
    Kind.CAPACITY_INTERRUPTED: (Severity.MEDIUM, Severity.HIGH),
    Kind.UNKNOWN_STOP: (Severity.MEDIUM, Severity.MEDIUM),
}
_OPENINGS: Mapping[Kind, str] = {
    Kind.TASK_FAILED_TO_START: "The task did not start",
    Kind.ESSENTIAL_CONTAINER_FAILED: "The task stopped",
    Kind.HEALTH_CHECK_FAILED: "The task was stopped as unhealthy",
    Kind.CAPACITY_INTERRUPTED: "The task loses what it runs on",
    Kind.UNKNOWN_STOP: "The task stopped",
}


def severity(kind: Kind, record: CauseRecord, *, service: bool) -> Severity:
    """How much the stop matters, for a service's task or a standalone one."""
    of_service, of_standalone = record.severity or _SEVERITIES[kind]
    return of_service if service else of_standalone


def summarise(kind: Kind, record: CauseRecord, containers: Mapping[str, int | None], text: str | None) -> str:
    """What happened, to which containers with which exit codes, and an excerpt of the text that decided."""
    said = f' - ECS says "{excerpt(text)}"' if text else ""
    return f"{_OPENINGS[kind]}: {record.summary}{_named(containers)}{said}."


def _named(containers: Mapping[str, int | None]) -> str:
    if not containers:
        return ""
    names = [
        (excerpt(name, _LONGEST_NAME) + ("" if exit_code is None else f" ended with {exit_code}")).strip()
        for name, exit_code in containers.items()
    ]
    more = [f"{len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES else []
    return f" ({', '.join(names[:_MOST_NAMES] + more)})"
