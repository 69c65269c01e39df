"""The verbs that read a deployed ledger, on rows that somebody changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import patch

import boto3
from click.testing import CliRunner

from taskledger.deployed.stack import Stack
from taskledger.main import main
from tests.fuzz.mutate import Mutator
from tests.fuzz.rows import ENTRY, FINDING, INCIDENT, ROW, SERVICE_ROW
from tests.support.values import CLUSTER, task_arn

VERBS = (
    ("tasks", "--since", "2020-01-01T00:00Z"),
    ("services", "--since", "2020-01-01T00:00Z"),
    ("show", task_arn(1)),
    ("show", "checkout"),
    ("at", "10d"),
    ("diff", "10d"),
    ("findings", "--since", "2020-01-01T00:00Z"),
    ("incidents", "--since", "2020-01-01T00:00Z"),
)
LATER = {"N": "99999999999"}


class Table:
    """A DynamoDB client with a few rows, each as it is and changed."""

    def __init__(self, mutator: Mutator) -> None:
        keep = ("pk", "sk", "ttl", "foundAt", "closedAt")
        entry, finding = {**ENTRY, "ttl": LATER}, {**FINDING, "ttl": LATER}
        resolved = {**INCIDENT, "foundAt": {"N": "1"}, "ttl": LATER}
        self.entries = [mutator.row(entry, keep), {**entry, "pk": {"S": task_arn(2)}}]
        self.found = [mutator.row(finding, keep), finding, mutator.row(resolved, keep), resolved]
        self.incidents = [mutator.row(INCIDENT), INCIDENT]
        self.rows = [mutator.row(ROW), ROW]
        self.services = [mutator.row(SERVICE_ROW, ("pk", "sk")), SERVICE_ROW]

    def get_item(self, Key: Mapping[str, Any], **_: Any) -> Any:  # noqa: N803 - as boto3 has it
        is_service = Key["pk"]["S"].startswith("SERVICES#")
        return {"Item": self.services[0]} if is_service else {}

    def batch_get_item(self, RequestItems: Mapping[str, Any]) -> Any:  # noqa: N803 - as boto3 has it
        ((name, request),) = RequestItems.items()
        wanted = {key["pk"]["S"] for key in request["Keys"]}
        found = [item for item in (*self.entries, *self.incidents) if item["pk"]["S"] in wanted]
        return {"Responses": {name: found}}

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, IndexName: str = "", **request: Any) -> Iterator[Any]:  # noqa: N803 - as boto3 has it
        indexes: Mapping[str, Any] = {
            "open": [],
            "closed": self.entries,
            "found": self.found,
            "due": self.incidents,
        }
        yield {"Items": indexes.get(IndexName, self._by_key(request["ExpressionAttributeValues"]))}

    def _by_key(self, values: Mapping[str, Any]) -> list[Any]:
        if ":v" in values:
            return self.rows
        if values.get(":pk", {}).get("S", "").startswith("SERVICES#"):
            return self.services
        return [{"pk": {"S": "CLUSTERS"}, "sk": {"S": CLUSTER}}]


class _Stack(Stack):
    table: Table

    def client(self, *_: Any) -> Any:
        return self.table


def verbs(mutator: Mutator) -> None:
    """A verb lists what it can read, says what it cannot, and ends by an exit code."""
    stack = _Stack(
        name="TaskLedger",
        status="CREATE_COMPLETE",
        outputs={"LedgerTableName": "t"},
        home=None,
        session=boto3.Session("testing", "testing", region_name="eu-central-1"),
    )
    object.__setattr__(stack, "table", Table(mutator))
    json = ("--json",) if mutator.random.random() < 0.5 else ()
    with patch("taskledger.deployed.stack.find", lambda _: stack):
        result = CliRunner().invoke(main, [*mutator.random.choice(VERBS), *json], catch_exceptions=False)
    assert result.exit_code in {0, 1, 2}, result.output
