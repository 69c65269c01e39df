"""One sentence on a stop, and how much it matters.

The words are our own; of AWS's texts only a short excerpt is shown, on one line.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from ..text import excerpt
from .causes.record import CauseRecord
from .model import Kind, Severity

_LONGEST_NAME: Final = 60
_MOST_NAMES: Final = 3

# How a summary begins, and the severity: of a service's task, which is replaced, and of a standalone one.
_KINDS: Mapping[Kind, tuple[str, Severity, Severity]] = {
    Kind.TASK_FAILED_TO_START: ("The task did not start", Severity.HIGH, Severity.HIGH),
    Kind.ESSENTIAL_CONTAINER_FAILED: ("The task stopped", Severity.MEDIUM, Severity.HIGH),
    Kind.HEALTH_CHECK_FAILED: ("The task was stopped as unhealthy", Severity.MEDIUM, Severity.MEDIUM),
    Kind.CAPACITY_INTERRUPTED: ("The task loses what it runs on", Severity.MEDIUM, Severity.HIGH),
    Kind.UNKNOWN_STOP: ("The task stopped", Severity.MEDIUM, Severity.MEDIUM),
}


def severity(kind: Kind, record: CauseRecord, *, service: bool) -> Severity:
    """How much the stop matters, for a service's task or a standalone one."""
    of_service, of_standalone = record.severity or _KINDS[kind][1:]
    return of_service if service else of_standalone


def summarise(kind: Kind, record: CauseRecord, containers: Mapping[str, int | None], text: str | None) -> str:
    """What happened, to which containers with which exit codes, and an excerpt of the text that decided."""
    said = f' - ECS says "{excerpt(text)}"' if text else ""
    return f"{_KINDS[kind][0]}: {record.summary}{_named(containers)}{said}."


def _named(containers: Mapping[str, int | None]) -> str:
    if not containers:
        return ""
    names = [
        (excerpt(name, _LONGEST_NAME) + ("" if exit_code is None else f" ended with {exit_code}")).strip()
        for name, exit_code in containers.items()
    ]
    more = [f"{len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES else []
    return f" ({', '.join(names[:_MOST_NAMES] + more)})"


def spell(lasted: timedelta) -> str:
    """How long it lasted, in the largest unit that says enough."""
    seconds = int(lasted.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def clock(moment: datetime) -> str:
    """The time to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def recent(moment: datetime, beside: datetime) -> str:
    """The time to the minute, without its date where it is within a day of the other."""
    return f"{brief(moment, beside)} UTC"


def brief(moment: datetime, beside: datetime) -> str:
    """The recent time without its zone, for a line that has no room."""
    return f"{moment:%H:%M}" if abs(beside - moment) < timedelta(days=1) else f"{moment:%Y-%m-%d %H:%M}"


def stamp(moment: datetime) -> str:
    """The time as a part of an id."""
    return f"{moment:%Y%m%dT%H%M%SZ}"
