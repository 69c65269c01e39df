"""What can be read of the ledger's table: entries by key, and tasks by index. Never by scan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import InvalidInput
from ..aws import aws_errors
from .batch import get_all
from .items import entry_items, history_items

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from ...model.entry import HistoryRow, LedgerEntry
    from ...model.protection import Protection
    from .items.values import Item


def read_entry(item: Item) -> LedgerEntry:
    """The entry that an item holds; `InvalidInput` with the task's ARN when it cannot be read any more."""
    try:
        return entry_items.entry(item)
    except (KeyError, ValueError, TypeError) as error:
        raise InvalidInput(item["pk"]["S"], f"the entry cannot be read: {error!r}") from error


class LedgerReads:
    """The reading half of the ledger."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def entry(self, task_arn: str) -> LedgerEntry | None:
        with aws_errors():
            response = self._client.get_item(
                TableName=self._table_name, Key=entry_items.key(task_arn), ConsistentRead=True
            )
        return read_entry(response["Item"]) if "Item" in response else None

    def entries(self, task_arns: Sequence[str]) -> Mapping[str, LedgerEntry]:
        asked = list(dict.fromkeys(task_arns))  # DynamoDB refuses to be asked for an item twice in a call
        found = get_all(self._client, self._table_name, [entry_items.key(arn) for arn in asked])
        return {item["pk"]["S"]: read_entry(item) for item in found}

    def history(self, task_arn: str) -> tuple[HistoryRow, ...]:
        found = self._query(
            "pk = :pk AND begins_with(sk, :v)", {":pk": task_arn, ":v": "v"}, ConsistentRead=True
        )
        return tuple(
            sorted(map(history_items.row, found), key=lambda row: (row.version, row.source != "event"))
        )

    def clusters(self) -> Sequence[str]:
        return [item["sk"]["S"] for item in self._query("pk = :pk", {":pk": entry_items.CLUSTERS})]

    def open_tasks(self, cluster_arn: str) -> Sequence[str]:
        return [item["pk"]["S"] for item in self._index("open", cluster_arn)]

    def protected(self, cluster_arn: str) -> Mapping[str, Protection]:
        found = (
            (item["pk"]["S"], entry_items.protection(item)) for item in self._index("protected", cluster_arn)
        )
        return {arn: held for arn, held in found if held}

    def _index(self, name: str, cluster_arn: str) -> Iterator[Item]:
        return self._query("clusterArn = :cluster", {":cluster": cluster_arn}, IndexName=name)

    def _query(self, condition: str, values: Mapping[str, str], **how: Any) -> Iterator[Item]:  # noqa: ANN401 - boto3's own options
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table_name,
            KeyConditionExpression=condition,
            ExpressionAttributeValues={name: {"S": value} for name, value in values.items()},
            **how,
        )
        with aws_errors():
            for page in pages:
                yield from page["Items"]
