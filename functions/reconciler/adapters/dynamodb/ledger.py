"""The port `Ledger` on DynamoDB: the one place that writes task state.

    writer A: v3 --update--> accepted, returns v2
    writer B: v2 --update--> refused,  returns v3        no read comes before a write, so nobody can land
    writer B: v3 --update--> refused,  returns v3        an older state over a newer one, however they meet

An entry is one UpdateItem under `attribute_not_exists(pk) OR version < :version`, which gives back the old
item whether it is accepted or refused. Only a description of the very version that the ledger holds may
follow with a second one, which fills in health and tags. A reset, which alone goes back, is one UpdateItem
under the version, and the mark, that were read.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from ...chunks import chunks
from ...errors import LedgerError
from ...gate import refresh, succeed
from ...ports.ledger import Recorded, Recording
from ..aws import aws_errors, translated
from .batch import put_all
from .entry_marks import EntryMarks
from .entry_updates import confirmation, filling, replacement, resetting, tagging
from .items.task import entry_items, history_items
from .items.task.tag_items import carrier, kept_tags, tagged_at, tags_row
from .reads import read_entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from ...model.entry import HistoryRow, LedgerEntry
    from ...model.tags import KeptTags
    from ...model.task import Observation
    from .items.values import Item

WRITERS = 8  # updates under way at once; the client's pool must hold as many connections
_NEWER = "attribute_not_exists(pk) OR version < :version"
_SAME = "version = :version"
_DESCRIBED_LATER = "version = :version AND (attribute_not_exists(describedAt) OR describedAt < :describedAt)"
_STILL_ABOVE = "version = :seen AND aboveSince = :seenAboveSince"
_ONLY_REPLAYED = "version = :version AND attribute_exists(replayed)"


class DynamoLedger(EntryMarks):
    """The ledger in one table; keeps closed entries and each row of history for `retention`."""

    def __init__(self, client: DynamoDBClient, table_name: str, retention: timedelta) -> None:
        super().__init__(client, table_name, retention)
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

    def reset(self, entry: LedgerEntry, recording: Recording) -> LedgerEntry | None:
        if entry.above_since is None:
            return None
        for error in self._put_rows([recording]).values():
            raise error
        observation = recording.observation
        values = entry_items.entry_values(succeed(entry, observation), self._retention)
        update = resetting(entry, entry.above_since, observation, values)
        with aws_errors():
            accepted, old = self._update_item(update, _STILL_ABOVE)
        return succeed(read_entry(old), observation) if accepted and old else None

    def _mark_clusters(self, recordings: Sequence[Recording]) -> dict[str, LedgerError]:
        """Marks the clusters for as long as these states are kept; the errors by task ARN.

        One that ECS did not answer for may be made up, and is marked for as long as it takes to ask again.
        """
        failed: dict[str, LedgerError] = {}
        for recording in recordings:
            kept_until = recording.observation.observed_at + self._retention
            until = recording.unanswered_at or kept_until
            try:
                self._clusters.mark(recording.observation.state.cluster_arn, until)
            except LedgerError as error:
                failed[_arn(recording)] = error
        return failed

    def _put_rows(self, recordings: Sequence[Recording]) -> dict[str, LedgerError]:
        """Writes history; the errors by task ARN."""
        rows = {
            (row.task_arn, row.version, row.source): self._row_item(row, recording)
            for recording in recordings
            for row in recording.rows
        }
        return put_all(self._client, self._table_name, list(rows.values()))

    def _row_item(self, row: HistoryRow, recording: Recording) -> Item:
        item, observation = history_items.row_item(row, self._retention), recording.observation
        if row is not carrier(recording) or not observation.state.tags:
            return item
        return {**item, **tags_row(observation, row, self._retention)}

    def _update_all(self, recordings: Iterable[Recording]) -> dict[str, Recorded | LedgerError]:
        return {_arn(recording): self._attempt(recording) for recording in recordings}

    def _attempt(self, recording: Recording) -> Recorded | LedgerError:
        try:
            return self._update(recording)
        except (ClientError, BotoCoreError) as error:
            return translated(error)
        except LedgerError as error:
            return error

    def _update(self, recording: Recording) -> Recorded:
        observation, row = recording.observation, carrier(recording)
        new = succeed(None, observation)
        new = replace(new, kept_tags=kept_tags(observation, row)) if row else new
        values = entry_items.entry_values(new, self._retention)
        accepted, old = self._update_item(replacement(observation, values), _NEWER)
        previous = read_entry(old) if old else None
        if previous and not accepted:
            return Recorded(previous=previous, entry=self._refresh(previous, observation))
        entry = succeed(previous, observation)
        kept = new.kept_tags or self._keep_tags(previous, observation)
        if kept and not row:
            entry = replace(entry, kept_tags=kept)
            self._update_item(tagging(entry), _SAME)
        return Recorded(previous=previous, entry=entry)

    def _keep_tags(self, known: LedgerEntry | None, observation: Observation) -> KeptTags | None:
        """What is to be known of tags that now have a row of their own; None where there was no need."""
        tags = observation.state.tags
        if not tags or (known and known.knows_tags(tags, tagged_at(observation))):
            return None
        row = tags_row(observation, None, self._retention)
        for error in put_all(self._client, self._table_name, [row]).values():
            raise error
        return kept_tags(observation, None)

    def _refresh(self, winner: LedgerEntry, observation: Observation) -> LedgerEntry:
        """Fills in what a description has beyond the winner; returns whichever entry then stands."""
        refreshed = refresh(winner, observation)
        if refreshed is None:
            return winner
        if kept := self._keep_tags(winner, observation):
            refreshed = replace(refreshed, kept_tags=kept)
        values = entry_items.entry_values(refreshed, self._retention)
        if refreshed.described_at == winner.described_at:
            update, condition = confirmation(refreshed, values["version"]), _ONLY_REPLAYED
        else:
            update, condition = filling(winner, refreshed, values), _DESCRIBED_LATER
        accepted, old = self._update_item(update, condition)
        return refreshed if accepted or not old else read_entry(old)


def _arn(recording: Recording) -> str:
    return recording.observation.state.task_arn
