"""A look at services: what ECS says of them, how long their tasks have run, and what stands in for ECS."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.errors import AccessDenied, ClusterNotFound, LedgerError, TransientError
from reconciler.findings.policy import DEFAULT
from reconciler.incidents.facts.impact import Running
from reconciler.model.service import ServiceReading
from reconciler.model.task import Absence
from reconciler.use_cases.alerting.service_look import Asked, Look, Looks, ServiceLook
from taskledger.local.memory_ledger import MemoryLedger
from tests.support.desk import Running as Tasks
from tests.support.service_sweeps import FakeEcs
from tests.support.services import SERVICE, described, reading
from tests.support.system import SHOP, System
from tests.support.tasks_of import CRASHED, HOUR, run, stop
from tests.support.values import CLUSTER, START, state, task_arn

NOW = START + timedelta(minutes=10)
ASKED = Asked("checkout", START)


@dataclass
class Room:
    """ECS as it answers, and a ledger that knows two tasks of the service, one of which has crashed."""

    ecs: FakeEcs = field(default_factory=FakeEcs)
    tasks: Any = None
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    def __post_init__(self) -> None:
        run(self.ledger, range(2), START - HOUR)
        stop(self.ledger, 1, START, **CRASHED)

    def look(self, *asked: Asked) -> Looks:
        look = ServiceLook(ecs_services=self.ecs, ledger=self.ledger, policy=DEFAULT, tasks=self.tasks)
        return look.look(CLUSTER, asked or [ASKED], NOW)

    def running(self) -> Running | None:
        looks = self.look()
        assert looks.error is None
        return looks.of("checkout").running

    def answer(self, found: ServiceReading) -> None:
        self.ecs.readings[SERVICE] = found


BY_LEDGER = Running(desired=2, least=2, steady=1, estimated=True)


def test_what_ecs_says_counts() -> None:
    """Whatever the ledger knows; the whole answer is there for those who need its deployments."""
    room, found = Room(), reading(described(1, -600), running=3)
    room.answer(found)
    looks = room.look()
    assert looks.of("checkout") == Look(Running(desired=4, least=4, steady=3), found)
    assert (looks.error, looks.of("orders"), looks.of(None)) == (None, Look(), Look())


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (reading(described(2, 0, rollout_state="IN_PROGRESS"), minimum=50), (4, 2)),
        (reading(described(2, 0, rollout_state="IN_PROGRESS"), minimum=None), (4, 4)),
        (reading(described(1, 0), minimum=50), (4, 4)),
        (reading(status="DRAINING"), (0, 0)),
        (reading(status="INACTIVE"), (0, 0)),
    ],
    ids=["rolls, may run half", "rolls, unknown", "steady", "drains", "deleted"],
)
def test_how_many_have_to_run(found: ServiceReading, expected: tuple[int, int]) -> None:
    """Fewer than desired while a deployment may run fewer, none of a service that is on its way out."""
    room = Room()
    room.answer(found)
    running = room.running()
    assert running is not None
    assert (running.desired, running.least) == expected


def tasks_since(*seconds: float, **values: Any) -> Tasks:
    """Tasks that have been RUNNING for so long."""
    started = [NOW - timedelta(seconds=each) for each in seconds]
    return Tasks([state(3, task_arn=task_arn(n), started_at=at, **values) for n, at in enumerate(started)])


def test_a_task_counts_after_a_minute() -> None:
    """Where single tasks may be asked about: those that are RUNNING for a minute, and no others."""
    room = Room(tasks=tasks_since(3600, 60, 59))
    room.answer(reading(described(1, -600), running=3))
    assert room.running() == Running(desired=4, least=4, steady=2)
    room.tasks = tasks_since(3600, 3600, last_status="PENDING")
    assert room.running() == Running(desired=4, least=4, steady=0)


def test_where_ages_are_not_known_all_count() -> None:
    """More than a hundred are not asked about, and nothing follows where ECS does not answer for one."""
    room = Room(tasks=tasks_since(5))
    room.answer(reading(described(1, -600), running=101, desired=101))
    assert room.running() == Running(desired=101, least=101, steady=101)

    class Unknown(Tasks):
        def describe(self, cluster_arn: str, task_arns: Any) -> Any:
            return dict.fromkeys(task_arns, Absence.UNKNOWN)

    room.tasks = Unknown(tasks_since(5).states)
    room.answer(reading(described(1, -600), running=3))
    assert room.running() == Running(desired=4, least=4, steady=3)


@pytest.mark.parametrize("refusal", [None, AccessDenied("no")], ids=["MISSING", "may not be asked"])
def test_the_ledger_stands_in(refusal: LedgerError | None) -> None:
    """Where ECS knows no such service, or may not be asked, which is no error."""
    room = Room()
    if refusal:
        room.ecs.errors["describe_services"] = refusal
    assert room.look() == Looks({"checkout": Look(BY_LEDGER, None)})


def test_nothing_stands_in_for_an_answer_to_come() -> None:
    """While ECS does not answer, nothing is known of the services, and the look says why."""
    room = Room()
    room.ecs.errors["describe_services"] = TransientError("timed out")
    looks = room.look()
    assert (looks.of("checkout"), str(looks.error)) == (Look(), "timed out")


def test_an_answer_without_a_service_is_none() -> None:
    """Of one of which ECS did not say anything, nothing is known; of the others what ECS says."""
    room = Room()
    room.ecs.readings[SERVICE] = Absence.UNKNOWN
    other = reading(described(1, -600))
    orders = replace(other, state=replace(other.state, service_arn=f"{SERVICE[:-8]}orders", service="orders"))
    room.ecs.readings[orders.state.service_arn] = orders
    looks = room.look(ASKED, Asked("orders", START))
    assert (looks.of("checkout"), looks.of("orders").reading) == (Look(), orders)


def test_nothing_should_run_in_a_cluster_that_is_gone() -> None:
    """Whatever the ledger still believes to run there: the look succeeded."""
    room = Room()
    room.ecs.errors["describe_services"] = ClusterNotFound("gone")
    assert room.running() == Running(desired=0, least=0, steady=0)


def test_where_nobody_answers_nothing_is_known() -> None:
    """An error of the table is not the same as a service of which it knows nothing."""
    room = Room()

    class Silent(MemoryLedger):
        def open_tasks(self, cluster_arn: str) -> Any:
            raise TransientError("throttled")

    room.ledger = Silent()
    looks = room.look()
    assert (looks.of("checkout"), str(looks.error)) == (Look(), "throttled")


def test_services_are_read_in_tens(system: System) -> None:
    """However many are asked about at once, each is answered for, in as few calls as ECS allows."""
    names = [f"s{number}" for number in range(25)]
    for name in names:
        system.running(service=name)
    system.deliver()
    system.wait(5)
    system.api.heal()
    asked = [Asked(name, system.clock.now) for name in names]
    looks = system.alerts.looks.look(SHOP, asked, system.clock.now)
    expected = Running(desired=1, least=1, steady=1, estimated=True)
    assert [looks.of(name).running for name in names] == [expected] * 25
    assert [len(request["services"]) for request in system.api.made("DescribeServices")] == [10, 10, 5]
