"""The ledger's table as the stack deploys it, for DynamoDB-compatible endpoints without CloudFormation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import GlobalSecondaryIndexTypeDef, ProjectionTypeDef

INDEXES = {
    "open": "openSince",
    "closed": "closedAt",
    "protected": "protectionExpiresAt",
    "due": "dueAt",
    "found": "foundAt",
}
_PROJECTIONS: Mapping[str, ProjectionTypeDef] = {
    "open": {"ProjectionType": "KEYS_ONLY"},
    "closed": {"ProjectionType": "ALL"},
    "protected": {
        "ProjectionType": "INCLUDE",
        "NonKeyAttributes": ["protectedSince", "protectionCheckedAt"],
    },
    "due": {"ProjectionType": "KEYS_ONLY"},
    "found": {"ProjectionType": "ALL"},
}


def create_table(client: DynamoDBClient, name: str) -> None:
    """Creates the table with its sparse indexes and waits until it can be used."""
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
            {"AttributeName": "clusterArn", "AttributeType": "S"},
            *({"AttributeName": sort, "AttributeType": "N"} for sort in INDEXES.values()),  # type: ignore[list-item]  # a literal in a generator
        ],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[_index(index, sort) for index, sort in INDEXES.items()],
    )
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def _index(name: str, sort: str) -> GlobalSecondaryIndexTypeDef:
    return {
        "IndexName": name,
        "KeySchema": [
            {"AttributeName": "clusterArn", "KeyType": "HASH"},
            {"AttributeName": sort, "KeyType": "RANGE"},
        ],
        "Projection": _PROJECTIONS[name],
    }
