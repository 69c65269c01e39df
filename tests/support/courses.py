"""The course of one incident: what is found, read of its service, and sent; time is in minutes."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from reconciler.findings.model import Cause, Kind, Severity
from reconciler.findings.policy import Policy
from reconciler.incidents.case import Context
from reconciler.incidents.facts.impact import Impact, Level, Running
from reconciler.incidents.facts.occurrences import Occurrence, Occurrences
from reconciler.incidents.lifecycle import add_findings, advance, end, mark_published, with_running
from reconciler.incidents.model import Incident, Owner, Shared
from reconciler.incidents.outbox import NotificationType, Outbox, PendingNotification
from reconciler.incidents.reported import IncidentKey, ReportedFinding
from reconciler.incidents.steps import next_step

from .findings import found
from .values import CLUSTER, START

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
POLICY = Policy()
LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
OPENED, ONGOING = NotificationType.OPENED, NotificationType.ONGOING
RESOLVED, DIGEST = NotificationType.RESOLVED, NotificationType.DIGEST

Heard = tuple[NotificationType, Severity]


def minutes(number: float) -> datetime:
    return START + number * MINUTE


def crash(number: int = 1, when: datetime = START, **values: Any) -> ReportedFinding:
    """A container that exited with 1, which no other service has to do with, unless the values differ."""
    facts = {"kind": Kind.ESSENTIAL_CONTAINER_FAILED, "cause": Cause("EXIT_CODE"), "severity": MEDIUM}
    return found(number, when, **(facts | values))


def incident(severity: Severity = MEDIUM, outbox: Outbox | None = None, **values: Any) -> Incident:
    """An incident of one fault at the start, open and never published, unless that outbox says otherwise."""
    opened = add_findings(None, [crash(**values)], START, POLICY)
    return replace(opened, severity=severity, outbox=outbox or Outbox())


def published(severity: Severity = MEDIUM, when: datetime = START, **values: Any) -> Outbox:
    """The outbox of what was published once, at that severity."""
    facts: dict[str, Any] = {
        "sequence": 1,
        "notified_at": when,
        "notified_count": 1,
        "standing": severity,
        "published": {severity: when},
    }
    return Outbox(**(facts | values))


def pending(type_: NotificationType = OPENED, to: tuple[str, ...] | None = None) -> PendingNotification:
    return PendingNotification(type_, "an-id", to)


def impact(level: Level, when: datetime = START) -> Impact:
    """A service that had been at that level for an hour when it was read."""
    since = when - HOUR
    down, lacks = level is Level.DOWN, level in (Level.DOWN, Level.DEGRADED)
    return Impact(
        desired=4,
        running=0 if down else 1 if lacks else 4,
        pending=0,
        checked_at=when,
        zero_since=since if down else None,
        half_since=since if lacks else None,
        below_since=since if lacks else None,
    )


def step_of(
    one: Incident, minute: float, context: Context | None = None, policy: Policy = POLICY
) -> tuple[str, NotificationType | None]:
    """The row that holds at that minute, and what is published by it."""
    found = next_step(one, context or Context(), minutes(minute), policy)
    return found.row, found.publish


def grown(count: int, outbox: Outbox, severity: Severity = MEDIUM) -> Incident:
    """An incident of so many faults that occurred once."""
    current = Occurrence(START, START, count)
    return replace(incident(severity, outbox), occurrences=Occurrences((current,), 0, START))


def of_several(down: str, named: str, notified_at: datetime = START) -> Incident:
    """An incident of owners, each with a letter: these are down, and those were named as down."""
    key = IncidentKey(
        cluster_arn=CLUSTER, owner="*", kind=Kind.TASK_FAILED_TO_START, cause=Cause("IMAGE_PULL")
    )
    owners = tuple(Owner(name, 1, Level.DOWN if name in down else Level.NONE) for name in "abc")
    shared = Shared(owners=owners, named_down=tuple(named))
    return replace(incident(HIGH, published(HIGH, notified_at)), key=key, shared=shared)


@dataclass(slots=True)
class Course:
    """An incident that is looked at; what it publishes reaches everybody at once."""

    policy: Policy = POLICY
    incident: Incident | None = None
    heard: list[Heard] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**6)))

    def fault(self, minute: float, late: float = 0, **values: Any) -> list[Heard]:
        """A fault at that minute, reported so many minutes later; what is published then."""
        reported = crash(next(self.numbers), minutes(minute), **values)
        self.incident = add_findings(self.incident, [reported], minutes(minute + late), self.policy)
        return self.look(minute + late)

    def read(self, minute: float, steady: int, desired: int = 4, **context: Any) -> list[Heard]:
        """Its service is read to run so many tasks steadily."""
        running = Running(desired=desired, least=desired, steady=steady)
        self.incident = with_running(self.one, running, minutes(minute))
        return self.look(minute, **context)

    def look(self, minute: float, **context: Any) -> list[Heard]:
        """Its next step, and what is published of it."""
        self.incident = advance(self.one, Context(**context), minutes(minute), self.policy)
        return self._send(minute)

    def end(self, minute: float) -> list[Heard]:
        self.incident = end(self.one, "rolled back")
        return self.look(minute)

    @property
    def one(self) -> Incident:
        assert self.incident is not None
        return self.incident

    def _send(self, minute: float) -> list[Heard]:
        one = self.one
        types = [each.type for each in one.outbox.pending]
        lacking = {each.notification_id: () for each in one.outbox.pending}
        sent: list[Heard] = [
            (type_, one.outbox.standing or one.severity if type_ is RESOLVED else one.severity)
            for type_ in types
        ]
        self.incident = mark_published(one, one, minutes(minute), self.policy, lacking)
        self.heard += sent
        return sent
