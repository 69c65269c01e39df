"""What is known beside an entry's state: protection, and the marks of sweeps; each is one conditional write.

A mark holds for the entry as it was read: one that moved on meanwhile is left as it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from ...model.entry import Closure
from ...model.task import ClosedAs
from ..aws import aws_errors, is_condition_failed
from .cluster_marks import ACTIVE, CLUSTERS, ClusterMarks
from .entry_updates import Update, assign, express, protecting
from .items.task import entry_items
from .items.values import milliseconds, number
from .reads import LedgerReads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from ...model.entry import LedgerEntry, Passing
    from ...model.protection import Protection
    from .items.values import Item, Value

_NEVER_CHECKED = "attribute_exists(pk) AND attribute_not_exists(protectionCheckedAt)"
_CHECKED_THEN = "attribute_exists(pk) AND protectionCheckedAt = :knownCheckedAt"
_STILL_OPEN = "version = :version AND attribute_exists(openSince)"
_STILL_SEEN = f"{_STILL_OPEN} AND attribute_not_exists(missingSince)"
_STILL_MISSING = f"{_STILL_OPEN} AND missingSince = :wasMissingSince"
_NOT_YET_PASSING = (
    f"{_STILL_OPEN} AND (attribute_not_exists(passingStatus) OR passingStatus <> :passingStatus)"
)
_NOT_YET_ABOVE = "version = :version AND attribute_not_exists(aboveSince)"
_STILL_ABOVE = "version = :version AND aboveSince = :wasAboveSince"


class EntryMarks(LedgerReads):
    """Reads and marks entries; a closed one is kept for `retention`."""

    def __init__(self, client: DynamoDBClient, table_name: str, retention: timedelta) -> None:
        super().__init__(client, table_name)
        self._retention = retention
        self._clusters = ClusterMarks(client, table_name, CLUSTERS)
        self._active = ClusterMarks(client, table_name, ACTIVE)

    def record_protection(
        self, cluster_arn: str, task_arn: str, known: Protection | None, protection: Protection
    ) -> bool:
        if protection.enabled and protection.expires_at:
            self._active.mark(cluster_arn, protection.expires_at)
        with aws_errors():
            update = protecting(task_arn, known, protection)
            return self._update_item(update, _CHECKED_THEN if known else _NEVER_CHECKED)[0]

    def mark_missing(self, entry: LedgerEntry, since: datetime | None) -> None:
        values = {"missingSince": milliseconds(since)} if since else {}
        sets, removed = [assign(name) for name in values], [] if since else ["missingSince"]
        self._mark(entry, sets, removed, values)

    def mark_above(self, entry: LedgerEntry, since: datetime | None) -> None:
        values = {"aboveSince": milliseconds(since)} if since else {}
        known = {"version": number(entry.state.version)}
        if entry.above_since:
            known["wasAboveSince"] = milliseconds(entry.above_since)
        sets, removed = [assign(name) for name in values], [] if since else ["aboveSince"]
        update = express(entry.state.task_arn, sets, removed, {**values, **known})
        with aws_errors():
            self._update_item(update, _STILL_ABOVE if entry.above_since else _NOT_YET_ABOVE)

    def mark_passing(self, entry: LedgerEntry, passing: Passing) -> None:
        values = entry_items.passing_values(passing)
        known = {"version": number(entry.state.version)}
        update = express(entry.state.task_arn, [assign(name) for name in values], [], {**values, **known})
        with aws_errors():
            self._update_item(update, _NOT_YET_PASSING)

    def close(self, entry: LedgerEntry, now: datetime) -> bool:
        closed = replace(entry, closed=Closure(ClosedAs.UNOBSERVED, now))
        values = entry_items.entry_values(closed, self._retention)
        closing = {name: values[name] for name in (entry_items.CLOSED, "closedAs", "ttl")}
        return self._mark(entry, [assign(name) for name in closing], [entry_items.OPEN], closing)

    def mark_cluster(self, cluster_arn: str, now: datetime, *, has_tasks: bool) -> None:
        if has_tasks:
            self._clusters.mark(cluster_arn, now)
        if until := self.due_until(cluster_arn):
            self._active.mark(cluster_arn, max(until, now))

    def keep_cluster(self, cluster_arn: str, now: datetime) -> None:
        self._clusters.prolong(cluster_arn, now + self._retention)

    def _mark(
        self, entry: LedgerEntry, sets: Sequence[str], removed: Sequence[str], values: Mapping[str, Value]
    ) -> bool:
        """Changes what is known beside an entry's state, if it is open and as it was when it was read."""
        known = {"version": number(entry.state.version)}
        if entry.missing_since:
            known["wasMissingSince"] = milliseconds(entry.missing_since)
        update = express(entry.state.task_arn, sets, removed, {**values, **known})
        with aws_errors():
            return self._update_item(update, _STILL_MISSING if entry.missing_since else _STILL_SEEN)[0]

    def _update_item(self, update: Update, condition: str) -> tuple[bool, Item | None]:
        """Whether the condition held, and the item as it was before."""
        # DynamoDB refuses an empty map of names.
        names: Any = {"ExpressionAttributeNames": update.names} if update.names else {}
        try:
            response = self._client.update_item(
                TableName=self._table_name,
                Key=entry_items.key(update.task_arn),
                UpdateExpression=update.expression,
                ConditionExpression=condition,
                ExpressionAttributeValues=update.values,
                ReturnValues="ALL_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **names,
            )
        except ClientError as error:
            if not is_condition_failed(error):
                raise
            return False, cast("dict[str, Any]", error.response).get("Item")
        return True, response.get("Attributes")
