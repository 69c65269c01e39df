"""What can be read of the ledger's table: entries by key, and tasks by index. Never by scan."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ...errors import InvalidInput
from ...ports.ledger import Entries
from ..aws import aws_errors
from .batch import get_all, query_all
from .cluster_marks import ACTIVE, CLUSTERS
from .items.task import entry_items, history_items, protection_items
from .items.values import milliseconds, moment, read_or_error, reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from ...model.entry import HistoryRow, LedgerEntry
    from ...model.protection import Protection
    from .items.values import Item

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def read_entry(item: Item) -> LedgerEntry:
    """The entry that an item holds; raises `InvalidInput` with its key when it cannot be read."""
    with reading(item, "entry"):
        return entry_items.entry(item)


def _read_row(item: Item) -> HistoryRow:
    with reading(item, "history row"):
        return history_items.row(item)


def _read_protection(item: Item) -> Protection | None:
    with reading(item, "protection"):
        return protection_items.protection(item)


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

    def entries(self, task_arns: Sequence[str]) -> Entries:
        asked = list(dict.fromkeys(task_arns))  # DynamoDB refuses to be asked for an item twice in a call
        found = get_all(self._client, self._table_name, [entry_items.key(arn) for arn in asked])
        return Entries.of({item["pk"]["S"]: read_or_error(read_entry, item) for item in found})

    def history(self, task_arn: str) -> tuple[HistoryRow, ...]:
        found = self._query(
            "pk = :pk AND begins_with(sk, :v)",
            {":pk": task_arn, ":v": history_items.PREFIX},
            ConsistentRead=True,
        )
        rows = filter(None, map(self._row, found))
        return tuple(sorted(rows, key=lambda row: (row.version, row.source != "event")))

    def leave_out(self, error: InvalidInput) -> None:
        """Raises what is wrong with a row of history; whoever goes on without the row has another way."""
        raise error

    def _row(self, item: Item) -> HistoryRow | None:
        try:
            return _read_row(item)
        except InvalidInput as error:
            self.leave_out(error)
            return None

    def clusters(self) -> Sequence[str]:
        return [item["sk"]["S"] for item in self._query("pk = :pk", {":pk": CLUSTERS})]

    def active_clusters(self) -> Sequence[str]:
        return [item["sk"]["S"] for item in self._query("pk = :pk", {":pk": ACTIVE})]

    def closed_between(
        self, cluster_arn: str, since: datetime, until: datetime
    ) -> Sequence[LedgerEntry | InvalidInput]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table_name,
            IndexName="closed",
            KeyConditionExpression="clusterArn = :cluster AND closedAt BETWEEN :since AND :until",
            ExpressionAttributeValues={
                ":cluster": {"S": cluster_arn},
                ":since": milliseconds(since),
                ":until": milliseconds(until),
            },
        )
        with aws_errors():
            return [read_or_error(read_entry, item) for page in pages for item in page["Items"]]

    def due_until(self, cluster_arn: str) -> datetime | None:
        """When the last protection of the cluster ends or its next incident is due; None where nothing is.

        What cannot be read is due: whoever looks at it says what is wrong.
        """
        keys = {"protected": protection_items.PROTECTED, "due": "dueAt"}
        found = (
            self._first(cluster_arn, index, key, last=index == "protected") for index, key in keys.items()
        )
        return max((time for time in found if time), default=None)

    def _first(self, cluster_arn: str, index: str, key: str, *, last: bool) -> datetime | None:
        """The first time in an index of the cluster, or the last one."""
        with aws_errors():
            items = self._client.query(
                TableName=self._table_name,
                IndexName=index,
                KeyConditionExpression="clusterArn = :cluster",
                ExpressionAttributeValues={":cluster": {"S": cluster_arn}},
                ScanIndexForward=not last,
                Limit=1,
            )["Items"]
        if not items:
            return None
        try:
            with reading(items[0], key):
                return moment(items[0][key])
        except InvalidInput:
            return _LONG_AGO

    def open_tasks(self, cluster_arn: str) -> Sequence[str]:
        return [item["pk"]["S"] for item in self._index("open", cluster_arn)]

    def protected(self, cluster_arn: str) -> Mapping[str, Protection | InvalidInput]:
        items = self._index("protected", cluster_arn)
        found = ((item["pk"]["S"], read_or_error(_read_protection, item)) for item in items)
        return {arn: held for arn, held in found if held}

    def _index(self, name: str, cluster_arn: str) -> Iterator[Item]:
        return self._query("clusterArn = :cluster", {":cluster": cluster_arn}, IndexName=name)

    def _query(self, condition: str, values: Mapping[str, str], **how: Any) -> Iterator[Item]:  # noqa: ANN401 - boto3's own options
        return query_all(self._client, self._table_name, condition, values, **how)
