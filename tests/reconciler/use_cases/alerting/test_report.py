"""A report of findings: what it opens besides their own incidents, and what others do to it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.errors import TransientError
from reconciler.findings.model import Kind, Severity
from reconciler.incidents.model import SEVERAL, Incident
from reconciler.incidents.reported import ReportedFinding
from reconciler.use_cases.notify import Alerts
from taskledger.local.memory_incidents import MemoryIncidents, MemoryNotifier
from taskledger.simulator.engine.clock import Clock
from tests.support.alerting import maintain, new_alerts
from tests.support.desk import Running
from tests.support.findings import crash, found
from tests.support.services import deployment_id, described, reading
from tests.support.values import START


class Raced(MemoryIncidents):
    """Incidents that let something else happen before an incident of several owners is saved, once."""

    meanwhile: Callable[[], object] | None = None

    def save(self, incident: Incident, *others: Any) -> Any:
        act, found = self.meanwhile, incident.key.owner == SEVERAL
        if act and found:
            self.meanwhile = None
            act()
        return super().save(incident, *others)


@dataclass
class Room:
    """Where findings are reported, on a clock that is set by hand."""

    incidents: Raced = field(default_factory=Raced)
    clock: Clock = field(default_factory=lambda: Clock(START))
    notifier: MemoryNotifier = field(init=False)
    alerts: Alerts = field(init=False)

    def __post_init__(self) -> None:
        self.notifier = MemoryNotifier(self.now)
        self.alerts = new_alerts(self.now, incidents=self.incidents, notifier=self.notifier)

    def now(self) -> datetime:
        return self.clock.now

    def strike(self, numbers: range, apart: float = 1, report: Callable[..., Any] = found) -> None:
        """One service after the other is struck, so many seconds apart, each by a report of its own."""
        for number in numbers:
            self.alerts.notify([report(number, self.clock.now, group=f"service:s{number}")])
            self.clock.advance(apart)

    def watch(self, minutes: float = 1) -> None:
        self.clock.advance(minutes * 60)
        maintain(self.alerts, Running())

    def several(self) -> list[Incident]:
        return [one for one in self.incidents.everything() if one.key.owner == SEVERAL]

    def heard(self) -> list[tuple[str, int]]:
        """Type of each message, and how many owners it is of."""
        documents = [one.message.document for one in self.notifier.sent]
        return [(each["type"], len(each["owners"])) for each in documents]


def test_the_last_to_come_opens_the_incident_of_all() -> None:
    """From the third service on one incident is of all that one registry strikes, and no other is heard."""
    room = Room()
    room.strike(range(2))
    assert room.several() == []
    room.strike(range(2, 3))
    (several,) = room.several()
    assert several.shared is not None
    assert sorted(one.name for one in several.shared.owners) == ["service:s0", "service:s1", "service:s2"]
    for _ in range(3):
        room.watch()
    assert room.heard() == [("OPENED", 3)]
    assert len(room.incidents.everything()) == 4


def test_services_that_are_struck_far_apart_are_no_several() -> None:
    """More than ten minutes lie between the first and the third: each is a matter of its own."""
    room = Room()
    room.strike(range(3), apart=301)
    assert room.several() == []


def test_who_is_struck_again_and_again_is_one_of_several() -> None:
    """However long ago the first of its faults was, when others are struck too."""
    room = Room()
    for number in range(100, 125):
        room.alerts.notify([found(number, room.clock.now, group="service:s0")])
        room.clock.advance(60)
    room.strike(range(1, 3))
    (several,) = room.several()
    assert several.shared
    assert {one.name for one in several.shared.owners} == {"service:s0", "service:s1", "service:s2"}


@pytest.mark.parametrize(("number", "several"), [(9, 0), (10, 1)])
def test_what_is_a_programs_own_is_shared_from_the_tenth(number: int, several: int) -> None:
    """Nine services that fail by the same exit code are nine incidents."""
    room = Room()

    def failed(number: int, when: datetime, **values: Any) -> ReportedFinding:
        return crash(number, when, severity=Severity.MEDIUM, **values)

    room.strike(range(number), report=failed)
    assert len(room.several()) == several


def test_of_two_that_open_it_at_once_one_wins() -> None:
    """The other's findings are stored all the same, and it is published once, with all owners."""
    room = Room()
    room.strike(range(2))
    room.incidents.meanwhile = lambda: room.strike(range(7, 8))
    room.strike(range(2, 3))
    assert len(room.several()) == 1
    room.watch()
    assert [type_ for type_, _ in room.heard()] == ["OPENED"]
    (several,) = room.several()
    assert several.shared is not None
    assert (several.shared.number, len(room.incidents.findings())) == (4, 4)


def test_a_deployment_that_the_look_shows_to_fail_is_reported() -> None:
    """From the third failed task with none that runs, and it speaks for the task that brought it to light."""
    room = Room()
    newest = described(2, 0, revision=43, rollout_state="IN_PROGRESS", running=0, failed_tasks=3)
    older = described(1, -600, status="ACTIVE")
    room.clock.move_to(newest.created_at + timedelta(minutes=5))
    room.alerts = new_alerts(
        room.now, reading(newest, older, running=4), incidents=room.incidents, notifier=room.notifier
    )
    one = crash(1, room.clock.now)
    one = ReportedFinding(finding=one.finding, at=one.at, deployment_id=deployment_id(2))
    results = room.alerts.notify([one])
    assert {key.kind for key in results} == {Kind.DEPLOYMENT_FAILED, Kind.ESSENTIAL_CONTAINER_FAILED}
    kinds = [
        (each.message.document["kind"], each.message.document["severity"]) for each in room.notifier.sent
    ]
    assert kinds == [("DEPLOYMENT_FAILED", "high")]
    room.alerts.notify([one])
    assert len(room.incidents.findings()) == 2


def test_a_look_that_failed_keeps_no_finding_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stored with the severity of its cause, and why its impact is not known is in the result."""
    room = Room()

    def silent(cluster_arn: str, services: Sequence[str]) -> Any:
        raise TransientError("timed out")

    monkeypatch.setattr(room.alerts.looks.ecs_services, "describe_services", silent)
    (result,) = room.alerts.notify([crash(1)]).values()
    assert (result.new, result.queued, result.error, str(result.unread)) == (1, True, None, "timed out")
    assert room.heard() == [("OPENED", 1)]
