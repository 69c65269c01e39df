"""The ledger of a deployed stack, read for people: newest first, through the indexes, never by scanning."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reconciler.adapters.dynamodb.batch import MAX_GET
from reconciler.adapters.dynamodb.items import values
from reconciler.adapters.dynamodb.items.task import entry_items
from reconciler.adapters.dynamodb.reads import LedgerReads, read_entry
from reconciler.chunks import chunks

from .unreadable import UnreadableRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PaginatorConfigTypeDef

    from reconciler.adapters.dynamodb.items.values import Item
    from reconciler.errors import InvalidInput
    from reconciler.model.entry import LedgerEntry
    from reconciler.ports.ledger import Entries

    from .stack import Stack

    Placed = tuple[datetime, LedgerEntry]

EVER = datetime(1970, 1, 1, tzinfo=UTC)

_SORT_KEYS = {"open": entry_items.OPEN, "closed": entry_items.CLOSED}


class DeployedLedger(LedgerReads):
    """Reads one table; the answer may be a moment behind the last write.

    No page of an index is read before it is needed. `page` is the number of items to read at a time; without
    it, as many as DynamoDB gives.
    """

    def __init__(self, client: DynamoDBClient, table_name: str, page: int | None = None) -> None:
        super().__init__(client, table_name)
        self._paging: PaginatorConfigTypeDef = {"PageSize": page} if page else {}
        self.unreadable = UnreadableRows()

    def entries(self, task_arns: Sequence[str]) -> Entries:
        """Those that can be read; what is wrong with the others is kept in `unreadable`, too."""
        found = super().entries(task_arns)
        self.unreadable += found.unreadable.values()
        return found

    def leave_out(self, error: InvalidInput) -> None:
        self.unreadable.append(error)

    def opened(self, cluster_arn: str, since: datetime = EVER) -> Iterator[Placed]:
        """The entries in the index of open tasks with the time they opened; some may have closed by now."""
        for page in self._pages("open", cluster_arn, since):
            for keys in chunks(page, MAX_GET):
                entries = self.entries([key["pk"]["S"] for key in keys])
                for key in keys:
                    if entry := entries.get(key["pk"]["S"]):
                        with self.unreadable.left_out(), values.reading(key, "entry"):
                            yield values.moment(key[entry_items.OPEN]), entry

    def closed(self, cluster_arn: str, since: datetime, now: datetime) -> Iterator[Placed]:
        """The closed entries with the time they closed, without those that DynamoDB is about to delete."""
        for page in self._pages("closed", cluster_arn, since):
            for item in page:
                with self.unreadable.left_out(), values.reading(item, "entry"):
                    if int(item["ttl"]["N"]) > now.timestamp():
                        yield values.moment(item[entry_items.CLOSED]), read_entry(item)

    def task_arns(self, cluster_arn: str, closed_since: datetime) -> Iterator[str]:
        """The tasks that are open, and those that closed since then."""
        for index, since in (("open", EVER), ("closed", closed_since)):
            for page in self._pages(index, cluster_arn, since, ProjectionExpression="pk"):
                yield from (item["pk"]["S"] for item in page)

    def _pages(
        self,
        index: str,
        cluster_arn: str,
        since: datetime,
        **how: Any,  # noqa: ANN401 - boto3's own options
    ) -> Iterator[Sequence[Item]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table_name,
            IndexName=index,
            KeyConditionExpression=f"clusterArn = :cluster AND {_SORT_KEYS[index]} >= :since",
            ExpressionAttributeValues={
                ":cluster": {"S": cluster_arn},
                ":since": values.milliseconds(since),
            },
            ScanIndexForward=False,
            PaginationConfig=self._paging,
            **how,
        )
        return (page["Items"] for page in pages)


def deployed_ledger(stack: Stack, page: int | None = None) -> DeployedLedger:
    return DeployedLedger(stack.client("dynamodb"), stack.output("LedgerTableName"), page)
