"""Services within a sweep of all clusters, on the simulated ECS."""

from datetime import timedelta

from reconciler.services.outcomes import Outcome, histories
from taskledger.simulator.engine.errors import ApiError
from taskledger.simulator.services.outcomes import fails_to_start
from tests.support.system import SHOP, System, counts

BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


def deploy(system: System, revision: int, *, minutes: float = 20) -> None:
    definition = {"taskDefinition": f"checkout:{revision}"}
    if revision == 1:
        wanted = {"serviceName": "checkout", "desiredCount": 2, "deploymentConfiguration": BREAKER}
        system.ecs.call("CreateService", {"cluster": "shop", "launchType": "FARGATE", **wanted, **definition})
    else:
        system.ecs.call("UpdateService", {"cluster": "shop", "service": "checkout", **definition})
    live(system, minutes)


def live(system: System, minutes: float) -> None:
    system.ecs.run_until(system.clock.now + timedelta(minutes=minutes))


def outcomes(system: System) -> list[Outcome]:
    record = system.services.service(SHOP, "checkout")
    assert record is not None
    return [one.outcome for one in histories(record)]


def test_a_rollback_of_which_no_event_came(system: System) -> None:
    """It is known by the sweeps, in the outcome of each deployment, and one incident is opened of it."""
    deploy(system, 1)
    system.deliver()
    assert counts(system.sweep_with()) == {"SERVICES": 1}
    system.ecs.plan("checkout:2", fails_to_start())
    deploy(system, 2, minutes=2)
    for _ in range(3):
        system.sweep_with()
        live(system, 7)
        system.drop()
    assert outcomes(system) == [Outcome.COMPLETED, Outcome.ROLLED_BACK, Outcome.COMPLETED]
    assert system.inbox.types().count(("OPENED", "CIRCUIT_BREAKER")) == 1


def test_a_run_within_the_tasks_of_a_cluster_reads_no_services_again(
    system: System, small_chunks: None
) -> None:
    """Services come before the tasks of their cluster; who goes on after a task has read them."""
    deploy(system, 1)
    system.deliver()
    system.running()
    asked = iter([False, False, False, False, True])
    left = system.sweep_with(out_of_time=lambda: next(asked, True))
    assert (left.complete, left.place and left.place.after is not None) == (False, True)
    assert left.clusters[SHOP].counts["SERVICES"] == 1
    on = system.sweep_with()
    assert (on.complete, on.clusters[SHOP].counts["SERVICES"]) == (True, 0)


def test_a_run_that_ends_within_the_services_reads_them_again(system: System) -> None:
    """The place stays before the cluster's tasks, and nothing is lost by the second reading."""
    deploy(system, 1)
    system.drop()
    asked = iter([False, False])
    left = system.sweep_with(out_of_time=lambda: next(asked, True))
    assert (left.complete, left.place and (left.place.cluster_arn, left.place.after)) == (False, (SHOP, None))
    on = system.sweep_with()
    assert (on.complete, on.clusters[SHOP].counts["SERVICES"]) == (True, 1)
    assert outcomes(system) == [Outcome.COMPLETED]


def test_tasks_are_swept_where_services_are_refused(system: System) -> None:
    """The error is the cluster's, and its tasks are repaired."""
    system.running()
    system.drop()
    system.api.refuse = lambda operation, _: (
        ApiError("AccessDeniedException", "not yours") if operation == "ListServices" else None
    )
    swept = system.sweep_with()
    assert counts(swept) == {"REPAIRED": 1, "UNRECORDED": 1}
    assert [type(error).__name__ for error in swept.clusters[SHOP].errors] == ["AccessDenied"]
