"""A deployed stack for the commands to find: CloudFormation, Lambda and ECS on ports, the rest on moto."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws

from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.adapters.dynamodb.services import DynamoServices
from reconciler.model.task import Observation
from reconciler.parsing.event import parse_task_event
from taskledger.deployed import stack as deployed_stack
from taskledger.local.table import create_table
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.api.server import EcsServer
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.engine.shapes import Answer as Event
from taskledger.simulator.faults.api import ApiChance, FaultyEcs
from tests.support.loopback import serve
from tests.support.values import CLUSTER, event, recording, task_arn

TABLE = "ledger"
RETENTION = timedelta(days=90)
NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
# Commands that ask ECS read the clock, so what they are to find is of now.
NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251

Answer = tuple[AWSResponse, dict[str, Any]]
Response = tuple[int, Mapping[str, str], bytes]


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def other_cluster(name: str) -> str:
    return CLUSTER.replace("cluster/shop", f"cluster/{name}")


def refusal(code: str, status: int = 400) -> Answer:
    error = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return AWSResponse("https://aws", status, {}, None), error


def answered(parsed: dict[str, Any]) -> Answer:
    response = AWSResponse("https://aws", 200, {}, None)
    return response, parsed | {"ResponseMetadata": {"HTTPStatusCode": 200}}


@dataclass
class CloudFormation:
    """DescribeStacks: the stacks by their outputs; or, instead of all answers, one error."""

    stacks: dict[str, dict[str, str]] = field(default_factory=dict)
    status: str = "CREATE_COMPLETE"
    place: str = "arn:aws:cloudformation:eu-central-1:111122223333"
    error: tuple[int, str, str] | None = None

    def respond(self, _: str, body: bytes) -> Response:
        name = parse_qs(body.decode())["StackName"][0]
        missing = (400, "ValidationError", f"Stack with id {name} does not exist")
        if error := self.error or (None if name in self.stacks else missing):
            status, code, message = error
            return (
                status,
                {},
                (
                    f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{code}</Code>'
                    f"<Message>{escape(message)}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
                ).encode(),
            )
        members = "".join(
            f"<member><OutputKey>{key}</OutputKey><OutputValue>{escape(value)}</OutputValue></member>"
            for key, value in self.stacks[name].items()
        )
        return (
            200,
            {},
            (
                f'<DescribeStacksResponse xmlns="{NAMESPACE}"><DescribeStacksResult><Stacks><member>'
                f"<StackName>{name}</StackName><StackStatus>{self.status}</StackStatus>"
                f"<StackId>{self.place}:stack/{name}/1</StackId>"
                "<CreationTime>2026-11-20T09:00:00Z</CreationTime>"
                f"<Outputs>{members}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
            ).encode(),
        )


@dataclass
class SweepFunction:
    """The sweep function on Lambda: its environment and its answer; or, instead of all answers, an error."""

    environment: dict[str, str] = field(
        default_factory=lambda: {"CLUSTERS": "", "SWEEP_CALLS_PER_SECOND": "10"}
    )
    answer: bytes = b"{}"
    function_error: str | None = None
    error: tuple[int, str, str] | None = None
    invoked: list[bytes] = field(default_factory=list)
    delay: float = 0

    def respond(self, path: str, body: bytes) -> Response:
        if self.error:
            status, code, message = self.error
            return status, {"x-amzn-ErrorType": code}, json.dumps({"message": message}).encode()
        if path.endswith("/configuration"):
            return 200, {}, json.dumps({"Environment": {"Variables": self.environment}}).encode()
        self.invoked.append(body)
        time.sleep(self.delay)
        error = {"X-Amz-Function-Error": self.function_error} if self.function_error else {}
        return 200, error, self.answer


@dataclass(kw_only=True)
class Deployment:
    """The stack, and ways to fill it and to disturb it."""

    cloudformation: CloudFormation
    function: SweepFunction
    dynamodb: Any
    sqs: Any
    monkeypatch: pytest.MonkeyPatch
    ledger: DynamoLedger
    services: DynamoServices

    @property
    def outputs(self) -> dict[str, str]:
        return self.cloudformation.stacks["TaskLedger"]

    def record(self, *observations: Observation) -> None:
        """Records what was observed of one task, in that order."""
        self.ledger.record([recording(*observations)])

    def open(self, number: int, opened: datetime, **values: Any) -> str:
        """Records a running task, and returns its ARN."""
        arn = task_arn(number)
        self.record(event(3, **{"task_arn": arn, "created_at": opened} | values))
        return arn

    def close(self, number: int, closed: datetime, **values: Any) -> str:
        """Records a stopped task, and returns its ARN."""
        arn = task_arn(number)
        over = {"last_status": "STOPPED", "desired_status": "STOPPED", "stop_code": "UserInitiated"}
        self.record(event(6, **{"task_arn": arn, "created_at": closed, "stopped_at": closed} | over | values))
        return arn

    def bodies(self) -> list[str]:
        """The messages on the queue."""
        found: list[str] = []
        request = {"QueueUrl": self.outputs["EventQueueUrl"], "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0}
        while messages := self.sqs.receive_message(**request).get("Messages"):
            found += [message["Body"] for message in messages]
        return found

    def answer(self, call: str, respond: Callable[[Any], Answer | None]) -> None:
        """Lets a test answer calls of the commands by their body, or leave them to AWS with None."""
        connect = deployed_stack.connect

        def disturbed(session: boto3.Session, service: str, *config: Any) -> Any:
            client = connect(session, service, *config)
            client.meta.events.register(f"before-call.{call}", lambda params, **_: respond(params["body"]))
            return client

        self.monkeypatch.setattr(deployed_stack, "connect", disturbed)


@contextmanager
def deployment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """At NOW, however long the tests before have taken."""
    monkeypatch.setattr("taskledger.output.times.now", lambda: NOW)
    stacks, function = CloudFormation(), SweepFunction()
    mock: Any = mock_aws(config={"core": {"passthrough": {"urls": [r"http://127\.0\.0\.1:"]}}})  # type: ignore[arg-type]  # the type lists every key as needed
    with serve(stacks.respond) as stacks_url, serve(function.respond) as function_url, mock:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", stacks_url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", function_url)
        region = os.environ["AWS_DEFAULT_REGION"]
        dynamodb, sqs = boto3.client("dynamodb", region), boto3.client("sqs", region)
        create_table(dynamodb, TABLE)
        url = sqs.create_queue(QueueName="events")["QueueUrl"]
        outputs = {"LedgerTableName": TABLE, "EventQueueUrl": url, "SweepFunctionName": "sweeper"}
        stacks.stacks["TaskLedger"] = outputs
        yield Deployment(
            cloudformation=stacks,
            function=function,
            dynamodb=dynamodb,
            sqs=sqs,
            monkeypatch=monkeypatch,
            ledger=DynamoLedger(dynamodb, TABLE, RETENTION),
            services=DynamoServices(dynamodb, TABLE, RETENTION),
        )


@dataclass
class DeployedEcs:
    """An ECS whose events come to the ledger of a deployment, and ways to make something happen in it."""

    deployment: Deployment
    clock: Clock
    ecs: SimulatedEcs
    api: FaultyEcs
    lost: bool = False
    events: list[Event] = field(default_factory=list)

    def receive(self) -> None:
        """Records the events so far, which are of one task, as one batch."""
        if self.events:
            self.deployment.record(*map(parse_task_event, self.events))
            self.events.clear()

    def run(self, service: str = "web", cluster: str = "shop") -> str:
        """A running task, whose events have come unless they are lost."""
        self.ecs.call("CreateCluster", {"clusterName": cluster})
        arn = self.ecs.start_service_task(service, f"{service}:1", cluster=cluster)
        self.report(arn, "PENDING", "RUNNING")
        return arn

    def report(self, task_arn: str, *statuses: str) -> None:
        request = {"cluster": task_arn.rsplit("/", 2)[1], "task": task_arn}
        for status in statuses:
            self.ecs.call("SubmitTaskStateChange", request | {"status": status})
        if self.lost:
            self.events.clear()
        self.receive()

    def tamper(self, task_arn: str, name: str, value: dict[str, Any]) -> None:
        """Changes an attribute of the entry past the gate."""
        self.deployment.dynamodb.update_item(
            TableName=TABLE,
            Key={"pk": {"S": task_arn}, "sk": {"S": "ENTRY"}},
            UpdateExpression="SET #n = :v",
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues={":v": value},
        )

    def later(self, **span: float) -> None:
        self.clock.advance(timedelta(**span).total_seconds())


@contextmanager
def deployed_ecs(stack: Deployment) -> Iterator[DeployedEcs]:
    """Half an hour ago, when events began to come to an empty ledger."""
    clock = Clock(datetime.now(UTC) - timedelta(minutes=30))  # noqa: TID251 - as the commands read the clock
    ecs = SimulatedEcs(clock, region="eu-central-1")
    api = FaultyEcs(ecs, ApiChance())
    with EcsServer(api) as server:
        stack.monkeypatch.setenv("AWS_ENDPOINT_URL_ECS", server.url)
        there = DeployedEcs(stack, clock, ecs, api)
        ecs.listen(there.events.append)
        yield there
