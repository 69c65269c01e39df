"""The services of a deployed stack, read for people."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from reconciler.adapters.dynamodb.services import DynamoServices
from reconciler.errors import InvalidInput

from ..unreadable import UnreadableRows

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from reconciler.model.service import ServiceRecord

    from ..stack import Stack


class DeployedServices(DynamoServices):
    """Reads one table; what is wrong with rows that cannot be read is kept in `unreadable`."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        super().__init__(client, table_name, retention=timedelta(0))  # which only writing asks for
        self.unreadable = UnreadableRows()

    def of_cluster(self, cluster_arn: str) -> Sequence[ServiceRecord]:
        """The services of the cluster that can be read, open or over, by name."""
        found = [one for _, one in sorted(self.services(cluster_arn).items())]
        self.unreadable += (one for one in found if isinstance(one, InvalidInput))
        return [one for one in found if not isinstance(one, InvalidInput)]

    def readable(
        self, cluster_arn: str, service: str, deployment_ids: Collection[str] = ()
    ) -> ServiceRecord | None:
        """The record by the service's name; None also where it cannot be read."""
        with self.unreadable.left_out():
            return self.service(cluster_arn, service, deployment_ids)
        return None


def deployed_services(stack: Stack) -> DeployedServices:
    return DeployedServices(stack.client("dynamodb"), stack.output("LedgerTableName"))
