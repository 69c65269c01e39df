"""What can be read of the ledger's table: entries by key, and tasks by index. Never by scan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from ...errors import InvalidInput
from ...ports.ledger import Entries
from ..aws import aws_errors
from .batch import get_all, query_all
from .cluster_marks import ACTIVE, CLUSTERS
from .items.task import entry_items, history_items, protection_items, tag_items
from .items.task.tag_items import tags_key
from .items.values import milliseconds, moment, read_or_error, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from ...model.entry import HistoryRow, LedgerEntry
    from ...model.protection import Protection
    from .items.values import Item

T = TypeVar("T")

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def read_entry(item: Item) -> LedgerEntry:
    """The entry that an item holds; raises `InvalidInput` with its key when it cannot be read."""
    with reading(item, "entry"):
        return entry_items.entry(item)


def _read_row(item: Item) -> HistoryRow:
    with reading(item, "history row"):
        return history_items.row(item)


def _read_tags(item: Item) -> Mapping[str, str]:
    with reading(item, "row of tags"):
        return tag_items.read_tags(item)


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
        return self.with_tags([read_entry(response["Item"])])[0] if "Item" in response else None

    def with_tags(self, entries: Sequence[LedgerEntry]) -> list[LedgerEntry]:
        """The entries with the tags that are kept beside them, but for those that are gone or unreadable."""
        keys = [tags_key(one.state.task_arn, one.kept_tags) for one in entries if one.kept_tags]
        found = get_all(self._client, self._table_name, keys, consistent=True)
        tags = {item["pk"]["S"]: self._or_none(_read_tags, item) for item in found}
        return [
            replace(one, state=replace(one.state, tags=tags.get(one.state.task_arn, one.state.tags)))
            for one in entries
        ]

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
        read = (self._or_none(_read_row, item) for item in found)
        rows = {(row.version, row.source): row for row in read if row}
        return tuple(sorted(rows.values(), key=lambda row: (row.version, row.source != "event")))

    def leave_out(self, error: InvalidInput) -> None:
        """Raises what is wrong with a row of history or tags; whoever goes on without it has another way."""
        raise error

    def _or_none(self, read: Callable[[Item], T], item: Item) -> T | None:
        try:
            return read(item)
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
