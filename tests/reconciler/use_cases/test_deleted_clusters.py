"""Clusters that ECS does not know any more: nothing runs there, nothing stands, and nothing has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from taskledger.local.memory_incidents import MemoryIncidents
from taskledger.simulator.engine.errors import ApiError
from tests.support.system import SHOP, System

if TYPE_CHECKING:
    from reconciler.use_cases.watch import WatchResult
    from taskledger.simulator.engine.shapes import Answer, Fields

KINDS = {"ESSENTIAL_CONTAINER_FAILED", "STUCK", "PROTECTION_EXPIRING", "PROTECTION_EXPIRED"}


def open_kinds(system: System) -> set[str]:
    store = system.alerts.incidents
    assert isinstance(store, MemoryIncidents)
    return {one.key.kind for one in store.everything() if one.open}


def delete(system: System) -> None:
    """From now on ECS does not know the cluster `shop`."""

    def refuse(operation: str, request: Fields) -> Exception | None:
        gone = request.get("cluster") == SHOP
        return ApiError("ClusterNotFoundException", "Cluster not found.") if gone else None

    def change(operation: str, answer: Answer) -> Answer:
        if operation != "ListClusters":
            return answer
        return {"clusterArns": [arn for arn in answer["clusterArns"] if arn != SHOP]}

    system.api.refuse, system.api.change = refuse, change


def watch(system: System, minutes: int) -> list[WatchResult]:
    results = []
    for _ in range(minutes):
        system.wait(1)
        results.append(system.watch())
    return results


def failures(results: list[WatchResult]) -> list[object]:
    return [error for one in results for error in (*one.protection.errors.values(), *one.maintenance.errors)]


@pytest.fixture
def deleted(system: System) -> System:
    """A cluster is gone that had a stop, a stuck task and a protection that ran out, all of them reported."""
    failed, pending, held = system.running(), system.start(), system.running()
    system.end([failed], 1)
    system.report(pending, "PENDING")
    system.deliver()
    system.protect(held, minutes=20)
    system.pass_time(minutes=30)
    another = system.running()
    system.end([another], 1)
    system.pass_time(minutes=1)
    assert open_kinds(system) == KINDS
    delete(system)
    return system


def test_it_is_no_failure(deleted: System) -> None:
    """The watch and the sweep go over it for two hours without an error."""
    for _ in range(8):
        assert failures(watch(deleted, 15)) == []
        swept = deleted.sweep_with()
        assert (swept.errors, swept.clusters[SHOP].errors, swept.complete) == ([], [], True)


def test_what_was_asked_of_ecs_is_over(deleted: System) -> None:
    """Neither a service nor a stuck task is left; the watch says so without a sweep."""
    watch(deleted, 70)
    assert open_kinds(deleted) <= {"PROTECTION_EXPIRED", "PROTECTION_EXPIRING"}
    resolved = [m.document["kind"] for _, m in deleted.inbox.mail if m.document["type"] == "RESOLVED"]
    assert resolved == ["STUCK"]  # of the others nobody was notified


def test_everything_of_it_is_resolved(deleted: System) -> None:
    """Once the sweep has closed its tasks, no incident of it is open or due."""
    for _ in range(8):
        watch(deleted, 15)
        deleted.sweep_with()
        deleted.assess(deleted.ledger.entries(deleted.started))
    assert (open_kinds(deleted), list(deleted.ledger.open_tasks(SHOP))) == (set(), [])
    assert list(deleted.alerts.incidents.due(SHOP, deleted.clock.now)) == []


def test_a_protection_there_need_not_be_watched(system: System) -> None:
    """One that is near its end in a cluster that is gone makes no finding, no change and no failure."""
    arn = system.running()
    system.deliver()
    system.protect(arn)
    system.sweep_with()
    before = system.entry(arn)
    delete(system)
    results = watch(system, 130)
    assert failures(results) == []
    assert [one.protection.findings for one in results if one.protection.findings] == []
    assert (system.entry(arn), system.api.made("GetTaskProtection")[-1]["tasks"]) == (before, [arn])
