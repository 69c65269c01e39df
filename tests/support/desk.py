"""Alerts on DynamoDB and SNS, with a queue that shows what came out, and faults at any call."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws

from reconciler.adapters.clients import client_config
from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.policy import DynamoMutes
from reconciler.adapters.dynamodb.reads import LedgerReads
from reconciler.adapters.sns import SnsNotifier
from reconciler.findings.policy import Policy
from reconciler.use_cases.notify import Alerts
from reconciler.wiring.clients import TABLE_CALLS
from taskledger.local.table import create_table
from taskledger.simulator.engine.clock import Clock
from tests.support.alerting import new_alerts
from tests.support.ledgers import ENDPOINT, RETENTION
from tests.support.values import START

if TYPE_CHECKING:
    from reconciler.model.task import TaskState
    from reconciler.ports.ecs import Listing

REGION = "eu-central-1"


class Killed(BaseException):
    """The function was ended from outside: nothing in it may catch this."""


@dataclass(slots=True)
class Fault:
    """What happens to the n-th call of all: it is refused, done but unanswered, or its function's last."""

    how: str = "none"  # refused, unanswered, killed
    nth: int = 0
    calls: list[str] = field(default_factory=list)
    struck: bool = False

    def before(self, operation: str) -> tuple[AWSResponse, dict[str, Any]] | None:
        self.calls.append(operation)
        if len(self.calls) != self.nth:
            return None
        self.struck = self.how != "none"
        return _refusal() if self.how == "refused" else None

    def after(self) -> None:
        if len(self.calls) != self.nth or not self.struck:
            return
        self.nth = 0
        if self.how == "killed":
            raise Killed(self.calls[-1])
        if self.how == "unanswered":
            raise ReadTimeoutError(endpoint_url="https://aws")


@dataclass(slots=True)
class Aws:
    """Clients of the emulated services; what they call meets the fault of the moment."""

    dynamodb: Any
    sns: Any
    sqs: Any
    fault: Fault = field(default_factory=Fault)

    def __post_init__(self) -> None:
        for client in (self.dynamodb, self.sns):
            service, events = client.meta.service_model.service_name, client.meta.events
            events.register(f"before-call.{service}", lambda model, **_: self.fault.before(model.name))
            events.register(f"after-call.{service}", lambda **_: self.fault.after())


@contextmanager
def aws() -> Iterator[Aws]:
    passthrough = {"core": {"passthrough": {"urls": [ENDPOINT]}}} if ENDPOINT else None
    with mock_aws(config=passthrough):  # type: ignore[arg-type]  # the type lists every key as needed
        sns, sqs = (boto3.client(each, REGION, config=client_config(TABLE_CALLS)) for each in ("sns", "sqs"))  # type: ignore[call-overload]  # one of two names
        yield Aws(
            boto3.client("dynamodb", REGION, endpoint_url=ENDPOINT, config=client_config(TABLE_CALLS)),
            sns,
            sqs,
        )


def _refusal() -> tuple[AWSResponse, dict[str, Any]]:
    parsed = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
    status = {"ResponseMetadata": {"HTTPStatusCode": 400}}
    return AWSResponse("https://aws", 400, {}, None), parsed | status


@dataclass(slots=True)
class Running:
    """The port `Tasks`, as far as incidents ask it: each service has these tasks."""

    states: Sequence[TaskState] = ()

    def list_service(self, cluster_arn: str, service: str) -> Sequence[str]:
        return [state.task_arn for state in self.states if state.service == service]

    def describe(self, cluster_arn: str, task_arns: Sequence[str]) -> Mapping[str, Any]:
        return {state.task_arn: state for state in self.states if state.task_arn in task_arns}

    def clusters(self) -> Sequence[str]:
        raise NotImplementedError

    def list_tasks(self, cluster_arn: str, listing: Listing) -> Sequence[str]:
        raise NotImplementedError

    def protection(self, cluster_arn: str, task_arns: Sequence[str]) -> Mapping[str, Any]:
        raise NotImplementedError


@dataclass(slots=True)
class Desk:
    """Where findings are reported, and what was heard of them.

    `clusters` are those that the watch looks at; who has read all may `clear` the table, which the emulation
    would copy with each transaction.
    """

    alerts: Alerts
    clock: Clock
    fault: Fault
    table: Callable[[], list[dict[str, Any]]]
    queue: Callable[[], list[dict[str, Any]]]
    clusters: Callable[[], Sequence[str]]
    clear: Callable[[], object]
    heard: list[dict[str, Any]] = field(default_factory=list)

    def listen(self) -> list[dict[str, Any]]:
        """All notifications that were published so far, as SNS hands them to a queue."""
        while found := self.queue():
            self.heard += found
        return self.heard

    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(envelope["Message"]) for envelope in self.listen()]


def desk(aws: Aws, fault: Fault | None = None, policy: Policy | None = None) -> Desk:
    """A table, a topic and a queue that is subscribed to it, all of them new."""
    clock, name = Clock(START), f"t-{uuid4()}"
    aws.fault = Fault()
    create_table(aws.dynamodb, name)
    topic = aws.sns.create_topic(Name=name)["TopicArn"]
    url = aws.sqs.create_queue(QueueName=name)["QueueUrl"]
    shown = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    aws.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=shown["Attributes"]["QueueArn"])
    aws.fault = fault = fault or Fault()
    return Desk(
        alerts=new_alerts(
            lambda: clock.now,
            incidents=DynamoIncidents(aws.dynamodb, name, RETENTION),
            mutes=DynamoMutes(aws.dynamodb, name),
            notifier=SnsNotifier(aws.sns, topic),
            policy=policy or Policy(),
        ),
        clock=clock,
        fault=fault,
        table=lambda: _scan(aws, name),
        queue=lambda: _receive(aws.sqs, url),
        clusters=LedgerReads(aws.dynamodb, name).active_clusters,
        clear=lambda: aws.dynamodb.delete_table(TableName=name),
    )


def _scan(aws: Aws, name: str) -> list[dict[str, Any]]:
    aws.fault = Fault()
    return [dict(item) for item in aws.dynamodb.scan(TableName=name)["Items"]]


def _receive(sqs: Any, url: str) -> list[dict[str, Any]]:
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in found]
