"""How a service runs by the ledger's own entries: what runs now against what ran at the first fault."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from reconciler.findings.policy import DEFAULT
from reconciler.incidents.facts.impact import Impact, Running, checked
from reconciler.model.entry import LedgerEntry
from reconciler.use_cases.alerting.own_tasks import OwnTasks
from taskledger.local.memory_ledger import MemoryLedger
from tests.support.tasks_of import CRASHED, HOUR, SCALED_IN, run, stop
from tests.support.values import CLUSTER, START, at

FIRST = START + timedelta(minutes=5)  # the first fault
NOW = START + timedelta(minutes=10)


@pytest.fixture
def ledger() -> MemoryLedger:
    """Four tasks of the service ran until the first of them crashed."""
    ledger = MemoryLedger()
    run(ledger, range(4), START - HOUR)
    stop(ledger, 0, FIRST, **CRASHED)
    return ledger


def running(ledger: MemoryLedger, before: Impact | None = None) -> tuple[int, int, int] | None:
    """Desired, steady and pending."""
    found = OwnTasks(ledger, CLUSTER, DEFAULT, NOW).running("checkout", FIRST, before)
    return (found.desired, found.steady, found.pending) if found else None


def test_what_ran_at_the_first_fault_should_run(ledger: MemoryLedger) -> None:
    """The task that crashed then is missing until another one runs."""
    assert running(ledger) == (4, 3, 0)


def test_all_of_these_have_to_run(ledger: MemoryLedger) -> None:
    """Nobody says that fewer do while a deployment is under way; and that they do is an estimate."""
    found = OwnTasks(ledger, CLUSTER, DEFAULT, NOW).running("checkout", FIRST, None)
    assert found == Running(desired=4, least=4, steady=3, estimated=True)


def test_planned_stops_are_not_missed(ledger: MemoryLedger) -> None:
    """One that was scaled in since need not run any more; one that crashed should."""
    stop(ledger, 1, FIRST + timedelta(minutes=1), **SCALED_IN)
    stop(ledger, 2, FIRST + timedelta(minutes=1), **CRASHED)
    assert running(ledger) == (3, 1, 0)


@pytest.mark.parametrize(("seconds", "expected"), [(59, (4, 3, 1)), (60, (4, 4, 0))])
def test_a_replacement_counts_after_a_minute(
    ledger: MemoryLedger, seconds: float, expected: tuple[int, int, int]
) -> None:
    """Until then it is on its way, as a crash loop is RUNNING again and again, too."""
    run(ledger, range(9, 10), NOW - timedelta(seconds=seconds))
    assert running(ledger) == expected


def test_what_is_asked_to_stop_does_not_count(ledger: MemoryLedger) -> None:
    """Its replacement does: a service whose tasks Spot takes runs no more of them in between."""
    run(ledger, range(5, 6), START - HOUR, desired_status="STOPPED")
    assert running(ledger) == (5, 3, 1)
    run(ledger, range(9, 11), NOW - timedelta(minutes=2))
    assert running(ledger) == (5, 5, 1)


def test_after_a_look_only_what_came_since_counts(ledger: MemoryLedger) -> None:
    """What should run is what should have then, less planned stops since; more that run are desired too."""
    look = Running(desired=4, least=4, steady=3)
    before = checked(None, look, FIRST + timedelta(minutes=2))
    stop(ledger, 1, FIRST + timedelta(minutes=1), **SCALED_IN)  # known to the look
    assert running(ledger, before) == (4, 2, 0)
    stop(ledger, 2, FIRST + timedelta(minutes=3), **SCALED_IN)
    assert running(ledger, before) == (3, 1, 0)
    run(ledger, range(20, 30), NOW - timedelta(minutes=2))
    assert running(ledger, before) == (11, 11, 0)


def test_tasks_of_others_do_not_count(ledger: MemoryLedger) -> None:
    """Neither those of another service nor standalone ones."""
    run(ledger, range(20, 25), START - HOUR, group="service:orders")
    run(ledger, range(25, 30), START - HOUR, group="family:checkout")
    assert running(ledger) == (4, 3, 0)


def test_a_service_that_was_never_seen_is_unknown() -> None:
    """Of none of its tasks it does not follow that none should run."""
    ledger = MemoryLedger()
    run(ledger, range(20, 25), START - HOUR, group="service:orders")
    assert running(ledger) is None


@pytest.mark.parametrize(("number", "known"), [(997, True), (998, False)])
def test_too_many_tasks_say_nothing(ledger: MemoryLedger, number: int, known: bool) -> None:  # noqa: FBT001 - a table
    """Of more than a thousand open tasks in the cluster none is read, and the service is unknown."""
    run(ledger, range(20, 20 + number), at(0) - HOUR, group="service:orders")
    assert (running(ledger) is not None) is known


class Counting(MemoryLedger):
    """Keeps since when it was asked for closed tasks, in milliseconds as the table has them."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[datetime] = []

    def closed_between(self, cluster_arn: str, since: datetime, until: datetime) -> Sequence[LedgerEntry]:
        self.asked.append(since.replace(microsecond=since.microsecond // 1000 * 1000))
        return super().closed_between(cluster_arn, self.asked[-1], until)


def test_closed_tasks_are_read_again_only_to_go_further_back() -> None:
    """However many services are asked about; to each only those count that closed since its own time."""
    ledger, early = Counting(), FIRST - timedelta(minutes=2)
    for number, service in enumerate(("checkout", "orders", "cart")):
        stop(ledger, number, early, **CRASHED, group=f"service:{service}")
        stop(ledger, number + 10, FIRST, **CRASHED, group=f"service:{service}")
    own = OwnTasks(ledger, CLUSTER, DEFAULT, NOW)
    sub_millisecond = FIRST + timedelta(microseconds=999)  # as a clock has it, and no stored time
    times = {"checkout": sub_millisecond, "orders": early, "cart": FIRST}
    found = {service: own.running(service, since, None) for service, since in times.items()}
    assert {service: one and one.desired for service, one in found.items()} == {
        "checkout": 1,
        "orders": 2,
        "cart": 1,
    }
    assert ledger.asked == [FIRST, early]
