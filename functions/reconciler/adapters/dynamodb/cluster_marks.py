"""Marks of clusters: which have tasks or services in the ledger, and in which something is due.

pk        sk          ttl
CLUSTERS  clusterArn  as long as the cluster's tasks are kept, once ECS has answered for the cluster; before
                      that, two days after the last event or the last sweep that found it with open tasks
ACTIVE    clusterArn  as long as a task is protected or an incident is due, and two days more

A mark is only ever prolonged, and at most once a day by each process while its time moves on.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from ..aws import is_condition_failed, translated
from .items.values import seconds

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

CLUSTERS, ACTIVE = "CLUSTERS", "ACTIVE"

_NEW_OR_SHORTER = "attribute_not_exists(#ttl) OR #ttl < :ttl"
_SHORTER = "#ttl < :ttl"
_DAY = timedelta(days=1)


class ClusterMarks:
    """The marks of one kind; what is known to be marked for long enough costs no call."""

    def __init__(self, client: DynamoDBClient, table_name: str, kind: str) -> None:
        self._client = client
        self._table_name = table_name
        self._kind = kind
        self._marked: dict[str, datetime] = {}

    def mark(self, cluster_arn: str, until: datetime) -> None:
        """Marks the cluster until then at least."""
        if self._is_known(cluster_arn, until):
            return
        self._write(cluster_arn, until + 2 * _DAY, _NEW_OR_SHORTER)
        self._marked[cluster_arn] = until + 2 * _DAY

    def prolong(self, cluster_arn: str, until: datetime) -> None:
        """Keeps a mark until then at least; makes none."""
        if self._is_known(cluster_arn, until):
            return
        if self._write(cluster_arn, until + 2 * _DAY, _SHORTER):
            self._marked[cluster_arn] = until + 2 * _DAY

    def _is_known(self, cluster_arn: str, until: datetime) -> bool:
        known = self._marked.get(cluster_arn)
        return known is not None and known >= until + _DAY

    def _write(self, cluster_arn: str, until: datetime, condition: str) -> bool:
        """Whether the condition held."""
        try:
            self._client.update_item(
                TableName=self._table_name,
                Key={"pk": {"S": self._kind}, "sk": {"S": cluster_arn}},
                UpdateExpression="SET #ttl = :ttl",
                ConditionExpression=condition,
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues={":ttl": seconds(until)},
            )
        except (ClientError, BotoCoreError) as error:
            if is_condition_failed(error):
                return False
            raise translated(error) from error
        return True
