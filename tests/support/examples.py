"""A finding for each kind and cause, and the message that it makes: what docs/alerts.md shows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from reconciler.findings.model import Finding
from reconciler.findings.passing import stuck
from reconciler.findings.policy import DEFAULT
from reconciler.findings.rules import findings
from reconciler.gate import succeed
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.outbox import NotificationType, PendingNotification
from reconciler.incidents.reported import report_finding
from reconciler.model.entry import Closure, LedgerEntry
from reconciler.model.protection import Protection, ProtectionEnd
from reconciler.model.task import ClosedAs, Container
from reconciler.notifications.message import Message, compose
from tests.support.service_examples import service_examples
from tests.support.values import START, at, event

NOT_STARTED = [
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): checkout:43: not found",
    "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException",
    'CannotStartContainerError: exec: "server": executable file not found in $PATH',
    "Timeout waiting for network interface provisioning to complete.",
    "Timeout waiting for EphemeralStorage provisioning to complete.",
    "Capacity is unavailable at this time. Please try again later or in a different availability zone",
    "MemberOf placement constraint unsatisfied.",
    "TaskFailedToStart: AGENT",
    "DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s",
    "InternalError: unable to prepare the task",
    "Something that nobody has seen yet",
]
EXITED = [
    Container(name="app", exit_code=137, reason="OutOfMemoryError: container killed due to memory usage"),
    Container(name="app", exit_code=3),
    Container(name="app", exit_code=139),
    Container(name="app", exit_code=0),
    Container(name="app", reason="DockerTimeoutError: timed out after waiting 4m0s"),
    Container(name="app", reason="InternalError: the runtime gave no answer"),
    Container(name="app"),
]
SCHEDULED = [
    "(service checkout) (port 80) is unhealthy in (target-group web) due to (reason Request timed out)",
    "Task failed container health checks",
    "ECS is performing maintenance on the underlying infrastructure hosting the task.",
]
TERMINATED = "Host EC2 (instance i-0a1b2c3d4e5f60718) terminated."
HELD = Protection(expires_at=at(600), checked_at=at(1), since=at(1))
RAN_OUT = Protection(expires_at=at(400), checked_at=at(401), since=at(1), ended=ProtectionEnd.EXPIRED)
PASSING = ("PROVISIONING", "PENDING", "ACTIVATING", "DEACTIVATING", "STOPPING", "DEPROVISIONING")
LONG = START + timedelta(hours=30)


@dataclass(frozen=True, slots=True)
class Example:
    """A finding with its task, if it is of one, and when it was found."""

    entry: LedgerEntry | None
    finding: Finding
    at: datetime

    def message(self) -> Message:
        reported = report_finding(self.finding, self.at, self.entry.state if self.entry else None)
        incident = add_findings(None, [reported], self.at, DEFAULT)
        return compose(
            incident,
            PendingNotification(NotificationType.OPENED, f"{incident.incident_id}|1"),
            self.at,
            DEFAULT,
        )

    def row(self) -> str:
        """The line of the table in docs/alerts.md."""
        finding = self.finding
        cause = f"`{finding.cause}`" if finding.cause else "none"
        cells = (cause, finding.severity, f"`{self.message().subject}`", finding.summary, finding.remedy)
        return f"| {' | '.join(cells)} |"


def examples() -> Iterator[Example]:
    """By kind, in the order of the page."""
    for entry in _entries():
        yield from (Example(entry, each, at(60)) for each in findings(entry, at(60), DEFAULT))
    for entry in _protected():
        yield from (Example(entry, each, at(500)) for each in findings(entry, at(500), DEFAULT))
    old = replace(_running(), protection=replace(HELD, expires_at=LONG + timedelta(hours=9)))
    yield from (Example(old, each, LONG) for each in findings(old, LONG, DEFAULT))
    for status in PASSING:
        passing = succeed(None, event(2, last_status=status))
        found = stuck(passing, passing.observed_at, at(3600), DEFAULT)
        yield from (Example(passing, each, at(3600)) for each in found)
    yield from (Example(None, each, found_at) for each, found_at in service_examples())


def _entries() -> Iterator[LedgerEntry]:
    yield from (_stopped("TaskFailedToStart", reason) for reason in NOT_STARTED)
    said = "Essential container in task exited"
    for container in EXITED:
        yield _stopped("EssentialContainerExited", said, started_at=START, containers=(container,))
    yield from (_stopped("ServiceSchedulerInitiated", reason, started_at=START) for reason in SCHEDULED[:2])
    yield _stopped("SpotInterruption", "Your Spot Task was interrupted.", started_at=START)
    yield _stopped("TerminationNotice", TERMINATED, started_at=START)
    yield _stopped("ServiceSchedulerInitiated", SCHEDULED[2], started_at=START)
    yield _stopped("InfrastructureHealth", "The instance is impaired", started_at=START)
    yield _stopped("SomethingNew", "Nobody knows this code", started_at=START)
    yield _stopped(None, None, containers=())
    yield replace(_running(), closed=Closure(ClosedAs.UNOBSERVED, at(60)))


def _protected() -> Iterator[LedgerEntry]:
    yield replace(_running(), protection=HELD)
    yield replace(_running(), protection=RAN_OUT)
    for code, reason in (
        ("UserInitiated", "Task stopped by user"),
        ("SpotInterruption", "Your Spot Task was interrupted."),
        ("TerminationNotice", TERMINATED),
        ("InfrastructureHealth", "The instance is impaired"),
        ("ServiceSchedulerInitiated", SCHEDULED[0]),
        ("ServiceSchedulerInitiated", SCHEDULED[1]),
        ("ServiceSchedulerInitiated", SCHEDULED[2]),
    ):
        stopped = _stopped(code, reason, started_at=START, stopping_at=at(30))
        yield replace(stopped, protection=replace(HELD, checked_at=at(31)))
    by_hand = _stopped("UserInitiated", "Task stopped by user", started_at=START, stopping_at=at(30))
    yield replace(by_hand, protection=HELD)
    ran_out = Protection(expires_at=at(20), checked_at=at(25), since=START, ended=ProtectionEnd.EXPIRED)
    scaled_in = _stopped(
        "ServiceSchedulerInitiated",
        "Scaling activity initiated by (deployment ecs-svc/1)",
        stopping_at=at(30),
    )
    yield replace(scaled_in, protection=ran_out)
    yield replace(scaled_in, protection=replace(ran_out, checked_at=START, ended=None))


def _running() -> LedgerEntry:
    return succeed(None, event(3))


def _stopped(code: str | None, reason: str | None, **fields: Any) -> LedgerEntry:
    facts = {
        "last_status": "STOPPED",
        "desired_status": "STOPPED",
        "stop_code": code,
        "stopped_reason": reason,
        "stopped_at": at(60),
    }
    return succeed(None, event(6, **(facts | fields)))
