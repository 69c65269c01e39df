"""What the tests of the adapters share: a table, and a simulated ECS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse

from reconciler.adapters.dynamodb.ledger import DynamoLedger
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from tests.support.ledgers import RETENTION, dynamodb_table
from tests.support.values import CLUSTER, START

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


Answer = tuple[AWSResponse, dict[str, Any]]


@dataclass
class Table:
    """The table, its ledger, and ways to look at it and to disturb it."""

    client: DynamoDBClient
    name: str
    ledger: DynamoLedger

    def items(self) -> list[dict[str, Any]]:
        return [dict(item) for item in self.client.scan(TableName=self.name)["Items"]]

    def index(self, name: str) -> list[str]:
        found = self.client.query(
            TableName=self.name,
            IndexName=name,
            KeyConditionExpression="clusterArn = :cluster",
            ExpressionAttributeValues={":cluster": {"S": CLUSTER}},
        )
        return [item["pk"]["S"] for item in found["Items"]]

    def answer(self, operation: str, respond: Callable[[bytes], Answer | None]) -> None:
        """Lets a test answer calls in DynamoDB's place by their body, or leave them to it with None."""
        self.client.meta.events.register(
            f"before-call.dynamodb.{operation}", lambda params, **_: respond(params["body"])
        )


@pytest.fixture
def table() -> Iterator[Table]:
    with dynamodb_table() as (client, name):
        yield Table(client, name, DynamoLedger(client, name, RETENTION))


@pytest.fixture
def ecs() -> SimulatedEcs:
    ecs = SimulatedEcs(Clock(START), region="eu-central-1")
    ecs.call("CreateCluster", {"clusterName": "shop"})
    return ecs
