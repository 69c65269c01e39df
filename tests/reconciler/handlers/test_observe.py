"""The observe function, from a batch of SQS messages to the ledger and the partial answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config

from reconciler.adapters.ecs import EcsTasks
from reconciler.errors import ClusterNotFound, TerminalError, TransientError
from reconciler.gate import Currency, Verdict
from reconciler.handlers.observe import Received, receive
from reconciler.model.task import Source
from reconciler.use_cases.observe import Observed
from reconciler.wiring import Services
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.simulator.api.client import connect
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.engine.errors import ApiError
from taskledger.simulator.faults.api_faults import FaultyEcs, Rates
from tests.support.values import CLUSTER, START, TASK, envelope, task_arn

OTHER_CLUSTER = CLUSTER.replace("shop", "batch")


@dataclass
class Room:
    """ECS as the function meets it, and the function's services."""

    ecs: SimulatedEcs
    api: FaultyEcs
    services: Services

    def receive(self, *bodies: object) -> Received:
        return receive(messages(*bodies), self.services, START)

    def knows(self, *events: dict[str, Any]) -> None:
        for event in events:
            self.ecs.learn(event["detail"])

    def versions(self, *arns: str) -> list[int | None]:
        entries = map(self.services.ledger.entry, arns)
        return [entry.state.version if entry else None for entry in entries]


@pytest.fixture
def room() -> Room:
    ecs = SimulatedEcs(Clock(START))
    api = FaultyEcs(ecs, Rates())
    client = boto3.client("ecs", "eu-central-1", config=Config(retries={"total_max_attempts": 1}))
    connect(client, api)
    return Room(ecs, api, Services(tasks=EcsTasks(client), ledger=MemoryLedger()))


def messages(*bodies: object) -> dict[str, Any]:
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    return {"Records": [{"messageId": f"m{number}", "body": text} for number, text in enumerate(texts)]}


def failed(received: Received) -> list[str]:
    return [item["itemIdentifier"] for item in received.response()["batchItemFailures"]]


def judged(received: Received) -> Sequence[tuple[Verdict, Currency]]:
    outcomes = [outcome for outcome in received.batch.outcomes if isinstance(outcome, Observed)]
    return [(outcome.verdict, outcome.currency) for outcome in outcomes]


def test_events_are_recorded(room: Room) -> None:
    """Each event meets the ledger and DescribeTasks, and nothing is asked for again."""
    room.knows(envelope(3))
    received = room.receive(envelope(1), envelope(3), envelope(3), envelope(2))
    assert judged(received) == [
        (Verdict.NEW, Currency.BEHIND),
        (Verdict.NEWER, Currency.CURRENT),
        (Verdict.DUPLICATE, Currency.CURRENT),
        (Verdict.STALE, Currency.BEHIND),
    ]
    assert (failed(received), room.versions(TASK)) == ([], [3])
    assert [row.version for row in room.services.ledger.history(TASK)] == [1, 2, 3]


def test_the_api_may_know_more(room: Room) -> None:
    """A state that no event has told yet is recorded at once, as the description that it is."""
    room.knows(envelope(6, lastStatus="STOPPED"))
    room.receive(envelope(3))
    entry = room.services.ledger.entry(TASK)
    assert entry is not None
    assert (entry.state.version, entry.state.last_status, entry.source) == (6, "STOPPED", Source.DESCRIBE)


@pytest.mark.parametrize(
    ("known", "currency"), [((), Currency.GONE), ((envelope(1),), Currency.AHEAD)], ids=["forgot", "lags"]
)
def test_the_api_may_know_less(room: Room, known: tuple[Any, ...], currency: Currency) -> None:
    """An ECS that forgot the task, or answers of before, takes nothing from the event."""
    room.knows(envelope(1, taskArn=task_arn(5)), *known)
    assert judged(room.receive(envelope(3))) == [(Verdict.NEW, currency)]
    assert room.versions(TASK) == [3]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ThrottlingException", TransientError),
        ("ServerException", TransientError),
        ("AccessDeniedException", TerminalError),
        ("ClusterNotFoundException", ClusterNotFound),
    ],
)
def test_a_describe_that_fails_loses_nothing(room: Room, code: str, kind: type[Exception]) -> None:
    """An event that could not be verified is recorded, is not delivered again, and its cluster is told."""
    room.api.fail_next("DescribeTasks", ApiError(code, "no"))
    received = room.receive(envelope(3))
    assert judged(received) == [(Verdict.NEW, Currency.UNVERIFIED)]
    assert (failed(received), room.versions(TASK)) == ([], [3])
    assert {arn: type(error) for arn, error in received.batch.undescribed.items()} == {CLUSTER: kind}


def test_clusters_are_described_apart(room: Room) -> None:
    """A cluster that cannot be described leaves the events of others verified."""
    there = envelope(1, taskArn=task_arn(1), clusterArn=OTHER_CLUSTER)
    room.knows(envelope(1), there)
    room.api.fail_next("DescribeTasks", ApiError("ThrottlingException", "no"))
    received = room.receive(envelope(1), there)
    assert [currency for _, currency in judged(received)] == [Currency.UNVERIFIED, Currency.CURRENT]


def test_one_describe_for_a_hundred_tasks(room: Room) -> None:
    """A batch asks once for each hundred tasks of a cluster."""
    asked: list[int] = []
    answer = room.ecs.call
    room.ecs.call = lambda operation, request: (
        asked.append(len(request["tasks"])),
        answer(operation, request),
    )[1]  # type: ignore[method-assign]
    events = [envelope(1, taskArn=task_arn(number)) for number in range(100)]
    room.knows(*events)
    room.receive(*events, envelope(1, taskArn=task_arn(0)))
    assert asked == [100]


POISON = [
    ("", "body"),
    ("nonsense", "body"),
    ("[" * 100_000, "body"),
    ("x" * 1_000_000, "body"),
    ([], "event"),
    ({}, "source"),
    (envelope() | {"source": "aws.ec2"}, "source"),
    (envelope() | {"detail-type": "ECS Service Action"}, "detail-type"),
    (envelope(version=None) | {"resources": []}, "detail.version"),
    (envelope(clusterArn=7), "detail.clusterArn"),
]


def test_poison_harms_nothing_else(room: Room) -> None:
    """What is no event fails alone, by name; all other messages of its batch are recorded."""
    good = [envelope(1, taskArn=task_arn(number)) for number in range(len(POISON))]
    received = room.receive(
        *(body for pair in zip((bad for bad, _ in POISON), good, strict=True) for body in pair)
    )
    assert failed(received) == [f"m{number}" for number in range(0, 2 * len(POISON), 2)]
    assert [error.field for error in received.rejected.values()] == [field for _, field in POISON]
    assert room.versions(*(task_arn(number) for number in range(len(POISON)))) == [1] * len(POISON)


def test_a_task_that_cannot_be_written_is_delivered_again(room: Room) -> None:
    """Only the events of that task are failed items; a second delivery records them."""

    class Refusing(MemoryLedger):
        def record(self, recordings: Any) -> Any:
            refused = {TASK: TransientError("throttled")}
            others = [one for one in recordings if one.observation.state.task_arn not in refused]
            return super().record(others) | refused

    refusing = Services(tasks=room.services.tasks, ledger=Refusing())
    received = receive(messages(envelope(1), envelope(1, taskArn=task_arn(1)), envelope(2)), refusing, START)
    assert failed(received) == ["m0", "m2"]
    assert refusing.ledger.entry(task_arn(1)) is not None
    again = receive(messages(envelope(1), envelope(2)), room.services, START)
    assert (failed(again), room.versions(TASK)) == ([], [2])


def protection_call(**detail: Any) -> dict[str, Any]:
    """What CloudTrail tells of a call that protected the task."""
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
def protected(room: Room) -> Room:
    """A task that is in the ledger, and protected in ECS for two hours."""
    room.knows(envelope(3))
    room.receive(envelope(3))
    room.ecs.call("UpdateTaskProtection", {"cluster": CLUSTER, "tasks": [TASK], "protectionEnabled": True})
    return room


@pytest.mark.parametrize(
    "named",
    [{"cluster": "shop"}, {"cluster": CLUSTER}, {"cluster": "shop", "new": 1}],
    ids=["name", "arn", "more"],
)
def test_a_protection_call_is_followed(protected: Room, named: dict[str, Any]) -> None:
    """CloudTrail's word is only a reason to ask: what is kept is what GetTaskProtection answers."""
    received = protected.receive(protection_call(requestParameters=named))
    entry = protected.services.ledger.entry(TASK)
    assert entry is not None
    assert entry.protection is not None
    assert (failed(received), entry.protection.expires_at) == ([], START + timedelta(hours=2))


def test_a_protection_call_that_cannot_be_followed(protected: Room) -> None:
    """A question that fails is asked again by the message's next delivery; the rest of the batch is done."""
    protected.api.fail_next("GetTaskProtection", ApiError("ThrottlingException", "no"))
    received = protected.receive(protection_call(), envelope(4))
    assert (failed(received), protected.versions(TASK)) == (["m0"], [4])


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
def test_a_wrong_protection_call(room: Room, detail: dict[str, Any], field: str) -> None:
    """Another call, or one that cannot be read, is refused by name."""
    (error,) = room.receive(protection_call(**detail)).rejected.values()
    assert error.field == field


def test_a_refused_protection_call(room: Room) -> None:
    """A call that ECS refused has no response, and leaves nothing to do."""
    refused = protection_call(responseElements=None, errorCode="AccessDenied")
    assert failed(room.receive(refused)) == []


def test_nothing_to_do(room: Room) -> None:
    """An empty batch is answered with no failures."""
    assert failed(room.receive()) == []
