"""A deployed stack for the command line to find: its outputs over HTTP, its table and queue on moto."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws

from reconciler.adapters.dynamodb.ledger import DynamoLedger
from taskledger.deployed import stack as cli_stack
from taskledger.local.table import create_table
from tests.support.cloudformation import CloudFormation, cloudformation
from tests.support.values import CLUSTER, event, recording, task_arn

if TYPE_CHECKING:
    from reconciler.model.task import Observation

# The commands look at the clock, so what they are to find is of now.
NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251
RETENTION = timedelta(days=90)

Answer = tuple[AWSResponse, dict[str, Any]]


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def refusal(code: str, status: int = 400) -> Answer:
    error = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return AWSResponse("https://aws", status, {}, None), error


def answered(parsed: dict[str, Any]) -> Answer:
    response = AWSResponse("https://aws", 200, {}, None)
    return response, parsed | {"ResponseMetadata": {"HTTPStatusCode": 200}}


@dataclass
class Deployment:
    """The stack, and ways to fill it and to disturb it."""

    cloudformation: CloudFormation
    dynamodb: Any
    sqs: Any
    queue_url: str
    monkeypatch: pytest.MonkeyPatch
    ledger: DynamoLedger

    def record(self, *observations: Observation) -> None:
        """Records what was told of one task, in that order."""
        self.ledger.record([recording(*observations)])

    def open(self, number: int, opened: datetime, **told: Any) -> str:
        """Records a running task, and returns its ARN."""
        arn = task_arn(number)
        self.record(event(3, **{"task_arn": arn, "created_at": opened} | told))
        return arn

    def close(self, number: int, closed: datetime, **told: Any) -> str:
        """Records a stopped task, and returns its ARN."""
        arn = task_arn(number)
        over = {"last_status": "STOPPED", "desired_status": "STOPPED", "stop_code": "UserInitiated"}
        self.record(event(6, **{"task_arn": arn, "created_at": closed, "stopped_at": closed} | over | told))
        return arn

    def bodies(self) -> list[str]:
        """What is on the queue."""
        found: list[str] = []
        while messages := self._receive():
            found += [message["Body"] for message in messages]
        return found

    def _receive(self) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found

    def answer(self, call: str, respond: Callable[[Any], Answer | None]) -> None:
        """Lets a test answer calls of the commands by their body, or leave them to AWS with None."""
        connect = cli_stack.connect

        def disturbed(session: boto3.Session, service: str) -> Any:
            client = connect(session, service)
            client.meta.events.register(f"before-call.{call}", lambda params, **_: respond(params["body"]))
            return client

        self.monkeypatch.setattr(cli_stack, "connect", disturbed)


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    with cloudformation() as stacks:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", stacks.url)
        with mock_aws(config={"core": {"passthrough": {"urls": [stacks.url]}}}):  # type: ignore[arg-type]  # the type lists every key as needed
            region = os.environ["AWS_DEFAULT_REGION"]
            dynamodb, sqs = boto3.client("dynamodb", region), boto3.client("sqs", region)
            create_table(dynamodb, "ledger")
            url = sqs.create_queue(QueueName="events")["QueueUrl"]
            stacks.stacks["TaskLedger"] = {"LedgerTableName": "ledger", "EventQueueUrl": url}
            ledger = DynamoLedger(dynamodb, "ledger", RETENTION)
            yield Deployment(stacks, dynamodb, sqs, url, monkeypatch, ledger)


def other_cluster(name: str) -> str:
    return CLUSTER.replace("cluster/shop", f"cluster/{name}")
