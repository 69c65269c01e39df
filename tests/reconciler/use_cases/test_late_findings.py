"""Late findings: what no change of the stream brought to the incidents, found by a sweep."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.errors import TransientError
from reconciler.use_cases.checks.late_findings import late_findings
from taskledger.local.memory_incidents import MemoryIncidents
from tests.support.alerting import LOUD
from tests.support.system import SHOP, System

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.incidents.reported import ReportedFinding
    from reconciler.use_cases.sweep import SweepResult


class Store(MemoryIncidents):
    """Incidents whose writes are counted, and that fail as often as they are to."""

    def __init__(self) -> None:
        super().__init__()
        self.saves = 0
        self.failures: list[Exception] = []

    def save(self, *arguments: Any) -> Any:
        self.saves += 1
        return super().save(*arguments)

    def not_stored(self, found: Sequence[ReportedFinding]) -> Sequence[ReportedFinding]:
        if self.failures:
            raise self.failures.pop()
        return super().not_stored(found)


@pytest.fixture
def store(system: System) -> Store:
    store = Store()
    system.alerts = replace(system.alerts, incidents=store, policy=LOUD)
    return store


def stop(system: System, code: int = 1) -> str:
    """A task that ended, as the ledger knows, while none of its changes was assessed."""
    arn = system.running()
    system.end([arn], code)
    system.deliver()
    return arn


def sweep(system: System, minutes: float = 0) -> SweepResult:
    system.wait(minutes)
    return system.sweep_with()


def test_a_change_that_was_given_up_is_published(system: System, store: Store) -> None:
    """The sweep leaves a stop of the last ten minutes to the stream, and publishes an older one, once."""
    stop(system)
    assert (sweep(system, 9.9).late, system.inbox.types()) == (0, [])
    assert (sweep(system, 0.1).late, system.inbox.types()) == (1, [("OPENED", "EXIT_CODE")])
    saves = store.saves
    for _ in range(9):
        assert sweep(system, 15).late == 0
    assert (system.inbox.types(), store.saves) == ([("OPENED", "EXIT_CODE")], saves)


def test_what_is_stored_is_not_written_again(system: System, store: Store) -> None:
    """What assess has stored costs no write and no message, however many sweeps find it."""
    arns = [stop(system) for _ in range(5)]
    system.assess(system.ledger.entries(arns))
    before = (store.saves, len(system.inbox.mail))
    for _ in range(9):
        result = sweep(system, 15)
        assert (result.late, result.clusters[SHOP].late) == (0, [])
    assert (store.saves, len(system.inbox.mail)) == before


def test_only_what_is_missing_is_written(system: System, store: Store) -> None:
    """Of six stops of which four are stored, two are added in one write, and the incident counts six."""
    arns = [stop(system) for _ in range(6)]
    system.assess(system.ledger.entries(arns[:4]))
    saves = store.saves
    result = sweep(system, 10)
    assert {one.finding.task_arn for one in result.clusters[SHOP].late} == set(arns[4:])
    assert (result.late, store.saves - saves) == (2, 1)
    assert [one.count for one in store.everything()] == [6]


def test_a_finding_is_as_old_as_its_fault(system: System, store: Store) -> None:
    """The incident was noted when the task stopped: late news keeps it open no longer than news in time."""
    arn = stop(system)
    system.running()
    system.deliver()
    stopped = system.entry(arn).closed
    assert stopped is not None
    sweep(system, 25)
    (incident,) = store.everything()
    assert (incident.noted_at, incident.opened_at) == (stopped.at, stopped.at + timedelta(minutes=25))
    system.wait(5)
    system.watch()
    assert system.inbox.types() == [("OPENED", "EXIT_CODE"), ("RESOLVED", "EXIT_CODE")]


def test_later_findings_of_an_incident_are_dated_too(system: System, store: Store) -> None:
    """One that is added to an open incident moves its time on to the fault's, and never back."""
    first = stop(system)
    system.wait(6)
    second = stop(system)
    system.assess(system.ledger.entries([second]))
    (incident,) = store.everything()
    noted_at = incident.noted_at
    assert sweep(system, 5).late == 1
    (incident,) = store.everything()
    assert (incident.noted_at, incident.first_seen_at) == (noted_at, noted_at - timedelta(minutes=6))
    assert system.entry(first).closed


@pytest.mark.parametrize(("minutes", "late"), [(119, 1), (121, 0)])
def test_how_far_back_it_looks(system: System, store: Store, minutes: float, late: int) -> None:
    """For two hours, in which the stream gives up; what is older is left alone."""
    stop(system)
    assert sweep(system, minutes).late == late


@pytest.mark.parametrize("replayed", [False, True])
def test_nothing_of_what_was_replayed(system: System, store: Store, replayed: bool) -> None:  # noqa: FBT001 - a table
    """A stop that only a replay brought, of a task that ECS has forgotten, is old news here too."""
    arn = system.running()
    system.end([arn], 1)
    system.wait(65)
    if replayed:
        system.events[:] = [event | {"replay-name": "yesterday"} for event in system.events]
    system.deliver()
    assert system.entry(arn).replayed is replayed
    assert sweep(system).late == (0 if replayed else 1)
    assert len(system.inbox.types()) == (0 if replayed else 1)


def test_what_is_no_fault_is_not_found(system: System, store: Store) -> None:
    """A task of a service that was scaled in is over, and nothing is late."""
    arn = system.running()
    system.scale_in([arn], "Scaling activity initiated by (deployment ecs-svc/1)")
    system.deliver()
    assert (sweep(system, 11).late, store.saves) == (0, 0)


def test_a_store_that_gives_no_answer(system: System, store: Store) -> None:
    """The cluster is reported with the error, the sweep comes to its end, and the next one publishes."""
    stop(system)
    error = TransientError("throttled")
    store.failures = [error]
    system.wait(11)
    result = system.sweep_with(clusters=[SHOP])
    assert (result.clusters[SHOP].errors, result.complete, result.late) == ([error], True, 0)
    assert sweep(system).late == 1


def test_reported_once_by_two_sweeps(system: System, store: Store) -> None:
    """Two sweeps that read the same before either wrote publish it once, and one counts it."""
    stop(system)
    system.wait(11)
    now = system.clock.now
    (found,), _ = late_findings(SHOP, system.ledger, store, system.policy, now)
    assert [one.new for one in system.alerts.notify([found]).values()] == [1]
    assert [one.new for one in system.alerts.notify([found]).values()] == [0]
    assert system.inbox.types() == [("OPENED", "EXIT_CODE")]
