"""The functions on AWS of which some services take connections and never answer, all times a tenth of theirs.

Nothing is waited for but those services: DynamoDB and SNS are moto's, ECS is the simulated one on a port.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import StringIO
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.retries.standard import ExponentialBackoff
from moto import mock_aws

from reconciler.adapters import clients
from reconciler.adapters.clients import CallLimits
from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.errors import LedgerError, TransientError
from reconciler.incidents.model import Incident
from reconciler.model.protection import Protection
from reconciler.notifications.message import Message
from reconciler.wiring import alerting, observe, sweep
from reconciler.wiring import clients as wired
from taskledger.local.table import create_table
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.api.server import EcsServer
from taskledger.simulator.engine.clock import Clock
from tests.support.alerting import new_alerts
from tests.support.deployed import RETENTION, TABLE
from tests.support.findings import crash
from tests.support.values import CLUSTER, envelope, event, recording

# Seconds that each function has as it is deployed, the sweep with the shortest interval that can be chosen.
TIMEOUTS = {"observe": 30, "assess": 60, "watch": 50, "sweep": 60}
SERVICES = ("ecs", "dynamodb", "sns")
CLUSTERS = tuple(f"{CLUSTER}-{number}" for number in range(6))
_LIMITS = ("TABLE_CALLS", "TOPIC_CALLS", "TASK_CALLS", "SWEEP_CALLS", "DEFINITION_CALLS", "LOG_CALLS")
_MEMORY = (
    observe.services,
    sweep.sweep_services,
    alerting.policy,
    alerting.alerts,
    alerting.alert_on_replay,
    wired.session,
    wired.table,
)
_VARIABLES = {
    "LEDGER_TABLE_NAME": TABLE,
    "LEDGER_RETENTION_DAYS": "90",
    "SWEEP_CALLS_PER_SECOND": "20",
    "ALERT_ON_REPLAY": "false",
    "ALERT_TOPIC_ARN": "arn:aws:sns:eu-central-1:123456789012:alerts",
}


@dataclass
class Invocation:
    """What Lambda passes to a function about its invocation, whose time runs out."""

    function_name: str
    ends: float
    aws_request_id: str
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:111122223333:function:any"

    def get_remaining_time_in_millis(self) -> int:
        return round((self.ends - time.monotonic()) * 1000)


@dataclass
class Refusing:
    """A notifier that publishes nothing."""

    destinations: Sequence[str] = ("alerts",)

    def publish(self, message: Message, to: Sequence[str]) -> Mapping[str, LedgerError]:
        return dict.fromkeys(to, TransientError("not now"))


@dataclass(kw_only=True)
class World:
    """The account that the functions work in; `hang` chooses which services do not answer."""

    monkeypatch: pytest.MonkeyPatch
    dynamodb: Any
    sqs: Any
    queue_url: str
    ecs: SimulatedEcs
    ecs_url: str
    hanging_url: str
    ledger: DynamoLedger
    incidents: DynamoIncidents

    def hang(self, *services: str) -> None:
        """From now on these services do not answer, and the others do."""
        urls = {"ecs": self.ecs_url} | dict.fromkeys(services, self.hanging_url)
        for service in SERVICES:
            name = f"AWS_ENDPOINT_URL_{service.upper()}"
            if service in urls:
                self.monkeypatch.setenv(name, urls[service])
            else:
                self.monkeypatch.delenv(name, raising=False)
        forget()

    def run(self, function: str, event: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer of the function's handler, which has ended in time, with an answer or with an error."""
        module = import_module(f"reconciler.handlers.{function}")
        self.monkeypatch.setattr(module.logger.registered_handler, "stream", StringIO())
        connect(function, module)
        ends = time.monotonic() + TIMEOUTS[function] / 10
        try:
            answer: dict[str, Any] = module.handler(event or {}, Invocation(function, ends, str(uuid4())))
            return answer
        finally:
            assert time.monotonic() < ends, f"{function} did not end in time"

    def later(self, function: str, **span: float) -> None:
        """The function is run so much later."""
        module = import_module(f"reconciler.handlers.{function}")
        self.monkeypatch.setattr(module, "_now", lambda: now() + timedelta(**span))

    def record(self, *clusters: str) -> list[str]:
        """The ARNs of running tasks that the ledger has, one in each of these clusters."""
        arns = [task_in(cluster) for cluster in clusters]
        self.ledger.record(
            [
                recording(event(3, task_arn=arn, cluster_arn=cluster, created_at=now()))
                for arn, cluster in zip(arns, clusters, strict=True)
            ]
        )
        return arns

    def protect(self, *clusters: str) -> None:
        """The ledger has a task in each of these clusters whose protection is about to expire."""
        soon = Protection(expires_at=now() + timedelta(minutes=5), checked_at=now(), since=now())
        for arn, cluster in zip(self.record(*clusters), clusters, strict=True):
            self.ledger.record_protection(cluster, arn, None, soon)

    def cut_off(self, cluster: str) -> None:
        """A person has stopped a task in this cluster while it was protected, as the ledger knows."""
        (arn,) = self.record(cluster)
        began, stopped = now() - timedelta(minutes=1), now()
        held = Protection(expires_at=stopped + timedelta(hours=2), checked_at=stopped, since=began)
        self.ledger.record_protection(cluster, arn, None, held)
        facts = {"task_arn": arn, "cluster_arn": cluster, "stop_code": "UserInitiated", "started_at": began}
        times = dict.fromkeys(("stopping_at", "stopped_at"), stopped)
        ended = dict.fromkeys(("last_status", "desired_status"), "STOPPED")
        self.ledger.record([recording(event(6, **facts, **times, **ended))])

    def leave_pending(self, *services: str) -> None:
        """Incidents of these services have been stored, and their messages should have been sent by now."""
        self.record(CLUSTER)
        earlier = now() - timedelta(minutes=5)
        alerts = new_alerts(lambda: earlier, incidents=self.incidents, notifier=Refusing())
        alerts.notify(crash(number, group=f"service:{name}") for number, name in enumerate(services))

    def pending(self) -> list[Incident]:
        """The incidents that have messages which were not sent."""
        due = self.incidents.due(CLUSTER, now() + timedelta(hours=1))
        return [incident for incident in due if incident.outbox.pending]

    def sent(self) -> list[tuple[str, str]]:
        """Type and service of each message that was published since this was last asked."""
        return sorted((one["type"], one["service"]) for one in self.documents())

    def documents(self) -> list[dict[str, Any]]:
        """The JSON of each message that was published since this was last asked."""
        asked = {"QueueUrl": self.queue_url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0}
        bodies = [json.loads(one["Body"]) for one in self.sqs.receive_message(**asked).get("Messages", [])]
        return [json.loads(body["Message"]) for body in bodies]


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the handlers live by the real clock


def task_in(cluster: str) -> str:
    return f"{cluster.replace(':cluster/', ':task/')}/{uuid4().hex}"


def forget() -> None:
    """The next run begins in a new execution environment."""
    for remembered in _MEMORY:
        remembered.cache_clear()


def connect(function: str, module: Any) -> None:
    """Makes the clients that the function works with, which takes no time of a run that is not the first."""
    if function == "sweep":
        sweep.sweep_services()
    if function in ("observe", "watch"):
        observe.services()
    if function != "observe":
        alerting.alerts(module._now)  # noqa: SLF001 - the clock by which the handler asks for the same ones


@contextmanager
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the functions read, and nothing that they remember."""
    for name, value in _VARIABLES.items():
        monkeypatch.setenv(name, value)
    forget()
    yield
    forget()


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """All limits are a tenth of their own, and each pause before a retry as long as can be."""
    for name in _LIMITS:
        limits: CallLimits = getattr(wired, name)
        tenth = CallLimits(connect=limits.connect / 10, read=limits.read / 10, attempts=limits.attempts)
        monkeypatch.setattr(wired, name, tenth)
    for name in ("SPARE", "ROOM", "LOG_SECONDS"):
        monkeypatch.setattr(wired, name, getattr(wired, name) / 10)
    handler = import_module("reconciler.handlers.sweep")
    monkeypatch.setattr(handler, "SPARE", handler.SPARE / 10)
    monkeypatch.setattr(clients, "_LONGEST_PAUSE", 0.1)
    # Here as in all tests, a request that botocore would refuse is refused.
    monkeypatch.setattr(clients, "DEPLOYED", clients.DEPLOYED.merge(Config(parameter_validation=True)))
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.1)


@contextmanager
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    ecs = SimulatedEcs(Clock(now() - timedelta(minutes=30)), region="eu-central-1")
    ecs.call("CreateCluster", {"clusterName": "shop"})
    hurry(monkeypatch)
    mock: Any = mock_aws(config={"core": {"passthrough": {"urls": [r"http://127\.0\.0\.1:"]}}})  # type: ignore[arg-type]  # the type lists every key as needed
    with ExitStack() as stack:
        # Connections are completed by the system, and nobody ever reads from them.
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
        server = stack.enter_context(EcsServer(ecs))
        stack.enter_context(mock)
        stack.enter_context(environment(monkeypatch))
        dynamodb, sns, sqs = (boto3.client(name) for name in ("dynamodb", "sns", "sqs"))  # type: ignore[call-overload]  # one of three names
        create_table(dynamodb, TABLE)
        queue_url = sqs.create_queue(QueueName="alerts")["QueueUrl"]
        shown = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
        topic = sns.create_topic(Name="alerts")["TopicArn"]
        assert topic == _VARIABLES["ALERT_TOPIC_ARN"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=shown["Attributes"]["QueueArn"])
        yield World(
            monkeypatch=monkeypatch,
            dynamodb=dynamodb,
            sqs=sqs,
            queue_url=queue_url,
            ecs=ecs,
            ecs_url=server.url,
            hanging_url=f"http://127.0.0.1:{silent.getsockname()[1]}",
            ledger=DynamoLedger(dynamodb, TABLE, RETENTION),
            incidents=DynamoIncidents(dynamodb, TABLE, RETENTION),
        )


def messages(clusters: Sequence[str]) -> dict[str, Any]:
    """A batch of the queue: an event of a task of each of these clusters."""
    bodies = [envelope(1, taskArn=task_in(cluster), clusterArn=cluster) for cluster in clusters]
    return {"Records": [{"messageId": str(n), "body": json.dumps(body)} for n, body in enumerate(bodies)]}
