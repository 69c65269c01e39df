"""Findings and incidents of a deployed stack, read for people through the indexes, never by scanning."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from reconciler.adapters.dynamodb.incidents import DynamoIncidents, read_incident
from reconciler.adapters.dynamodb.items import finding_items, values
from reconciler.errors import InvalidInput

from .tasks.find import NotFound
from .unreadable import UnreadableRows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from reconciler.adapters.dynamodb.items.values import Item
    from reconciler.findings.model import Finding
    from reconciler.incidents.model import Incident

    from .stack import Stack

_ID = re.compile("[^\ud800-\udfff]+\\|\\d{8}T\\d{6}\\.\\d{3}Z")
_SHORT_ID = re.compile(r"inc-[0-9a-f]{8}")
_EVER = timedelta(days=36_500)  # further ahead than any incident is due


class DeployedIncidents(DynamoIncidents):
    """Reads one table; the answer may be a moment behind the last write.

    What is wrong with rows that cannot be read is kept in `unreadable`: they are in no answer.
    """

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        super().__init__(client, table_name, retention=timedelta(0))  # which only writing asks for
        self.unreadable = UnreadableRows()

    def open_incidents(self, cluster_arn: str, now: datetime) -> list[Incident]:
        """The incidents that are open: each has a time at which it is due."""
        found = self.due(cluster_arn, now + _EVER)
        self.unreadable += (one for one in found if isinstance(one, InvalidInput))
        return [one for one in found if not isinstance(one, InvalidInput) and one.open]

    def known(self, clusters: Iterable[str], since: datetime, now: datetime) -> Sequence[Incident]:
        """The incidents that are open, and those that were resolved since then.

        Each once, and as open where it is: an index may still hold it as it was before.
        """
        found: dict[str, Incident] = {}
        for cluster in clusters:
            found |= {one.incident_id: one for one in self.resolved(cluster, since, now)}
            found |= {one.incident_id: one for one in self.open_incidents(cluster, now)}
        return list(found.values())

    def resolved(self, cluster_arn: str, since: datetime, now: datetime) -> Iterator[Incident]:
        """The incidents that were resolved since then, the latest first, current ones and archived ones.

        The index may hold one that was opened again a moment ago, and one twice that is archived right now.
        """
        for item in self._found(cluster_arn, since, now):
            if "incidentId" in item:
                with self.unreadable.left_out():
                    yield read_incident(item)

    def findings(
        self, cluster_arn: str, since: datetime, now: datetime
    ) -> Iterator[tuple[datetime, Finding]]:
        """What was found since then, the latest first, with when it was."""
        for item in self._found(cluster_arn, since, now):
            if "findingId" in item:
                with self.unreadable.left_out(), values.reading(item, "finding"):
                    yield values.moment(item[finding_items.FOUND]), finding_items.finding(item)

    def _found(self, cluster_arn: str, since: datetime, now: datetime) -> Iterator[Item]:
        """What the index holds, without what DynamoDB is about to delete."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table_name,
            IndexName="found",
            KeyConditionExpression="clusterArn = :cluster AND foundAt >= :since",
            ExpressionAttributeValues={
                ":cluster": {"S": cluster_arn},
                ":since": values.milliseconds(since),
            },
            ScanIndexForward=False,
        )
        for item in (item for page in pages for item in page["Items"]):
            with self.unreadable.left_out(), values.reading(item, "row"):
                if int(item["ttl"]["N"]) > now.timestamp():
                    yield item


def deployed_incidents(stack: Stack) -> DeployedIncidents:
    return DeployedIncidents(stack.client("dynamodb"), stack.output("LedgerTableName"))


def find_incident(
    incidents: DeployedIncidents, clusters: Iterable[str], wanted: str, since: datetime, now: datetime
) -> Incident | None:
    """The incident of that id, or of that short id if it is open or was resolved since then.

    None where `wanted` is no incident's id; ends the command with exit code 1 when there is none such, or
    more than one.
    """
    if "|" in wanted:
        one = incidents.named(wanted) if _ID.fullmatch(wanted) else None
        found = [one] if one else []
    elif _SHORT_ID.fullmatch(wanted):
        found = [one for one in incidents.known(clusters, since, now) if one.short_id == wanted]
    else:
        return None
    if not found:
        raise NotFound(
            f'The ledger has no incident "{wanted}". A whole incidentId, in quotes, finds any, a short '
            "id only open ones and those that were resolved since --since, by default in the last day."
        )
    if len(found) > 1:
        names = ", ".join(f'"{one.incident_id}"' for one in found)
        raise click.ClickException(f'{len(found)} incidents match "{wanted}": {names}')
    return found[0]
