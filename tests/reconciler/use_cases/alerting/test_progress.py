"""How incidents that are due stand: their services, their runs, and all whom one cause struck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.errors import TransientError
from reconciler.findings.model import Cause, Kind, Severity
from reconciler.incidents.facts.impact import Level, level_of
from reconciler.incidents.model import SEVERAL, Incident
from reconciler.model.service import ServiceReading
from reconciler.use_cases.maintain_incidents import MaintenanceResult
from reconciler.use_cases.notify import Alerts
from taskledger.local.memory_incidents import MemoryIncidents, MemoryNotifier
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.simulator.engine.clock import Clock
from tests.support.alerting import maintain, new_alerts
from tests.support.desk import Running
from tests.support.findings import crash, found
from tests.support.service_sweeps import FakeEcs
from tests.support.services import SERVICE, described, reading
from tests.support.tasks_of import CRASHED, SUCCEEDED, run, stop
from tests.support.values import CLUSTER, START, state, task_arn


def named(name: str, running: int) -> ServiceReading:
    """The service of this name, of which so many of two tasks run."""
    one = reading(described(1, -600), desired=2, running=running)
    arn = SERVICE.replace("checkout", name)
    return replace(one, state=replace(one.state, service_arn=arn, service=name))


@dataclass
class Room:
    """Services in ECS, and what is reported of them, on a clock that is set by hand."""

    incidents: MemoryIncidents = field(default_factory=MemoryIncidents)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    clock: Clock = field(default_factory=lambda: Clock(START))
    ecs: FakeEcs = field(default_factory=FakeEcs)
    tasks: Running = field(default_factory=Running)
    notifier: MemoryNotifier = field(init=False)
    alerts: Alerts = field(init=False)

    def __post_init__(self) -> None:
        self.notifier = MemoryNotifier(self.now)
        alerts = new_alerts(self.now, incidents=self.incidents, notifier=self.notifier, ledger=self.ledger)
        self.alerts = replace(alerts, looks=replace(alerts.looks, ecs_services=self.ecs))

    def now(self) -> datetime:
        return self.clock.now

    def runs(self, running: int, *names: str) -> None:
        """So many tasks of each of these services run from now on, and have for a while."""
        for name in names:
            one = named(name, running)
            self.ecs.readings[one.state.service_arn] = one
        others = [each for each in self.tasks.states if each.service not in names]
        started = self.clock.now - timedelta(hours=1)
        own = [
            state(3, task_arn=task_arn(number), group=f"service:{name}", started_at=started)
            for name in names
            for number in range(running)
        ]
        self.tasks = Running([*others, *own])

    def watch(self, rounds: int = 1) -> MaintenanceResult:
        """The watch works so many times, a minute apart; what it did the last time."""
        for _ in range(rounds - 1):
            self.watch()
        self.clock.advance(60)
        return maintain(self.alerts, self.tasks)

    def levels(self) -> dict[str, Level]:
        now = self.clock.now
        return {one.service or "": level_of(one.impact, now) for one in self.incidents.everything()}

    def several(self) -> Incident:
        (found,) = (one for one in self.incidents.everything() if one.key.owner == SEVERAL)
        return found

    def heard(self) -> list[str]:
        return [one.message.document["type"] for one in self.notifier.sent]


def strike(room: Room, names: Sequence[str]) -> None:
    """One registry strikes these services."""
    room.alerts.notify(
        found(number, room.clock.now, group=f"service:{name}") for number, name in enumerate(names)
    )


NAMES = ("a", "b", "c")


def test_a_service_is_asked_about_once_for_all_its_incidents() -> None:
    """Each round, as long as one of them is due; all of them get the answer."""
    room = Room()
    room.runs(0, "checkout")
    room.alerts.notify([crash(1), crash(2, cause=Cause("EXIT_CODE"))])
    room.ecs.made("describe_services")
    room.watch(3)
    assert room.ecs.made("describe_services") == [[SERVICE]] * 3
    impacts = [one.impact for one in room.incidents.everything()]
    assert [one.zero_since for one in impacts if one] == [START, START]
    assert {one.severity for one in room.incidents.everything()} == {Severity.HIGH}


def test_nothing_is_concluded_while_ecs_does_not_answer() -> None:
    """What is known of a service stays, its incident stays open, and the round says why."""
    room = Room()
    room.runs(2, "checkout")
    room.alerts.notify([crash(1)])
    room.ecs.errors["describe_services"] = TransientError("timed out")
    results = [room.watch() for _ in range(60)]
    assert {str(error) for result in results for error in result.errors} == {"timed out"}
    assert [one.open for one in room.incidents.everything()] == [True]
    room.ecs.errors.clear()
    assert [error for _ in range(5) for error in room.watch().errors] == []
    assert [one.open for one in room.incidents.everything()] == [False]


@pytest.fixture
def failing() -> Room:
    """A service that is not in the ledger, and whose new deployment failed three times since it was read."""
    room = Room()
    room.runs(4, "checkout")
    newest = described(2, 0, revision=43, rollout_state="IN_PROGRESS", running=0)
    room.clock.move_to(newest.created_at + timedelta(minutes=1))
    older = described(1, -600, status="ACTIVE")
    room.ecs.readings[SERVICE] = reading(newest, older)
    room.alerts.notify([crash(1, room.clock.now)])
    assert room.heard() == []
    after = replace(newest, rollout=replace(newest.rollout, failed_tasks=3))
    room.ecs.readings[SERVICE] = reading(after, older)
    room.watch(2)
    return room


def test_a_failed_deployment_comes_to_light_by_a_look(failing: Room) -> None:
    """No change of the stream shows that three tasks failed and none runs; the watch reports it."""
    kinds = {one.key.kind for one in failing.incidents.everything()}
    assert kinds == {Kind.DEPLOYMENT_FAILED, Kind.ESSENTIAL_CONTAINER_FAILED}
    assert failing.heard() == ["OPENED"]


@pytest.mark.parametrize("error", [None, TransientError("timed out")], ids=["read", "unanswered"])
def test_it_goes_on_by_looks_alone(failing: Room, error: TransientError | None) -> None:
    """Whether they show it or are not answered; no sweep has brought the service to the ledger yet."""
    failing.ecs.errors |= {"describe_services": error} if error else {}
    failing.watch(30)
    assert failing.heard() == ["OPENED"]


def test_a_run_says_how_many_failed_of_how_many() -> None:
    """It is published when its last task has ended, and no more came for ten minutes."""
    room = Room()
    nightly: dict[str, Any] = {"group": "family:nightly"}
    began = {"created_at": START, "started_at": START}
    run(room.ledger, range(2, 6), START, **nightly)
    stop(room.ledger, 1, START, **nightly, **began, **CRASHED)
    room.alerts.notify([crash(1, **nightly)])
    room.watch(20)
    assert room.heard() == []
    for number in range(2, 6):
        stop(room.ledger, number, room.clock.now, **nightly, **began, **SUCCEEDED)
    room.watch(5)
    (incident,) = room.incidents.everything()
    assert (room.heard(), incident.count, incident.tasks_of_run) == (["OPENED"], 1, 5)
    room.watch(60)
    assert (room.heard(), room.incidents.unresolved(CLUSTER)) == (["OPENED"], [])


def test_several_end_when_all_is_quiet() -> None:
    """Thirty minutes after the last finding of any: one RESOLVED for all, and its members are closed."""
    room = Room()
    strike(room, NAMES)
    room.runs(2, *NAMES)
    room.watch(20)
    strike_again = found(9, room.clock.now, group="service:b")
    room.alerts.notify([strike_again])
    room.watch(29)
    assert (room.heard(), room.several().open) == (["OPENED"], True)
    room.watch(2)
    assert room.heard() == ["OPENED", "RESOLVED"]
    assert [one for one in room.incidents.everything() if one.open] == []


def test_several_go_on_while_a_service_of_them_is_down() -> None:
    """However long nothing fails."""
    room = Room()
    strike(room, NAMES)
    room.runs(2, "a", "b")
    room.runs(0, "c")
    room.watch(90)
    assert (room.several().open, room.levels()["c"]) == (True, Level.DOWN)
    assert "RESOLVED" not in room.heard()
    room.runs(2, "c")
    room.watch(5)
    assert (room.several().open, room.heard()[-1]) == (False, "RESOLVED")


def test_one_that_goes_down_is_named() -> None:
    """Members say nothing of their own; the incident of all says it for them, once, and as high."""
    room = Room()
    room.runs(2, *NAMES)
    strike(room, NAMES)
    room.watch(2)
    assert room.heard() == ["OPENED"]
    room.runs(0, "b")
    room.watch(20)
    documents = [one.message.document for one in room.notifier.sent]
    assert [(each["type"], each["severity"], len(each["owners"])) for each in documents[:2]] == [
        ("OPENED", documents[0]["severity"], 3),
        ("OPENED", "high", 3),
    ]
    shared = room.several().shared
    assert shared is not None
    assert shared.named_down == ("service:b",)
    assert len(documents) == 2


def test_one_that_is_reported_late_is_named() -> None:
    """Its failure was long before the others were struck: it says nothing of its own, so they name it."""
    room = Room()
    room.runs(2, *NAMES)
    room.runs(0, "d")
    strike(room, NAMES)
    room.watch()
    room.alerts.notify([found(9, room.clock.now - timedelta(minutes=20), group="service:d")])
    room.watch(20)
    shared = room.several().shared
    assert shared is not None
    assert (shared.number, shared.named_down) == (4, ("service:d",))


@pytest.mark.parametrize(("number", "rounds"), [(100, 1), (150, 2)])
def test_a_hundred_members_are_closed_at_once(number: int, rounds: int) -> None:
    """Those of which nobody knows how they run end with the incident of all, which ends with the last."""
    room = Room()
    strike(room, [f"s{each}" for each in range(number)])
    room.watch(2)
    room.clock.advance(30 * 60)
    for each in range(1, rounds + 1):
        room.clock.advance(10 * 60)
        room.watch()
        left = max(number - 100 * each, 0)
        assert len(room.incidents.unresolved(CLUSTER)) == left + (left > 0)
    assert [type_ for type_ in room.heard() if type_ != "ONGOING"] == ["OPENED", "RESOLVED"]
