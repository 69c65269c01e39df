"""Observing events of services, from a batch of messages to the record and the partial answer."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.adapters.dynamodb.services import MAX_ACTIONS
from reconciler.errors import InvalidInput, LedgerError, TerminalError, TransientError
from reconciler.gate import Verdict
from reconciler.handlers.observe import response
from reconciler.model.service import ServiceRecord
from reconciler.parsing.home import Home
from reconciler.use_cases.observe import Intake, ObserveResult, observe
from reconciler.use_cases.recording.saving import ATTEMPTS
from reconciler.use_cases.recording.service_events import ObservedService, Unplaced
from taskledger.local.memory_services import MemoryServices
from tests.support.service_events import (
    OLD_SERVICE,
    SERVICE_DEPLOYMENT,
    deployment_change,
    event_of,
    hook_change,
    service_action,
)
from tests.support.services import COMPLETED, FAILED, SERVICE, STARTED, deployment_id
from tests.support.system import System, new_system
from tests.support.values import CLUSTER, START, envelope, task_arn

OTHER = SERVICE + "-2"


def receive(system: System, *bodies: object) -> ObserveResult:
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    return system.observe({f"m{number}": text for number, text in enumerate(texts)})


def failed(result: ObserveResult) -> list[str]:
    return [item["itemIdentifier"] for item in response(result)["batchItemFailures"]]


def judged(result: ObserveResult) -> list[Verdict | None]:
    return [one.verdict for one in result.services.values() if isinstance(one, ObservedService)]


def record(system: System, name: str = "checkout") -> ServiceRecord:
    found = system.services.service(CLUSTER, name)
    assert found is not None
    return found


def started(number: int = 1, second: int = 1, **more: Any) -> dict[str, Any]:
    return deployment_change(number, updatedAt=f"2026-11-20T12:00:{second:02d}Z", **more)


def test_events_are_recorded(system: System) -> None:
    """All kinds of a service's events in one batch are one write, and no call of ECS."""
    received = receive(system, started(), service_action(), hook_change(), started(1, 9, eventName=COMPLETED))
    found = record(system)
    assert (failed(received), judged(received), system.api.calls) == ([], [Verdict.NEW] * 4, [])
    assert (found.revision, [one.deployment_id for one in found.deployments]) == (1, [deployment_id(1)])
    assert found.deployments[0].reports.keys() == {STARTED, COMPLETED}
    assert (list(found.actions), found.hooks[0].status) == (
        ["SERVICE_TASK_PLACEMENT_FAILURE"],
        "AWAITING_ACTION",
    )


def test_verdicts(system: System) -> None:
    """By its natural key an event is the first, greater, the same or less."""
    receive(system, started(second=5))
    received = receive(system, started(second=5), started(second=4), started(second=6), started(second=5))
    assert judged(received) == [Verdict.DUPLICATE, Verdict.STALE, Verdict.NEWER, Verdict.STALE]
    assert record(system).deployments[0].reports[STARTED].at.second == 6


def test_what_changes_nothing_is_not_written(system: System) -> None:
    """A duplicate costs no write, and information neither a write nor a read."""
    receive(system, started())
    receive(system, started(), started(second=0))
    assert record(system).revision == 2  # the second batch began earlier, which is something new
    receive(system, started(), started(second=0))
    assert record(system).revision == 2
    quiet = [service_action(eventName=name, eventType="INFO") for name in ("SERVICE_STEADY_STATE", "NEW")]
    received = receive(replace(system, services=Unreadable()), *quiet)
    assert (failed(received), judged(received)) == ([], [None, None])


class Unreadable(MemoryServices):
    """The record of one service cannot be read."""

    def service(self, cluster_arn: str, service: str, deployment_ids: Any = ()) -> ServiceRecord | None:
        if service == "checkout":
            raise InvalidInput("deployments", "must be a list")
        return super().service(cluster_arn, service, deployment_ids)


def test_an_unreadable_record_fails_its_own(system: System) -> None:
    """The messages of that service come again; those of others and of tasks are recorded."""
    odd = replace(system, services=Unreadable())
    received = receive(odd, started(), service_action(resource=OTHER), hook_change(), envelope(1))
    assert failed(received) == ["m0", "m2"]
    assert record(odd, "checkout-2").actions.keys() == {"SERVICE_TASK_PLACEMENT_FAILURE"}
    assert system.ledger.entry(envelope(1)["detail"]["taskArn"]) is not None


class Overtaken(MemoryServices):
    """Somebody else saves the record first, so many times."""

    times = 1

    def save(self, record: ServiceRecord, before: ServiceRecord | None, now: datetime) -> bool:
        if self.times:
            self.times -= 1
            ours = before or ServiceRecord(service_arn=SERVICE, cluster_arn=CLUSTER)
            assert super().save(replace(ours, missing_since=now), before, now)
        return super().save(record, before, now)


@pytest.mark.parametrize("times", [1, ATTEMPTS - 1])
def test_who_is_overtaken_reads_again(system: System, times: int) -> None:
    """And adds to what stands then: nothing of either is lost."""
    overtaken = Overtaken()
    overtaken.times = times
    contended = replace(system, services=overtaken)
    assert failed(receive(contended, started())) == []
    assert (record(contended).missing_since, len(record(contended).deployments)) == (START, 1)


def test_who_is_overtaken_for_ever_comes_again(system: System) -> None:
    """The messages are delivered again, as after any error that may pass."""
    overtaken = Overtaken()
    overtaken.times = ATTEMPTS
    received = receive(replace(system, services=overtaken), started(), service_action(resource=OTHER))
    (error,) = received.failed.values()
    assert (failed(received), type(error)) == (["m0"], TransientError)


def test_a_batch_of_one_service(system: System) -> None:
    """However many of its deployments are new, each write is one that a transaction of the table can hold."""

    class Limited(MemoryServices):
        def save(self, record: ServiceRecord, before: ServiceRecord | None, now: datetime) -> bool:
            held = before.deployments if before else ()
            changed = [one for one in record.deployments if one not in held]
            assert 2 * len(changed) < MAX_ACTIONS
            return super().save(record, before, now)

    received = receive(replace(system, services=Limited()), *map(started, range(100)))
    assert (failed(received), judged(received)) == ([], [Verdict.NEW] * 100)


def old_form(number: int = 1, **detail: Any) -> dict[str, Any]:
    """An event of a deployment that nothing names the cluster of."""
    return deployment_change(number, resource=OLD_SERVICE, clusterArn=None, **detail)


def test_a_deployment_without_a_cluster_joins_a_known_one(system: System) -> None:
    """By its id; one that nobody knows is counted, and no error: the sweep finds it."""
    receive(system, deployment_change(1, resource=OLD_SERVICE))
    received = receive(system, old_form(1, eventName=FAILED), old_form(2))
    assert (failed(received), judged(received)) == ([], [Verdict.NEW])
    assert [type(one) for one in received.services.values()].count(Unplaced) == 1
    (known,) = record(system).deployments
    assert known.reports.keys() == {STARTED, FAILED}


def test_a_search_for_a_cluster_that_fails(system: System) -> None:
    """Fails that message alone."""

    class Throttled(MemoryServices):
        def cluster_of(self, service_arn: str, deployment_id: str) -> str | None:
            raise TransientError(f"{service_arn} {deployment_id}: throttled")

    received = receive(replace(system, services=Throttled()), old_form(), started(2))
    assert (failed(received), judged(received)) == (["m0"], [Verdict.NEW])


BAD: list[tuple[object, str]] = [
    (deployment_change(resource=None), "resources[0]"),
    (deployment_change(deploymentId=2757582648257641111), "detail.deploymentId"),
    (deployment_change(updatedAt="Fri, 20 Nov 2026 12:00:01 GMT"), "detail.updatedAt"),
    (hook_change(expiresAt="Fri, 20 Nov 2026 12:10:01 GMT"), "detail.expiresAt"),
    (service_action(clusterArn=None, resource=OLD_SERVICE), "detail.clusterArn"),
    (service_action() | {"detail-type": None}, "detail-type"),
    (service_action() | {"source": "aws.batch"}, "source"),
]
ODD = [
    deployment_change(3, eventName="SERVICE_DEPLOYMENT_PONDERED"),
    service_action(resource=OTHER, eventName="SERVICE_SULKS", eventType="ERROR"),
    hook_change(eventName="HOOK_PONDERS", updatedAt="2026-11-20T12:00:01.123456789Z"),
]


def test_bad_events_harm_nothing_else(system: System) -> None:
    """Each fails whole and by name, to end in the dead-letter queue; what is only new is recorded."""
    good = [started(number) for number in range(10, 10 + len(BAD))]
    received = receive(system, *(bad for bad, _ in BAD), *good, *ODD, envelope(1, taskArn=task_arn(1)))
    assert failed(received) == [f"m{number}" for number in range(len(BAD))]
    assert [error.field for error in received.rejected.values()] == [field for _, field in BAD]
    assert judged(received) == [Verdict.NEW] * (len(good) + len(ODD))
    pondered = record(system).deployment(deployment_id(3))
    assert pondered is not None
    assert "SERVICE_DEPLOYMENT_PONDERED" in pondered.reports
    assert (record(system).hooks[0].status, list(record(system, "checkout-2").actions)) == (
        "PONDERS",
        ["SERVICE_SULKS"],
    )
    assert system.ledger.entry(task_arn(1)) is not None


def test_what_is_not_ours_to_read_is_skipped(system: System) -> None:
    """Other events of ECS are deleted from the queue, counted by their kind, and change nothing."""
    kinds = ["ECS Container Instance State Change", "ECS Daemon Service Action"]
    received = receive(system, *(event_of(kind, None, {}) for kind in kinds), started())
    assert (failed(received), [one.detail_type for one in received.skipped.values()]) == ([], kinds)
    assert judged(received) == [Verdict.NEW]


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (
            deployment_change(resource=SERVICE.replace("eu-central-1", "eu-west-1"), clusterArn=None),
            "resources[0]",
        ),
        (
            service_action(resource=SERVICE.replace("111122223333", "444455556666"), clusterArn=None),
            "resources[0]",
        ),
        (service_action(clusterArn=CLUSTER.replace("eu-central-1", "eu-west-1")), "detail.clusterArn"),
        (
            hook_change(serviceDeploymentArn=SERVICE_DEPLOYMENT.replace("eu-central-1", "eu-west-1")),
            "detail.serviceDeploymentArn",
        ),
    ],
)
def test_foreign_services_are_refused_by_field(system: System, event: dict[str, Any], field: str) -> None:
    """Of another account or Region than the stack's; the others of the batch are recorded."""
    intake = Intake(
        tasks=system.tasks,
        ledger=system.ledger,
        services=system.services,
        clock=lambda: START,
        home=Home("111122223333", "eu-central-1"),
    )
    received = observe({"m0": json.dumps(event), "m1": json.dumps(started())}, intake)
    assert (failed(received), received.rejected["m0"].field) == (["m0"], field)
    assert judged(received) == [Verdict.NEW]


EVENTS = [
    started(1, 1),
    started(1, 3, eventName=FAILED, reason="tasks failed to start."),
    started(1, 3, eventName=FAILED, reason="tasks failed to start.") | {"replay-name": "week"},
    started(2, 4, reason=f"rolling back to deploymentId {deployment_id(0)}."),
    started(2, 8, eventName=COMPLETED),
    service_action(createdAt="2026-11-20T12:00:02Z"),
    service_action(createdAt="2026-11-20T12:00:05Z", reason="RESOURCE:CPU"),
    service_action(eventName="SERVICE_STEADY_STATE", eventType="INFO"),
    hook_change(eventName="HOOK_IN_PROGRESS"),
    hook_change(),
    hook_change(eventName="HOOK_TIMED_OUT"),
]


@given(st.permutations(EVENTS), st.lists(st.sampled_from(EVENTS), max_size=6), st.integers(1, 5))
def test_any_delivery_ends_in_the_same_record(order: list[Any], doubled: list[Any], size: int) -> None:
    """Late, twice, swapped and in batches of any size: nothing fails, and the record is the same."""
    expected, system = new_system(), new_system()
    receive(expected, *EVENTS)
    deliveries = [*order, *doubled]
    for first in range(0, len(deliveries), size):
        received = receive(system, *deliveries[first : first + size])
        assert received.failed == {}
    assert replace(record(system), revision=0) == replace(record(expected), revision=0)


@pytest.mark.parametrize("error", [TransientError("throttled"), TerminalError("no such table")])
def test_a_record_that_cannot_be_written(system: System, error: LedgerError) -> None:
    """Its messages fail, and a second delivery records them."""

    class Refusing(MemoryServices):
        def save(self, record: ServiceRecord, before: ServiceRecord | None, now: datetime) -> bool:
            raise error

    assert failed(receive(replace(system, services=Refusing()), started(), service_action())) == ["m0", "m1"]
    assert (failed(receive(system, started(), service_action())), record(system).revision) == ([], 1)
