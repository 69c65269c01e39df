"""Least privilege, proved by running: what functions call is what their roles allow, no less and no more.

So it is every kind of request that they make; each is validated too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.validate import ParamValidator

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.adapters.dynamodb.policy import DynamoMutes, DynamoPolicy
from reconciler.adapters.dynamodb.services import DynamoServices
from reconciler.adapters.dynamodb.sweep_progress import DynamoSweepProgress
from reconciler.adapters.ecs import EcsTasks
from reconciler.adapters.ecs_services import ApiServices
from reconciler.adapters.logs import ApiTaskDefinitions
from reconciler.findings.model import Kind
from reconciler.findings.policy import Policy
from reconciler.incidents.reported import report_finding
from reconciler.model.protection import ProtectionCall
from reconciler.notifications.message import Message
from reconciler.ports.ledger import EntryChange
from reconciler.ports.services import ServiceChange
from reconciler.use_cases.alerting.service_look import ServiceLook
from reconciler.use_cases.assess import assess
from reconciler.use_cases.check_protection import check_called_tasks
from reconciler.use_cases.checks.task_logs import TaskLogs
from reconciler.use_cases.notify import Alerts
from reconciler.use_cases.observe import Intake, observe
from reconciler.use_cases.sweep import Sweep, SweepResult, sweep_and_notify
from reconciler.use_cases.watch import WatchResult, watch
from taskledger.local.memory_incidents import MemoryNotifier
from taskledger.simulator.api.client import connect
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.services.outcomes import no_place
from tests.infra.synthesised import Synthesised
from tests.support.findings import failed_to_start, finding, killed
from tests.support.ledgers import RETENTION, dynamodb_table
from tests.support.service_events import OLD_SERVICE, deployment_change
from tests.support.task_logs import Streams
from tests.support.values import CLUSTER, START, TASK, envelope, task_arn

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ecs import ECSClient

Calls = set[tuple[str, str]]

TABLE = "${Ledger/Table.Arn}"
OTHER = task_arn(7)
DAY = 86_400  # seconds


@dataclass
class World:
    """ECS and the table behind boto3, and which calls were made since it was last asked."""

    ecs: SimulatedEcs
    tasks: EcsTasks
    ecs_services: ApiServices
    ledger: DynamoLedger
    services: DynamoServices
    progress_store: DynamoSweepProgress
    policy_store: DynamoPolicy
    alerts: Alerts
    calls: Calls

    def take_calls(self) -> Calls:
        calls = set(self.calls)
        self.calls.clear()
        return calls

    def sweep(self, run: str) -> SweepResult:
        sweep = Sweep(
            tasks=self.tasks,
            ledger=self.ledger,
            ecs_services=self.ecs_services,
            services=self.services,
            incidents=self.alerts.incidents,
            progress_store=self.progress_store,
            clock=lambda: self.ecs.clock.now,
            out_of_time=lambda: False,
            policy=Policy(),
            save_policy=self.policy_store.save,
        )
        result = sweep_and_notify(sweep, replace(self.alerts, logs=None), run, self.ecs.clock.now)
        assert (result.complete, result.errors) == (True, [])
        return result

    def watch(self) -> WatchResult:
        """One run, in a process that has asked about no task definition before."""
        assert self.alerts.logs
        logs = replace(self.alerts.logs, known={})
        return watch(tasks=self.tasks, ledger=self.ledger, alerts=replace(self.alerts, logs=logs))

    @property
    def sent(self) -> list[Message]:
        assert isinstance(self.alerts.notifier, MemoryNotifier)
        return [each.message for each in self.alerts.notifier.sent]

    def published(self) -> list[str]:
        """The types of the messages until now."""
        return [each.attributes["type"] for each in self.sent]

    def observe(self, event: dict[str, Any]) -> None:
        intake = Intake(tasks=self.tasks, ledger=self.ledger, services=self.services, clock=lambda: START)
        observe({"1": json.dumps(event)}, intake)

    def protect(self, enabled: bool) -> None:  # noqa: FBT001 - as the API calls it
        request = {"cluster": CLUSTER, "tasks": [TASK, OTHER], "protectionEnabled": enabled}
        self.ecs.call("UpdateTaskProtection", request)


@pytest.fixture
def world() -> Iterator[World]:
    ecs, calls = SimulatedEcs(Clock(START), region="eu-central-1"), Calls()
    with dynamodb_table() as (dynamodb, name):
        client = boto3.client("ecs", "eu-central-1")
        connect(client, ecs)
        note_calls(client, calls)
        note_calls(dynamodb, calls)
        yield World(
            ecs,
            EcsTasks(client),
            ApiServices(client),
            DynamoLedger(dynamodb, name, RETENTION),
            DynamoServices(dynamodb, name, RETENTION),
            DynamoSweepProgress(dynamodb, name),
            DynamoPolicy(dynamodb, name),
            Alerts(
                incidents=DynamoIncidents(dynamodb, name, RETENTION),
                mutes=DynamoMutes(dynamodb, name),
                services=DynamoServices(dynamodb, name, RETENTION),
                looks=ServiceLook(
                    ecs_services=ApiServices(client),
                    ledger=DynamoLedger(dynamodb, name, RETENTION),
                    policy=Policy(),
                ),
                notifier=MemoryNotifier(lambda: ecs.clock.now),
                policy=Policy(),
                clock=lambda: ecs.clock.now,
                logs=TaskLogs(definitions=ApiTaskDefinitions(client), streams=Streams()),
            ),
            calls,
        )


def note_calls(client: ECSClient | DynamoDBClient, calls: Calls) -> None:
    """Notes each call as a policy knows it: the action, and the part of the table that it is on.

    Its request has to be one that botocore finds valid: the deployed clients do not look.
    """

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        found = ParamValidator().validate(params, model.input_shape)
        assert not found.has_errors(), f"{model.name}: {found.generate_report()}"
        service = model.service_model.service_name
        resource = f"index/{params['IndexName']}" if "IndexName" in params else ""
        # A transaction is allowed by what is in it.
        names = [f"{name}Item" for each in params.get("TransactItems", ()) for name in each] or [model.name]
        calls.update((f"{service}:{name}", resource) for name in names)

    client.meta.events.register(f"before-parameter-build.{client.meta.service_model.service_name}", note)


def allowed(stack: Synthesised, function: str) -> Calls:
    """What the function's role allows on ECS and the table, in the same form."""
    return {
        (action, resource.removeprefix(TABLE).removeprefix("/") if resource.startswith(TABLE) else "")
        for each in stack.statements(f"{function}/Role")
        for action in each.actions
        for resource in each.resources
        if action.startswith("ecs:") or resource.startswith(TABLE)
    }


FUNCTIONS = ("Observe", "Assess", "Sweep", "Watch")


def test_each_function_may_do_what_it_does(stack: Synthesised, world: World) -> None:
    """Of a task and of a service, each function does what it is for; together that is all that it may do."""
    tasks, services = with_tasks(world), with_a_service(world)
    for name in FUNCTIONS:
        assert services[name] | tasks[name] == allowed(stack, name), name


def with_tasks(world: World) -> dict[str, Calls]:
    """An event is observed, a task that no event reported is swept, and its protection is watched.

    What each of them finds is reported, and what was reported is looked after: one cause strikes three
    services of which ECS knows nothing, ends, is in a digest, and comes again three days later.
    """
    for arn in (TASK, OTHER):
        world.ecs.learn(envelope(3, taskArn=arn)["detail"])
    world.protect(enabled=True)

    world.observe(envelope(3))
    observed = world.take_calls()

    assess(failed_starts(), world.alerts)
    assert world.published() == ["OPENED"]
    assessed = world.take_calls()

    world.sweep("tasks")
    world.alerts.notify([report_finding(finding(2, kind=Kind.STUCK), START)])
    swept = world.take_calls()

    world.observe(envelope(4, desiredStatus="STOPPED", stoppingAt="2026-11-20T09:30:00Z"))
    observed |= world.take_calls()

    world.protect(enabled=False)
    world.ecs.clock.advance(7200)
    watched = world.watch()
    assert watched.protection.changes.keys() == {TASK, OTHER}
    assert watched.maintenance.resolved
    world.ecs.clock.advance(DAY)
    world.watch()
    assert "DIGEST" in world.published()
    looked_after, published = world.take_calls(), len(world.sent)

    world.ecs.clock.advance(DAY)
    assess(failed_starts(7200 + 2 * DAY), world.alerts)
    (again,) = world.sent[published:]
    assert again.attributes["type"] == "OPENED"
    assert again.document["incidentId"] != world.sent[0].document["incidentId"]
    return dict(zip(FUNCTIONS, (observed, assessed | world.take_calls(), swept, looked_after), strict=True))


def failed_starts(after: int = 0) -> list[EntryChange]:
    """Tasks of three services that could not pull their images, so many seconds after the start."""
    services = enumerate(("checkout", "payments", "search"), after + 1)
    return [failed_to_start(second, group=f"service:{name}") for second, name in services]


def with_a_service(world: World) -> dict[str, Calls]:
    """Events are observed late and without a cluster; a sweep finds that the deployment stalls.

    What that changed is assessed, with a failed task of another service that runs; both are looked after.
    """
    events: list[Any] = []
    world.ecs.call("CreateCluster", {"clusterName": "shop"})
    world.ecs.listen(events.append)
    world.ecs.plan("checkout:42", no_place())
    wanted = {"serviceName": "checkout", "taskDefinition": "checkout:42", "desiredCount": 2}
    for one in (wanted, {"serviceName": "search", "taskDefinition": "search:1", "desiredCount": 1}):
        world.ecs.call("CreateService", {"cluster": "shop", "launchType": "FARGATE", **one})
    began = next(event for event in events if event["detail-type"] == "ECS Deployment State Change")

    for second in (9, 5):
        world.observe(began | {"detail": began["detail"] | {"updatedAt": f"2026-11-20T09:00:0{second}Z"}})
    world.observe(deployment_change(2, resource=OLD_SERVICE, clusterArn=None))
    observed = world.take_calls()

    world.ecs.run_until(world.ecs.clock.now + timedelta(minutes=31))
    found = [one.finding.cause for one in world.sweep("services").clusters[CLUSTER].services.standing]
    assert found == ["STALLED"]
    swept = world.take_calls()

    record = world.services.service(CLUSTER, "checkout")
    assert record is not None
    world.take_calls()
    now = world.ecs.clock.now
    failed = killed(int((now - START).total_seconds()), group="service:search")
    assess([ServiceChange(record=record, previous=None, at=now), failed], world.alerts)
    assessed = world.take_calls()

    world.ecs.clock.advance(7200)
    watched = world.watch()
    assert (watched.protection.errors, watched.maintenance.errors) == ({}, [])
    return dict(zip(FUNCTIONS, (observed, assessed, swept, world.take_calls()), strict=True))


def test_following_calls_needs_more(stack: Synthesised, other: Synthesised, world: World) -> None:
    """Where calls of UpdateTaskProtection come in, observe may look up their tasks and ask about them."""
    world.ecs.learn(envelope(3)["detail"])
    world.observe(envelope(3))
    world.ecs.learn(envelope(3, taskArn=OTHER)["detail"])
    world.protect(enabled=True)
    call = ProtectionCall(task_arns=(TASK,), cluster_arn=CLUSTER)
    assert check_called_tasks(call, tasks=world.tasks, ledger=world.ledger, clock=lambda: START)
    more = allowed(other, "Observe") - allowed(stack, "Observe")
    assert more <= world.take_calls() <= allowed(other, "Observe")
    assert more == {("dynamodb:BatchGetItem", "")}
