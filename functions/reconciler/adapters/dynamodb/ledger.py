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
from .entry_updates import Update, assign, express, filling, replacement
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
        self._clusters: set[str] = set()
        self._pool = ThreadPoolExecutor(WRITERS)

    def record(self, recordings: Sequence[Recording]) -> Mapping[str, Recorded | LedgerError]:
        failed = self._put_rows(recordings)
        due = [recording for recording in recordings if _arn(recording) not in failed]
        share = -(-len(due) // WRITERS) or 1
        results: dict[str, Recorded | LedgerError] = dict(failed)
        if len(due) == 1:
            return results | self._update_all(due)
        for part in self._pool.map(self._update_all, chunks(due, share)):
            results |= part
        return results

    def record_protection(self, task_arn: str, known: Protection | None, protection: Protection) -> bool:
        values = entry_items.protection_values(protection)
        sets = [assign(name) for name in values]
        removed = [name for name in entry_items.PROTECTION_ATTRIBUTES if name not in values]
        then = {"knownCheckedAt": milliseconds(known.checked_at)} if known else {}
        with aws_errors():
            update = express(task_arn, sets, removed, {**values, **then})
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
        """Writes history and the marks of clusters not met before by this process; errors by task ARN."""
        rows = {
            (row.task_arn, row.version, row.source): history_items.row_item(row, self._retention)
            for recording in recordings
            for row in recording.rows
        }
        clusters = {recording.observation.state.cluster_arn for recording in recordings} - self._clusters
        failed = put_all(
            self._client, self._table_name, [*map(entry_items.cluster, clusters), *rows.values()]
        )
        if failed.pop(entry_items.CLUSTERS, None) is None:
            self._clusters |= clusters
        return failed

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
        accepted, old = self._update_item(filling(winner, refreshed, values), _DESCRIBED_LATER)
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
