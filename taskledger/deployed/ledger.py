"""The ledger of a deployed stack, read for people: newest first, through the indexes, never by scanning."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from reconciler.adapters.clients import client_config
from reconciler.adapters.dynamodb.batch import MAX_GET
from reconciler.adapters.dynamodb.items import values
from reconciler.adapters.dynamodb.items.task import entry_items
from reconciler.adapters.dynamodb.reads import LedgerReads, read_entry
from reconciler.chunks import chunks

from ..output.progress import counted
from .stack import CALLS
from .unreadable import UnreadableRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PaginatorConfigTypeDef

    from reconciler.adapters.dynamodb.items.values import Item
    from reconciler.errors import InvalidInput
    from reconciler.model.entry import HistoryRow, LedgerEntry
    from reconciler.ports.ledger import Entries

    from .stack import Stack

    Placed = tuple[datetime, LedgerEntry]

EVER = datetime(1970, 1, 1, tzinfo=UTC)
READERS = 16  # histories read at once; the client's pool must hold as many connections

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

    def closures(self, cluster_arn: str, *, oldest_first: bool) -> Iterator[tuple[datetime, timedelta]]:
        """When each closed entry closed, and for how long from then it is kept."""
        one = {"ScanIndexForward": oldest_first, "PaginationConfig": {"PageSize": 1}}
        for page in self._pages("closed", cluster_arn, EVER, **one):
            for item in page:
                with self.unreadable.left_out(), values.reading(item, "entry"):
                    closed_at = values.moment(item[entry_items.CLOSED])
                    yield closed_at, EVER + timedelta(seconds=int(item["ttl"]["N"])) - closed_at

    def histories(self, task_arns: Sequence[str]) -> Mapping[str, Sequence[HistoryRow]]:
        """The history of each task; what cannot be read is kept in `unreadable`."""
        with ThreadPoolExecutor(READERS) as pool:
            read = counted(pool.map(self.history, task_arns), "histories read")
            return dict(zip(task_arns, read, strict=True))

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
            **{"ScanIndexForward": False, "PaginationConfig": self._paging, **how},
        )
        return (page["Items"] for page in pages)


def deployed_ledger(stack: Stack, page: int | None = None) -> DeployedLedger:
    client = stack.client("dynamodb", client_config(CALLS, connections=READERS))
    return DeployedLedger(client, stack.output("LedgerTableName"), page)
