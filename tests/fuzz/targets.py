"""What the changed values are given to. A target raises where anything but a clear error comes out of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.reads import LedgerReads
from reconciler.adapters.dynamodb.services import DynamoServices
from reconciler.adapters.ecs import EcsTasks
from reconciler.adapters.ecs_services import ApiServices
from reconciler.errors import InvalidInput, LedgerError
from reconciler.findings.policy import DEFAULT
from reconciler.findings.policy_file import parse, policy_document, read_document
from reconciler.findings.rules import findings
from reconciler.handlers.assess import read_records, response
from reconciler.model.entry import LedgerEntry
from reconciler.model.service import ServiceReading, ServiceRecord
from reconciler.ports.ecs import Listing
from reconciler.ports.services import ServiceChange
from reconciler.services.merge import merge_reading
from reconciler.services.outcomes import histories
from reconciler.use_cases.assess import assess
from taskledger.deployed.incidents import DeployedIncidents
from taskledger.local.direct_client import direct_client
from taskledger.local.memory_incidents import MemoryNotifier
from taskledger.local.system import memory_system
from taskledger.replay.captures import Captured, read
from taskledger.replay.delivery import deliver
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from tests.fuzz.mutate import Mutator
from tests.fuzz.rows import DEPLOYMENT, ENTRY, FINDING, INCIDENT, ROW, SERVICE_ROW
from tests.fuzz.verbs import verbs
from tests.support.findings import failed_to_start
from tests.support.full_service import full_service
from tests.support.ledgers import RETENTION
from tests.support.service_events import deployment_change, hook_change, service_action
from tests.support.services import SERVICE
from tests.support.stream import batch
from tests.support.values import CLUSTER, START, TASK, at, envelope, task_arn

Target = Callable[[Mutator], None]

CALL = {
    "version": "0",
    "detail-type": "AWS API Call via CloudTrail",
    "source": "aws.ecs",
    "detail": {
        "eventName": "UpdateTaskProtection",
        "requestParameters": {"cluster": "shop", "tasks": [TASK]},
        "responseElements": {"protectedTasks": [{"taskArn": TASK, "protectionEnabled": True}]},
    },
}
SERVICE_EVENTS = (deployment_change(), service_action(), hook_change())
STOPPED = envelope(
    6,
    lastStatus="STOPPED",
    desiredStatus="STOPPED",
    stopCode="EssentialContainerExited",
    stoppedReason="Essential container in task exited",
    stoppedAt="2026-11-20T09:05:00Z",
    containers=[{"name": "app", "lastStatus": "STOPPED", "exitCode": 137, "reason": "OutOfMemoryError"}],
)


def events(mutator: Mutator) -> None:
    """Observe accounts for each message, whatever its body is; what it took of services can be judged."""
    clock = Clock(START)
    system = memory_system(SimulatedEcs(clock), clock, DEFAULT, MemoryNotifier(lambda: clock.now))
    originals = (envelope(3), STOPPED, CALL, *SERVICE_EVENTS)
    bodies = {
        str(number): mutator.text(mutator.json(mutator.random.choice(originals)))
        for number in range(mutator.random.randint(1, 3))
    }
    bodies["good"] = json.dumps(envelope(2, taskArn=task_arn(77)))
    bodies["good service"] = json.dumps(deployment_change(77))
    result = system.observe(bodies)
    taken = {*result.events, *result.services, *result.calls}
    assert {*taken, *result.skipped, *result.rejected} == bodies.keys()
    assert not {"good", "good service"} & result.failed.keys()
    system.assess(
        system.ledger.entries([*(one.observation.state.task_arn for one in result.events.values())])
    )


def stream(mutator: Mutator) -> None:
    """Assess reads what it can, and names the first record that it cannot."""
    given = batch([failed_to_start(1), failed_to_start(2)])
    shown = given["Records"][0]["dynamodb"]
    shown["NewImage"] = mutator.row(shown["NewImage"])
    if mutator.random.random() < 0.2:
        shown["OldImage"] = mutator.row(shown["NewImage"])
    if mutator.random.random() < 0.1:
        shown["ApproximateCreationDateTime"] = mutator.json([1.0])
    clock = Clock(START)
    system = memory_system(SimulatedEcs(clock), clock, DEFAULT, MemoryNotifier(lambda: clock.now))
    records = read_records(given)
    answer = response(records, assess(list(records.changes.values()), system.alerts))
    assert len(records.changes) + len(records.unreadable) == 2
    assert len(answer["batchItemFailures"]) == bool(records.unreadable)


class _Answers:
    """An ECS client whose answers are changed on their way."""

    def __init__(self, mutator: Mutator, ecs: SimulatedEcs) -> None:
        self._mutator, self._client = mutator, direct_client(ecs)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            answer = self._mutator.json(getattr(self._client, method)(**request))
            answer = answer if isinstance(answer, dict) else {}  # botocore gives an object or nothing
            answer.pop("nextToken", None)  # or lists would have no end
            return answer

        return call


def answers(mutator: Mutator) -> None:
    """What ECS answers is a state, an absence or an error of ours; a sweep reports it and ends."""
    clock = Clock(START)
    ecs = SimulatedEcs(clock, region="eu-central-1")
    for number in range(3):
        ecs.learn(envelope(3, taskArn=task_arn(number))["detail"])
    system = memory_system(ecs, clock, DEFAULT, MemoryNotifier(lambda: clock.now))
    system.tasks = EcsTasks(_Answers(mutator, ecs))  # type: ignore[arg-type]  # as much as is called
    arns = [task_arn(number) for number in range(3)]
    for ask in (
        lambda: system.tasks.describe(CLUSTER, arns),
        lambda: system.tasks.protection(CLUSTER, arns),
        lambda: system.tasks.list_tasks(CLUSTER, Listing.RUNNING),
        system.tasks.clusters,
    ):
        try:
            ask()
        except LedgerError:
            continue
    system.sweep()
    system.watch()


def service_answers(mutator: Mutator) -> None:
    """What ECS answers about services is read or an error of ours, and can be merged into any record."""
    ecs = SimulatedEcs(Clock(START), region="eu-central-1")
    ecs.call("CreateCluster", {"clusterName": "shop"})
    wanted = {"cluster": "shop", "taskDefinition": "checkout:42", "desiredCount": 2, "launchType": "FARGATE"}
    arns = [
        ecs.call("CreateService", {**wanted, "serviceName": f"s{number}"})["service"]["serviceArn"]
        for number in range(2)
    ]
    services = ApiServices(_Answers(mutator, ecs))  # type: ignore[arg-type]  # as much as is called
    with suppress(LedgerError):
        services.list_services(CLUSTER)
    with suppress(LedgerError):
        for arn, found in services.describe_services(CLUSTER, arns).items():
            if isinstance(found, ServiceReading):
                assert found.state.service_arn == arn
                histories(merge_reading(ServiceRecord(service_arn=arn, cluster_arn=CLUSTER), found, START))
    with suppress(LedgerError):
        services.with_images(services.service_deployments(CLUSTER, arns[0], START - timedelta(days=1)))


class _Rows:
    """A DynamoDB client that answers every read with these items."""

    def __init__(self, items: Sequence[Mapping[str, Any]]) -> None:
        self._items = items

    def get_item(self, **_: Any) -> Any:
        return {"Item": self._items[0]}

    def query(self, **_: Any) -> Any:
        return {"Items": self._items[:1]}

    def batch_get_item(self, **_: Any) -> Any:
        return {"Responses": {"t": self._items}}

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **_: Any) -> Iterator[Any]:
        yield {"Items": self._items}


def _rows(mutator: Mutator, item: Mapping[str, Any]) -> Any:
    return _Rows([mutator.row(item, ("pk", "sk", "ttl", "foundAt")), item])


POLICY = """\
[minutes]
protectionLead = 15
[stuckMinutes]
PENDING = 20
[alerts]
max_messages_per_hour = 30
[[severity]]
cause = "SPOT"
service = "checkout"
severity = "high"
[[exitCodes]]
family = "nightly-*"
fine = [3]
[[ignore]]
cluster = "sandbox"
[[mute]]
service = "search"
until = 2026-12-01T08:00:00Z
"""


def rows(mutator: Mutator) -> None:
    """A row that was edited by hand fails itself, and the others are read."""
    reads = LedgerReads(_rows(mutator, ENTRY), "t")
    entries = reads.entries([task_arn(1)])
    for entry in (*entries.values(), *reads.closed_between(CLUSTER, START, START)):
        if isinstance(entry, LedgerEntry):
            findings(entry, at(900), DEFAULT)
    reads.protected(CLUSTER)
    with suppress(InvalidInput):
        LedgerReads(_rows(mutator, ROW), "t").history(TASK)
    due = DynamoIncidents(_rows(mutator, INCIDENT), "t", RETENTION).due(CLUSTER, START + timedelta(days=1))
    assert any(not isinstance(one, InvalidInput) for one in due)
    for item in (FINDING, {**INCIDENT, "foundAt": {"N": "1"}, "ttl": {"N": "99999999999"}}):
        deployed = DeployedIncidents(_rows(mutator, item), "t")
        found_again = [*deployed.findings(CLUSTER, START, START), *deployed.resolved(CLUSTER, START, START)]
        assert found_again


def service_rows(mutator: Mutator) -> None:
    """The same of the rows of services; a change of one is assessed, or named as unreadable."""
    stored = DynamoServices(_rows(mutator, SERVICE_ROW), "t", RETENTION).services(CLUSTER)
    assert any(not isinstance(one, InvalidInput) for one in stored.values())
    deployments = DynamoServices(_rows(mutator, DEPLOYMENT), "t", RETENTION).deployments(SERVICE, START)
    assert not isinstance(deployments[1], InvalidInput)
    given = batch([ServiceChange(record=full_service(), previous=None, at=START)])
    shown = given["Records"][0]["dynamodb"]
    shown["NewImage"] = mutator.row(shown["NewImage"])
    clock = Clock(START)
    system = memory_system(SimulatedEcs(clock), clock, DEFAULT, MemoryNotifier(lambda: clock.now))
    records = read_records(given)
    answer = response(records, assess(list(records.changes.values()), system.alerts))
    assert len(records.changes) + len(records.unreadable) == 1
    assert len(answer["batchItemFailures"]) == bool(records.unreadable)


def policies(mutator: Mutator) -> None:
    """A policy file or document that is wrong is refused by its key."""
    place = mutator.random.randrange(len(POLICY))
    odd = str(mutator.random.choice(("\x00", "[", "]]", "=", '"', "9" * 5000, "0001-01-01", "[" * 500)))
    for attempt in (
        lambda: parse(POLICY[:place] + odd + POLICY[place:]),
        lambda: read_document(mutator.json(policy_document(DEFAULT))),
    ):
        with suppress(InvalidInput):
            attempt()


def files(mutator: Mutator) -> None:
    """Whatever a file holds is read as events, or refused by its place."""
    suffix = mutator.random.choice((".json", ".jsonl", ".csv", ".log", ".json.gz"))
    wrapped = mutator.random.choice(
        (
            lambda value: value,
            lambda value: {"Records": [{"body": json.dumps(value)}]},
            lambda value: [value] * 2,
        )
    )
    text = mutator.text(mutator.json(wrapped(STOPPED)))
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        Path(file.name).write_bytes(text.encode("utf-8", "surrogatepass"))
        captured = list(read(file.name))
        clock = Clock(START)
        ecs = SimulatedEcs(clock)
        outcome = deliver(
            captured, memory_system(ecs, clock, DEFAULT, MemoryNotifier(lambda: clock.now)), ecs
        )
    counted = outcome.accepted + len(outcome.rejected) + outcome.skipped.total()
    assert outcome.read == len(captured) == counted
    assert all(isinstance(one.body, str) for one in captured if isinstance(one, Captured))


TARGETS: Mapping[Target, int] = {
    events: 8,
    stream: 4,
    answers: 3,
    rows: 4,
    service_rows: 3,
    service_answers: 3,
    policies: 2,
    files: 2,
    verbs: 1,
}
