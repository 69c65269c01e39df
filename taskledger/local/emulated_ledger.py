"""The deployed ledger on DynamoDB's emulation, where each query takes milliseconds and time flies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.adapters.dynamodb.ledger import DynamoLedger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from reconciler.errors import InvalidInput
    from reconciler.model.protection import Protection


class EmulatedLedger(DynamoLedger):
    """The same; what the watch asks every minute is read again only where it can have changed.

    Nobody else writes to the table.
    """

    def __init__(self, client: DynamoDBClient, table_name: str, retention: timedelta) -> None:
        super().__init__(client, table_name, retention)
        self._ever_protected: set[str] = set()
        self._ever_active: set[str] = set()
        self._last_active: Sequence[str] = ()

    def mark_active(self, cluster_arn: str, until: datetime) -> None:
        """Has the cluster watched until then at least."""
        self._ever_active.add(cluster_arn)
        self._active.mark(cluster_arn, until)

    def record_protection(
        self, cluster_arn: str, task_arn: str, known: Protection | None, protection: Protection
    ) -> bool:
        self._ever_active.add(cluster_arn)
        self._ever_protected.add(cluster_arn)
        return super().record_protection(cluster_arn, task_arn, known, protection)

    def active_clusters(self) -> Sequence[str]:
        if self._ever_active.difference(self._last_active):
            self._last_active = super().active_clusters()
        return self._last_active

    def protected(self, cluster_arn: str) -> Mapping[str, Protection | InvalidInput]:
        return super().protected(cluster_arn) if cluster_arn in self._ever_protected else {}
