"""Findings and incidents for tests: short to write, and right where a test does not care."""

from datetime import datetime
from typing import Any

from reconciler.findings.model import Cause, Finding, Kind, Severity
from reconciler.findings.policy import DEFAULT
from reconciler.gate import succeed
from reconciler.incidents.case import Context
from reconciler.incidents.lifecycle import add_findings, advance, mark_published, queue_digest
from reconciler.incidents.model import Incident
from reconciler.incidents.reported import ReportedFinding, report_finding
from reconciler.model.task import Container
from reconciler.ports.ledger import EntryChange
from tests.support.values import CLUSTER, START, at, event, state, task_arn

DEFINITION = "arn:aws:ecs:eu-central-1:111122223333:task-definition/checkout"


def finding(number: int = 1, **values: Any) -> Finding:
    """A task of the service `checkout` that could not pull its image."""
    facts: dict[str, Any] = {
        "task_arn": task_arn(number),
        "cluster_arn": CLUSTER,
        "group": "service:checkout",
        "task_definition_arn": f"{DEFINITION}:42",
        "kind": Kind.TASK_FAILED_TO_START,
        "cause": Cause("IMAGE_PULL"),
        "severity": Severity.HIGH,
        "summary": "The task did not start: an image could not be pulled.",
        "remedy": "Look at the image.",
        "containers": ("app",),
        "exit_codes": {},
        "version": 4,
        "observed_at": START,
        "occurred_at": START,
    }
    return Finding(**(facts | values))


def low(number: int = 1, **values: Any) -> Finding:
    """A Spot interruption of a service's task."""
    facts = {"kind": Kind.CAPACITY_INTERRUPTED, "cause": Cause("SPOT"), "severity": Severity.LOW}
    return finding(number, **(facts | values))


def standalone(number: int = 1, **values: Any) -> Finding:
    return finding(number, **({"group": "family:report"} | values))


def found(number: int = 1, when: datetime = START, **values: Any) -> ReportedFinding:
    """The finding as the stream brings it, with its task."""
    about = finding(number, **values)
    stopped = state(
        4,
        task_arn=about.task_arn,
        last_status="STOPPED",
        stop_code="TaskFailedToStart",
        stopped_reason="CannotPullContainerError: manifest for checkout:43 not found",
        containers=(Container(name="app", reason="CannotPullContainerError"),),
    )
    return report_finding(about, when, stopped)


def crash(number: int = 1, when: datetime = START, **values: Any) -> ReportedFinding:
    """A container of the service that was killed for its memory, which is a matter of this service alone."""
    facts = {"kind": Kind.ESSENTIAL_CONTAINER_FAILED, "cause": Cause("OUT_OF_MEMORY")}
    return found(number, when, **(facts | {"occurred_at": when} | values))


def many(numbers: range, **values: Any) -> list[ReportedFinding]:
    return [found(number, at(number), **values) for number in numbers]


def opened(*reported: ReportedFinding, when: datetime = START) -> Incident:
    """The incident of these findings after its first step."""
    return advance(add_findings(None, reported, when, DEFAULT), Context(), when, DEFAULT)


def published(incident: Incident, when: datetime = START, sent: Incident | None = None) -> Incident:
    """The incident after all that was pending in it, or in `sent`, has reached everybody."""
    sent = sent or incident
    lacking = {one.notification_id: () for one in sent.outbox.pending}
    return mark_published(incident, sent, when, DEFAULT, lacking)


def digested(incident: Incident, when: datetime = START) -> Incident:
    """The incident after a digest has listed it."""
    return published(queue_digest(incident, "DIGEST|1", when, DEFAULT), when)


def killed(number: int, **values: Any) -> EntryChange:
    """The change of a service's task of which a container was killed for its memory."""
    container = Container(name="app", exit_code=137, reason="OutOfMemoryError: killed due to memory usage")
    facts = {
        "stop_code": "EssentialContainerExited",
        "stopped_reason": "Essential container in task exited",
        "started_at": START,
        "containers": (container,),
    }
    return failed_to_start(number, **(facts | values))


def failed_to_start(number: int, **values: Any) -> EntryChange:
    """The change of a service's task that could not pull its image, unless the values differ."""
    facts = {
        "task_arn": task_arn(number),
        "last_status": "STOPPED",
        "desired_status": "STOPPED",
        "stop_code": "TaskFailedToStart",
        "stopped_reason": "CannotPullContainerError: manifest not found",
        "stopped_at": at(number),
    }
    entry = succeed(None, event(4, seconds=number, **(facts | values)))
    return EntryChange(entry=entry, previous=None, at=at(number))
