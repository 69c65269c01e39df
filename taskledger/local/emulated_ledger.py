"""The deployed ledger on DynamoDB's emulation, where each query takes milliseconds and time flies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.errors import InvalidInput
from reconciler.ports.ledger import Entries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from reconciler.errors import LedgerError
    from reconciler.model.entry import LedgerEntry, Passing
    from reconciler.model.protection import Protection
    from reconciler.ports.ledger import Recorded, Recording


_FIRST, _LAST = datetime(1971, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


class EmulatedLedger(DynamoLedger):
    """The same; what the watch asks every minute is read again only where it can have changed.

    Nobody else writes to the table.
    """

    def __init__(self, client: DynamoDBClient, table_name: str, retention: timedelta) -> None:
        super().__init__(client, table_name, retention)
        self._ever_protected: set[str] = set()
        self._ever_active: set[str] = set()
        self._last_active: Sequence[str] = ()
        self._open: dict[str, Sequence[str]] = {}
        self._closed: dict[str, Sequence[LedgerEntry | InvalidInput]] = {}
        self._entries: dict[str, LedgerEntry | InvalidInput | None] = {}

    def mark_active(self, cluster_arn: str, until: datetime) -> None:
        """Has the cluster watched until then at least."""
        self._ever_active.add(cluster_arn)
        self._active.mark(cluster_arn, until)

    def record_protection(
        self, cluster_arn: str, task_arn: str, known: Protection | None, protection: Protection
    ) -> bool:
        self._ever_active.add(cluster_arn)
        self._ever_protected.add(cluster_arn)
        self._forget(cluster_arn, task_arn)
        return super().record_protection(cluster_arn, task_arn, known, protection)

    def record(self, recordings: Sequence[Recording]) -> Mapping[str, Recorded | LedgerError]:
        for state in (one.observation.state for one in recordings):
            self._forget(state.cluster_arn, state.task_arn)
        return super().record(recordings)

    def reset(self, entry: LedgerEntry, recording: Recording) -> LedgerEntry | None:
        self._forget(entry.state.cluster_arn, entry.state.task_arn)
        return super().reset(entry, recording)

    def close(self, entry: LedgerEntry, now: datetime) -> bool:
        self._forget(entry.state.cluster_arn, entry.state.task_arn)
        return super().close(entry, now)

    def mark_missing(self, entry: LedgerEntry, since: datetime | None) -> None:
        self._forget(entry.state.cluster_arn, entry.state.task_arn)
        super().mark_missing(entry, since)

    def mark_above(self, entry: LedgerEntry, since: datetime | None) -> None:
        self._forget(entry.state.cluster_arn, entry.state.task_arn)
        super().mark_above(entry, since)

    def mark_passing(self, entry: LedgerEntry, passing: Passing) -> None:
        self._forget(entry.state.cluster_arn, entry.state.task_arn)
        super().mark_passing(entry, passing)

    def entries(self, task_arns: Sequence[str]) -> Entries:
        unread = [one for one in task_arns if one not in self._entries]
        if unread:
            found = super().entries(unread)
            self._entries |= {one: found.get(one) or found.unreadable.get(one) for one in unread}
        return Entries.of({one: known for one in task_arns if (known := self._entries[one])})

    def open_tasks(self, cluster_arn: str) -> Sequence[str]:
        if cluster_arn not in self._open:
            self._open[cluster_arn] = super().open_tasks(cluster_arn)
        return self._open[cluster_arn]

    def closed_between(
        self, cluster_arn: str, since: datetime, until: datetime
    ) -> Sequence[LedgerEntry | InvalidInput]:
        if cluster_arn not in self._closed:
            self._closed[cluster_arn] = super().closed_between(cluster_arn, _FIRST, _LAST)
        return [
            one
            for one in self._closed[cluster_arn]
            if isinstance(one, InvalidInput) or (one.closed and since <= one.closed.at <= until)
        ]

    def active_clusters(self) -> Sequence[str]:
        if self._ever_active.difference(self._last_active):
            self._last_active = super().active_clusters()
        return self._last_active

    def protected(self, cluster_arn: str) -> Mapping[str, Protection | InvalidInput]:
        return super().protected(cluster_arn) if cluster_arn in self._ever_protected else {}

    def _forget(self, cluster_arn: str, task_arn: str) -> None:
        self._open.pop(cluster_arn, None)
        self._closed.pop(cluster_arn, None)
        self._entries.pop(task_arn, None)
