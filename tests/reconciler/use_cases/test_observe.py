"""Observe, from a batch of messages to the ledger and the partial answer."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.errors import AccessDenied, ClusterNotFound, TransientError
from reconciler.gate import Currency, Verdict
from reconciler.handlers.observe import response
from reconciler.model.task import Source
from reconciler.use_cases.observe import ObserveResult
from reconciler.use_cases.recording.task_events import Observed
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.simulator.engine.errors import ApiError
from tests.support.system import System
from tests.support.values import CLUSTER, START, TASK, envelope, task_arn

OTHER_CLUSTER = CLUSTER.replace("shop", "batch")


def receive(system: System, *bodies: object) -> ObserveResult:
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    return system.observe({f"m{number}": text for number, text in enumerate(texts)})


def learn(system: System, *events: dict[str, Any]) -> None:
    """ECS knows the tasks as these events describe them."""
    for event in events:
        system.ecs.learn(event["detail"])


def refuse_once(system: System, operation: str, code: str) -> None:
    """The next call of the operation fails."""
    errors = [ApiError(code, "no")]
    system.api.refuse = lambda called, _: errors.pop() if called == operation and errors else None


def versions(system: System, *arns: str) -> list[int | None]:
    entries = map(system.ledger.entry, arns)
    return [entry.state.version if entry else None for entry in entries]


def failed(result: ObserveResult) -> list[str]:
    return [item["itemIdentifier"] for item in response(result)["batchItemFailures"]]


def judged(result: ObserveResult) -> Sequence[tuple[Verdict, Currency]]:
    observed = [event for event in result.events.values() if isinstance(event, Observed)]
    return [(event.verdict, event.currency) for event in observed]


def test_events_are_recorded(system: System) -> None:
    """Each event meets the ledger and DescribeTasks, and nothing is asked for again."""
    learn(system, envelope(3))
    received = receive(system, envelope(1), envelope(3), envelope(3), envelope(2))
    assert judged(received) == [
        (Verdict.NEW, Currency.BEHIND),
        (Verdict.NEWER, Currency.CURRENT),
        (Verdict.DUPLICATE, Currency.CURRENT),
        (Verdict.STALE, Currency.BEHIND),
    ]
    assert (failed(received), versions(system, TASK)) == ([], [3])
    assert [row.version for row in system.ledger.history(TASK)] == [1, 2, 3]


def test_the_api_may_know_more(system: System) -> None:
    """A state that no event has reported yet is recorded at once, as the description that it is."""
    learn(system, envelope(6, lastStatus="STOPPED"))
    receive(system, envelope(3))
    entry = system.ledger.entry(TASK)
    assert entry is not None
    assert (entry.state.version, entry.state.last_status, entry.source) == (6, "STOPPED", Source.DESCRIBE)


@pytest.mark.parametrize(
    ("known", "currency"), [((), Currency.GONE), ((envelope(1),), Currency.AHEAD)], ids=["forgot", "lags"]
)
def test_the_api_may_know_less(system: System, known: tuple[Any, ...], currency: Currency) -> None:
    """An ECS that forgot the task, or answers of before, takes nothing from the event."""
    learn(system, envelope(1, taskArn=task_arn(5)), *known)
    assert judged(receive(system, envelope(3))) == [(Verdict.NEW, currency)]
    assert versions(system, TASK) == [3]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ThrottlingException", TransientError),
        ("ServerException", TransientError),
        ("AccessDeniedException", AccessDenied),
        ("ClusterNotFoundException", ClusterNotFound),
    ],
)
def test_a_describe_that_fails_loses_nothing(system: System, code: str, kind: type[Exception]) -> None:
    """An event that could not be verified is recorded and not delivered again; its cluster is reported."""
    refuse_once(system, "DescribeTasks", code)
    received = receive(system, envelope(3))
    assert judged(received) == [(Verdict.NEW, Currency.UNVERIFIED)]
    assert (failed(received), versions(system, TASK)) == ([], [3])
    assert {arn: type(error) for arn, error in received.undescribed.items()} == {CLUSTER: kind}


def test_clusters_are_described_apart(system: System) -> None:
    """A cluster that cannot be described leaves the events of others verified."""
    there = envelope(1, taskArn=task_arn(1), clusterArn=OTHER_CLUSTER)
    learn(system, envelope(1), there)
    refuse_once(system, "DescribeTasks", "ThrottlingException")
    received = receive(system, envelope(1), there)
    assert [currency for _, currency in judged(received)] == [Currency.UNVERIFIED, Currency.CURRENT]


def test_one_describe_for_a_hundred_tasks(system: System) -> None:
    """A batch asks once for each hundred tasks of a cluster."""
    events = [envelope(1, taskArn=task_arn(number)) for number in range(100)]
    learn(system, *events)
    receive(system, *events, envelope(1, taskArn=task_arn(0)))
    assert [len(request["tasks"]) for request in system.api.made("DescribeTasks")] == [100]


POISON = [
    ("", "body"),
    ("nonsense", "body"),
    ("[" * 100_000, "body"),
    ("x" * 1_000_000, "body"),
    ([], "event"),
    ({}, "source"),
    (envelope() | {"source": "aws.ec2"}, "source"),
    (envelope() | {"detail-type": None}, "detail-type"),
    (envelope() | {"detail-type": "ECS Service Action"}, "detail.eventName"),
    (envelope(version=None) | {"resources": []}, "detail.version"),
    (envelope(clusterArn=7), "detail.clusterArn"),
]


def test_poison_harms_nothing_else(system: System) -> None:
    """What is no event fails alone, by name; all other messages of its batch are recorded."""
    good = [envelope(1, taskArn=task_arn(number)) for number in range(len(POISON))]
    received = receive(
        system, *(body for pair in zip((bad for bad, _ in POISON), good, strict=True) for body in pair)
    )
    assert failed(received) == [f"m{number}" for number in range(0, 2 * len(POISON), 2)]
    assert [error.field for error in received.rejected.values()] == [field for _, field in POISON]
    assert versions(system, *(task_arn(number) for number in range(len(POISON)))) == [1] * len(POISON)


def test_a_task_that_cannot_be_written_is_delivered_again(system: System) -> None:
    """Only the events of that task are failed items; a second delivery records them."""

    class Refusing(MemoryLedger):
        def record(self, recordings: Any) -> Any:
            refused = {TASK: TransientError("throttled")}
            others = [one for one in recordings if one.observation.state.task_arn not in refused]
            return super().record(others) | refused

    refusing = replace(system, ledger=Refusing())
    received = receive(refusing, envelope(1), envelope(1, taskArn=task_arn(1)), envelope(2))
    assert failed(received) == ["m0", "m2"]
    assert refusing.ledger.entry(task_arn(1)) is not None
    again = receive(system, envelope(1), envelope(2))
    assert (failed(again), versions(system, TASK)) == ([], [2])


def protection_call(**detail: Any) -> dict[str, Any]:
    """CloudTrail's event of a call that protected the task."""
    facts = {
        "eventSource": "ecs.amazonaws.com",
        "eventName": "UpdateTaskProtection",
        "requestParameters": {"cluster": "shop", "tasks": [TASK], "protectionEnabled": True},
        "responseElements": {
            "protectedTasks": [{"taskArn": TASK, "expirationDate": "Nov 20, 2026, 11:00:00 AM"}]
        },
    }
    return {"source": "aws.ecs", "detail-type": "AWS API Call via CloudTrail", "detail": facts | detail}


@pytest.fixture
def protected(system: System) -> System:
    """A task that is in the ledger, and protected in ECS for two hours."""
    learn(system, envelope(3))
    receive(system, envelope(3))
    system.ecs.call("UpdateTaskProtection", {"cluster": CLUSTER, "tasks": [TASK], "protectionEnabled": True})
    return system


@pytest.mark.parametrize(
    "named",
    [{"cluster": "shop"}, {"cluster": CLUSTER}, {"cluster": "shop", "new": 1}],
    ids=["name", "arn", "more"],
)
def test_a_protection_call_is_followed(protected: System, named: dict[str, Any]) -> None:
    """CloudTrail's word is only a reason to ask: what is kept is what GetTaskProtection answers."""
    received = receive(protected, protection_call(requestParameters=named))
    entry = protected.ledger.entry(TASK)
    assert entry is not None
    assert entry.protection is not None
    assert (failed(received), entry.protection.expires_at) == ([], START + timedelta(hours=2))


def test_a_protection_call_that_cannot_be_followed(protected: System) -> None:
    """A question that fails is asked again by the message's next delivery; the rest of the batch is done."""
    refuse_once(protected, "GetTaskProtection", "ThrottlingException")
    received = receive(protected, protection_call(), envelope(4))
    assert (failed(received), versions(protected, TASK)) == (["m0"], [4])


@pytest.mark.parametrize(
    ("detail", "field"),
    [
        ({"eventName": "StopTask"}, "detail.eventName"),
        ({"responseElements": "x"}, "detail.responseElements"),
        (
            {"responseElements": {"protectedTasks": [{"taskArn": 5}]}},
            "detail.responseElements.protectedTasks[0].taskArn",
        ),
    ],
)
def test_a_wrong_protection_call(system: System, detail: dict[str, Any], field: str) -> None:
    """Another call, or one that cannot be read, is refused by name."""
    (error,) = receive(system, protection_call(**detail)).rejected.values()
    assert error.field == field


def test_a_refused_protection_call(system: System) -> None:
    """A call that ECS refused has no response, and leaves nothing to do."""
    refused = protection_call(responseElements=None, errorCode="AccessDenied")
    assert failed(receive(system, refused)) == []


def test_nothing_to_do(system: System) -> None:
    """An empty batch is answered with no failures."""
    assert failed(receive(system)) == []
