"""The ledgers that tests run on: in memory, and on DynamoDB.

DynamoDB is moto's, in this process, unless TASKLEDGER_DYNAMODB_ENDPOINT names another compatible endpoint.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
from moto import mock_aws

from reconciler.adapters.clients import client_config
from reconciler.adapters.dynamodb.ledger import WRITERS
from reconciler.wiring.clients import TABLE_CALLS
from taskledger.local.table import create_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

ENDPOINT = os.environ.get("TASKLEDGER_DYNAMODB_ENDPOINT")
RETENTION = timedelta(days=90)


@contextmanager
def dynamodb_table() -> Iterator[tuple[DynamoDBClient, str]]:
    """A client and the name of a ledger's table, which is gone afterwards."""
    passthrough = {"core": {"passthrough": {"urls": [ENDPOINT]}}} if ENDPOINT else None
    with mock_aws(config=passthrough):  # type: ignore[arg-type]  # the type lists every key as needed
        client = boto3.client(
            "dynamodb",
            "eu-central-1",
            endpoint_url=ENDPOINT,
            config=client_config(TABLE_CALLS, connections=WRITERS),
        )
        name = f"ledger-{uuid4()}"
        create_table(client, name)
        yield client, name
        client.delete_table(TableName=name)


class Serial:
    """A client whose single calls are atomic, as DynamoDB's are on one item and moto's are not."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)

        def serial(**request: Any) -> Any:
            with self._lock:
                return call(**request)

        return call if name.startswith("get_paginator") else serial
