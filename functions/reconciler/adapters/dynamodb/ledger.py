"""The port `Ledger` on DynamoDB: the one place that writes task state.

    writer A: v3 --update--> accepted, returns v2
    writer B: v2 --update--> refused,  returns v3        no read comes before a write, so nobody can land
    writer B: v3 --update--> refused,  returns v3        an older state over a newer one, however they meet

An entry is one UpdateItem under `attribute_not_exists(pk) OR version < :version`, which gives back the old
item whether it is accepted or refused. Only a description of the very version that the ledger holds may
follow with a second one, which fills in health and tags.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from ...chunks import chunks
from ...errors import InvalidInput, LedgerError
from ...gate import refresh, succeed
from ...model.entry import Closure
from ...model.task import ClosedAs
from ...ports.ledger import Recorded, Recording
from ..aws import aws_errors, error_code, translated
from .batch import put_all
from .cluster_marks import ACTIVE, CLUSTERS, ClusterMarks
from .entry_updates import Update, assign, confirmation, express, filling, protecting, replacement
from .items import entry_items, history_items
from .items.values import milliseconds, number
from .reads import LedgerReads, read_entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from ...model.entry import LedgerEntry, Passing
    from ...model.protection import Protection
    from ...model.task import Observation
    from .items.values import Item, Value

WRITERS = 8  # updates under way at once; the client's pool must hold as many connections
_NEWER = "attribute_not_exists(pk) OR version < :version"
_DESCRIBED_LATER = "version = :version AND (attribute_not_exists(describedAt) OR describedAt < :describedAt)"
_NEVER_CHECKED = "attribute_exists(pk) AND attribute_not_exists(protectionCheckedAt)"
_CHECKED_THEN = "attribute_exists(pk) AND protectionCheckedAt = :knownCheckedAt"
_ONLY_REPLAYED = "version = :version AND attribute_exists(replayed)"
_STILL_OPEN = "version = :version AND attribute_exists(openSince)"
_STILL_SEEN = f"{_STILL_OPEN} AND attribute_not_exists(missingSince)"
_STILL_MISSING = f"{_STILL_OPEN} AND missingSince = :wasMissingSince"
_NOT_YET_PASSING = (
    f"{_STILL_OPEN} AND (attribute_not_exists(passingStatus) OR passingStatus <> :passingStatus)"
)


class DynamoLedger(LedgerReads):
    """The ledger in one table; keeps closed entries and each row of history for `retention`."""

    def __init__(self, client: DynamoDBClient, table_name: str, retention: timedelta) -> None:
        super().__init__(client, table_name)
        self._retention = retention
        self._clusters = ClusterMarks(client, table_name, CLUSTERS)
        self._active = ClusterMarks(client, table_name, ACTIVE)
        self._pool = ThreadPoolExecutor(WRITERS)

    def record(self, recordings: Sequence[Recording]) -> Mapping[str, Recorded | LedgerError]:
        failed = self._mark_clusters(recordings)
        failed |= self._put_rows([one for one in recordings if _arn(one) not in failed])
        due = [recording for recording in recordings if _arn(recording) not in failed]
        share = -(-len(due) // WRITERS) or 1
        results: dict[str, Recorded | LedgerError] = dict(failed)
        if len(due) == 1:
            return results | self._update_all(due)
        for part in self._pool.map(self._update_all, chunks(due, share)):
            results |= part
        return results

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
            self._clusters.mark(cluster_arn, now + self._retention)
        if until := self.due_until(cluster_arn):
            self._active.mark(cluster_arn, max(until, now))

    def _mark_clusters(self, recordings: Sequence[Recording]) -> dict[str, LedgerError]:
        """Marks the clusters for as long as these states are kept; the errors by task ARN."""
        failed: dict[str, LedgerError] = {}
        for recording in recordings:
            kept_until = recording.observation.observed_at + self._retention
            try:
                self._clusters.mark(recording.observation.state.cluster_arn, kept_until)
            except LedgerError as error:
                failed[_arn(recording)] = error
        return failed

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

    def _put_rows(self, recordings: Sequence[Recording]) -> dict[str, LedgerError]:
        """Writes history; the errors by task ARN."""
        rows = {
            (row.task_arn, row.version, row.source): history_items.row_item(row, self._retention)
            for recording in recordings
            for row in recording.rows
        }
        return put_all(self._client, self._table_name, list(rows.values()))

    def _update_all(self, recordings: Iterable[Recording]) -> dict[str, Recorded | LedgerError]:
        return {_arn(recording): self._attempt(recording.observation) for recording in recordings}

    def _attempt(self, observation: Observation) -> Recorded | LedgerError:
        try:
            return self._update(observation)
        except (ClientError, BotoCoreError) as error:
            return translated(error)
        except InvalidInput as error:
            return error

    def _update(self, observation: Observation) -> Recorded:
        values = entry_items.entry_values(succeed(None, observation), self._retention)
        accepted, old = self._update_item(replacement(observation, values), _NEWER)
        previous = read_entry(old) if old else None
        if accepted or previous is None:
            return Recorded(previous=previous, entry=succeed(previous, observation))
        return Recorded(previous=previous, entry=self._refresh(previous, observation))

    def _refresh(self, winner: LedgerEntry, observation: Observation) -> LedgerEntry:
        """Fills in what a description has beyond the winner; returns whichever entry then stands."""
        refreshed = refresh(winner, observation)
        if refreshed is None:
            return winner
        values = entry_items.entry_values(refreshed, self._retention)
        if refreshed.described_at == winner.described_at:
            update, condition = confirmation(refreshed, values["version"]), _ONLY_REPLAYED
        else:
            update, condition = filling(winner, refreshed, values), _DESCRIBED_LATER
        accepted, old = self._update_item(update, condition)
        return refreshed if accepted or not old else read_entry(old)

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
            if error_code(error) != "ConditionalCheckFailedException":
                raise
            return False, cast("dict[str, Any]", error.response).get("Item")
        return True, response.get("Attributes")


def _arn(recording: Recording) -> str:
    return recording.observation.state.task_arn
