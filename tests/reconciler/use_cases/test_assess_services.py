"""What a change of a service's record brings to light, and what it means to the incidents that are open."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from reconciler.errors import InvalidInput, LedgerError, TransientError
from reconciler.findings.model import Cause, Kind
from reconciler.incidents.model import Incident
from reconciler.incidents.reported import ReportedFinding
from reconciler.model.deployment import Image, ServiceDeployment
from reconciler.model.service import ServiceRecord
from reconciler.model.service_event import ServiceEvent
from reconciler.ports.services import ServiceChange
from reconciler.services.merge import merge_event, merge_reading, merge_service_deployment, with_deployment
from reconciler.use_cases.assess import Assessed, assess
from reconciler.use_cases.notify import Alerts
from taskledger.local.memory_incidents import MemoryIncidents, MemoryNotifier
from taskledger.local.memory_services import MemoryServices
from tests.support.alerting import new_alerts
from tests.support.findings import finding
from tests.support.services import (
    COMPLETED,
    DEFINITION,
    FAILED,
    SERVICE,
    STARTED,
    deployment_event,
    deployment_id,
    described,
    minute,
    reading,
    record,
)
from tests.support.values import CLUSTER

BREAKER = "ECS deployment circuit breaker: tasks failed to start."
ROLLING_BACK = f"ECS deployment circuit breaker: rolling back to deploymentId {deployment_id(1)}."
FAILURE = (deployment_event(2, STARTED, 10), deployment_event(2, FAILED, 14, BREAKER))
ROLLBACK = (deployment_event(3, STARTED, 14, ROLLING_BACK), deployment_event(3, COMPLETED, 16))


@dataclass
class Room:
    """The service's record as it is stored and assessed, change by change, and what people heard."""

    incidents: MemoryIncidents = field(default_factory=MemoryIncidents)
    services: MemoryServices = field(default_factory=MemoryServices)
    minutes: float = 20

    def __post_init__(self) -> None:
        self.notifier = MemoryNotifier(lambda: minute(self.minutes))

    @property
    def alerts(self) -> Alerts:
        return new_alerts(
            lambda: minute(self.minutes),
            incidents=self.incidents,
            services=self.services,
            notifier=self.notifier,
        )

    def begin(self) -> None:
        """A first deployment that runs well."""
        self.change(merge_reading(record(), reading(described(1, 0)), minute(1)))

    def change(self, after: ServiceRecord, *, replayed: bool = False) -> Sequence[Assessed]:
        before = self.services.service(CLUSTER, "checkout")
        assert self.services.save(after, before, minute(self.minutes))
        return assess(
            [ServiceChange(record=after, previous=before, at=minute(self.minutes))],
            self.alerts,
            replayed=replayed,
        )

    def hear(self, *events: ServiceEvent, replayed: bool = False) -> Sequence[Assessed]:
        found = self.services.service(CLUSTER, "checkout") or record()
        for event in events:
            found = merge_event(found, event)
        return self.change(found, replayed=replayed)

    def fail(self, number: int, started_by: int, at: float = 12, **values: Any) -> None:
        """A task that this deployment started has failed."""
        about = finding(number, task_definition_arn=f"{DEFINITION}:43", **values)
        one = ReportedFinding(finding=about, at=minute(at), deployment_id=deployment_id(started_by))
        self.alerts.notify([one])

    def heard(self) -> list[tuple[str, str]]:
        """Type and kind of each message since it was last asked."""
        documents = [one.message.document for one in self.notifier.sent]
        self.notifier.sent.clear()
        return [(each["type"], each["kind"]) for each in documents]

    def open(self) -> list[str]:
        return sorted(one.key.kind for one in self.incidents.unresolved(CLUSTER))

    def incident(self, kind: str) -> Incident:
        return next(one for one in self.incidents.everything() if one.key.kind == kind)


@pytest.fixture
def room() -> Room:
    room = Room()
    room.begin()
    return room


def test_a_failed_deployment_is_reported_once(room: Room) -> None:
    """By the change that shows it first; any later change of the record brings it no more."""
    room.hear(*FAILURE)
    room.hear(deployment_event(2, FAILED, 14.5, BREAKER))
    assert room.heard() == [("OPENED", "DEPLOYMENT_FAILED")]


def test_what_a_replay_brought_publishes_nothing(room: Room) -> None:
    """Until a live source reports the same."""
    again = [replace(event, report=replace(event.report, replayed=True)) for event in FAILURE]
    room.hear(*again)
    assert (room.heard(), room.open()) == ([], [])
    room.hear(*FAILURE)
    assert room.heard() == [("OPENED", "DEPLOYMENT_FAILED")]


def test_a_replay_is_reported_if_wanted(room: Room) -> None:
    """A stack that alerts on replays hears of it at once."""
    again = [replace(event, report=replace(event.report, replayed=True)) for event in FAILURE]
    room.hear(*again, replayed=True)
    assert room.heard() == [("OPENED", "DEPLOYMENT_FAILED")]


def test_a_rollback_that_is_done_ends_what_began_with_the_deployment(room: Room) -> None:
    """At once, with one message for all; what other deployments and services suffer from stays open."""
    room.hear(deployment_event(2, STARTED, 10))
    room.fail(1, started_by=2)
    room.fail(2, started_by=1, at=2, kind="ESSENTIAL_CONTAINER_FAILED", cause="EXIT_CODE")
    room.fail(3, started_by=2, group="service:other")
    room.hear(*FAILURE)
    room.hear(ROLLBACK[0])
    room.heard()
    room.hear(ROLLBACK[1])
    assert room.heard() == [("RESOLVED", "DEPLOYMENT_FAILED")]
    assert room.open() == ["ESSENTIAL_CONTAINER_FAILED", "TASK_FAILED_TO_START"]
    blame = room.incident("DEPLOYMENT_FAILED").blame
    assert blame is not None
    assert (blame.rolled_back_at, blame.rolled_back_to) == (minute(14), f"{DEFINITION}:42")


def test_a_failed_deployment_is_named_by_its_failing_tasks(room: Room) -> None:
    """Events name no task definition; the tasks that the deployment started do."""
    room.hear(deployment_event(2, STARTED, 10))
    room.fail(1, started_by=2)
    room.hear(*FAILURE)
    incident = room.incident("DEPLOYMENT_FAILED")
    assert incident.summary.startswith("The deployment checkout:42 to :43 failed")
    assert incident.blame is not None
    assert incident.blame.task_definition_arn == f"{DEFINITION}:43"


def test_images_that_become_known_are_in_the_blame(room: Room) -> None:
    """Of an incident that is open, without a message."""
    found = merge_reading(record(), reading(described(2, 10, revision=43), described(1, 0)), minute(11))
    room.change(found)
    room.fail(1, started_by=2)
    room.heard()
    stored = room.services.service(CLUSTER, "checkout")
    assert stored is not None
    answered = ServiceDeployment(
        service_deployment_arn=SERVICE.replace(":service/", ":service-deployment/") + "/2",
        status="IN_PROGRESS",
        created_at=minute(10),
        images=(Image(container="app", image="checkout:b"),),
    )
    room.change(with_deployment(stored, merge_service_deployment(stored.deployments[0], answered)))
    blame = room.incident("TASK_FAILED_TO_START").blame
    assert blame is not None
    assert (blame.images, room.heard()) == (answered.images, [])


def test_an_unreadable_record_keeps_no_alert_back(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The failure is published, and of what it began with nothing is known."""

    def unreadable(*_: object) -> ServiceRecord:
        raise InvalidInput("SERVICES#.../checkout", "the service cannot be read")

    monkeypatch.setattr(room.services, "service", unreadable)
    room.fail(1, started_by=2, kind=Kind.ESSENTIAL_CONTAINER_FAILED, cause=Cause("EXIT_CODE"))
    assert room.heard() == [("OPENED", "ESSENTIAL_CONTAINER_FAILED")]
    blame = room.incident("ESSENTIAL_CONTAINER_FAILED").blame
    assert blame is not None
    assert blame.word == "unknown"


@pytest.mark.parametrize("error", [TransientError("throttled"), InvalidInput("row", "cannot be read")])
def test_open_incidents_that_cannot_be_read_are_tried_again(
    room: Room, monkeypatch: pytest.MonkeyPatch, error: LedgerError
) -> None:
    """The change is delivered again: its findings are known by then, and what is over is ended."""
    room.hear(*FAILURE)

    def refuse(_: str) -> Sequence[Incident]:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(room.incidents, "unresolved", refuse)
        before = room.services.service(CLUSTER, "checkout")
        (assessed,) = room.hear(*ROLLBACK)
        assert assessed.failed
    after = room.services.service(CLUSTER, "checkout")
    assert after is not None
    (assessed,) = assess([ServiceChange(record=after, previous=before, at=minute(20))], room.alerts)
    assert (assessed.failed, room.open()) == (False, [])


def test_a_finding_that_comes_meanwhile_is_counted(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is overtaken looks again at the incident as it stands, and ends that."""
    room.hear(deployment_event(2, STARTED, 10))
    room.fail(1, started_by=2)
    room.hear(*FAILURE)
    save, late = room.incidents.save, iter([2])

    def interfered(*given: Any) -> object:
        if not given[0].open and next(late, None):
            room.fail(2, started_by=2, at=15)
        return save(*given)

    monkeypatch.setattr(room.incidents, "save", interfered)
    room.hear(*ROLLBACK)
    assert (room.open(), room.incident("TASK_FAILED_TO_START").count) == ([], 2)
