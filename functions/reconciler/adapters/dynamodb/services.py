"""The port `ServiceLedger` on DynamoDB, in the ledger's table.

Put     service            if of revision n     one transaction: all of it, or none; who was overtaken
Put     each deployment that changed            reads again and adds to what stands then
Delete  where one was that began at another time than was known
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from ...errors import InvalidInput, TerminalError, TransientError
from ...ports.services import NEWEST
from ...services.merge import with_deployment
from ..aws import aws_errors
from .batch import FAILED, query_all, transact
from .cluster_marks import CLUSTERS, ClusterMarks
from .items import deployment_items, service_items
from .items.values import number, read_or_error, reading

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from ...model.deployment import Deployment
    from ...model.service import ServiceRecord
    from .items.values import Item

MAX_ACTIONS = 100  # in one transaction (TransactWriteItems, API reference)
_ABSENT = "attribute_not_exists(pk)"
_UNCHANGED = "revision = :revision"


class DynamoServices:
    """Keeps a service that is over, and each deployment since it was last heard of, for `retention`."""

    def __init__(self, client: DynamoDBClient, table_name: str, retention: timedelta) -> None:
        self._client = client
        self._table_name = table_name
        self._retention = retention
        self._clusters = ClusterMarks(client, table_name, CLUSTERS)

    def service(
        self, cluster_arn: str, service: str, deployment_ids: Collection[str] = ()
    ) -> ServiceRecord | None:
        key = service_items.service_key(cluster_arn, service)
        with aws_errors():
            response = self._client.get_item(TableName=self._table_name, Key=key, ConsistentRead=True)
        if "Item" not in response:
            return None
        record = read_service(response["Item"])
        older = [each for each in deployment_ids if record.deployment(each) is None]
        # A service with fewer deployments than its item can have has no older ones.
        if len(record.deployments) < NEWEST or not older:
            return record
        for item in self._rows_of(record.service_arn, older, ConsistentRead=True):
            record = with_deployment(record, read_deployment(item))
        return record

    def save(self, record: ServiceRecord, before: ServiceRecord | None, now: datetime) -> bool:
        # A cluster that ECS never answered for may be made up, and is known for as long as it takes to ask.
        self._clusters.mark(record.cluster_arn, now + self._retention if record.state else now)
        actions = [self._put_service(record, before), *self._put_deployments(record, before)]
        if len(actions) > MAX_ACTIONS:
            raise TerminalError(f"{record.service_arn}: too many deployments changed at once: {len(actions)}")
        reasons = transact(self._client, actions)
        if reasons is not None and FAILED not in reasons:
            raise TransientError(f"{record.service_arn}: another transaction was writing its row")
        return reasons is None

    def services(self, cluster_arn: str) -> Mapping[str, ServiceRecord | InvalidInput]:
        partition = service_items.partition(cluster_arn)
        found: dict[str, ServiceRecord | InvalidInput] = {}
        for item in query_all(self._client, self._table_name, "pk = :pk", {":pk": partition}):
            one = read_or_error(read_service, item)
            found[item["sk"]["S"] if isinstance(one, InvalidInput) else one.service] = one
        return found

    def deployments(self, service_arn: str, since: datetime) -> Sequence[Deployment | InvalidInput]:
        found = self._rows(service_arn, since=deployment_items.began_at(since), ScanIndexForward=False)
        return [read_or_error(read_deployment, item) for item in found]

    def cluster_of(self, service_arn: str, deployment_id: str) -> str | None:
        found = self._rows_of(service_arn, [deployment_id], ConsistentRead=True)
        return next(map(_read_cluster, found), None)

    def _put_service(self, record: ServiceRecord, before: ServiceRecord | None) -> dict[str, Any]:
        revision = before.revision if before else 0
        newest = self._newest(record, before)
        stored = replace(record, deployments=newest, revision=revision + 1)
        item = service_items.service_item(stored, self._retention)
        condition: dict[str, Any] = {"ConditionExpression": _ABSENT}
        if before:
            values = {":revision": number(revision)}
            condition = {"ConditionExpression": _UNCHANGED, "ExpressionAttributeValues": values}
        return {"Put": {"TableName": self._table_name, "Item": item, **condition}}

    def _put_deployments(
        self, record: ServiceRecord, before: ServiceRecord | None
    ) -> Iterator[dict[str, Any]]:
        """The writes of the deployments that changed, each in its one place."""
        arn = record.service_arn
        for one in record.deployments:
            known = before.deployment(one.deployment_id) if before else None
            if one == known:
                continue
            item = deployment_items.deployment_item(arn, record.cluster_arn, one, self._retention)
            yield {"Put": {"TableName": self._table_name, "Item": item}}
            if known and deployment_items.sort_key(known) != deployment_items.sort_key(one):
                key = deployment_items.deployment_key(arn, known)
                yield {"Delete": {"TableName": self._table_name, "Key": key}}

    def _newest(self, record: ServiceRecord, before: ServiceRecord | None) -> tuple[Deployment, ...]:
        """The newest deployments; where one turns out to be older, with those that come before it then."""
        if before is None or len(before.deployments) < NEWEST:
            return record.deployments[:NEWEST]
        oldest = before.deployments[NEWEST - 1]  # of those not in `before`, all are older
        moved = sum(one.order < oldest.order for one in record.deployments[:NEWEST])
        for one in islice(self._not_in(record, oldest), moved):
            record = with_deployment(record, one)
        return record.deployments[:NEWEST]

    def _not_in(self, record: ServiceRecord, oldest: Deployment) -> Iterator[Deployment]:
        """The deployments that began before that one and are not in the record, newest first.

        In their older form, the ARNs of services in several clusters may be the same.
        """
        until = deployment_items.sort_key(oldest)
        for item in self._rows(record.service_arn, until=until, ScanIndexForward=False, ConsistentRead=True):
            one = read_or_error(read_deployment, item)
            if isinstance(one, InvalidInput) or _read_cluster(item) != record.cluster_arn:
                continue
            if record.deployment(one.deployment_id) is None:
                yield one

    def _rows_of(
        self,
        service_arn: str,
        deployment_ids: Sequence[str],
        **how: Any,  # noqa: ANN401 - boto3's own options
    ) -> Iterator[Item]:
        named = {f":id{number}": each for number, each in enumerate(deployment_ids)}
        return self._rows(service_arn, named, FilterExpression=f"deploymentId IN ({', '.join(named)})", **how)

    def _rows(
        self,
        service_arn: str,
        values: Mapping[str, str] | None = None,
        since: str = deployment_items.PREFIX,
        until: str = deployment_items.END,
        **how: Any,  # noqa: ANN401 - boto3's own options
    ) -> Iterator[Item]:
        """The rows of the service's deployments; its findings lie in the same partition."""
        keys = {":pk": service_arn, ":since": since, ":until": until}
        return query_all(
            self._client,
            self._table_name,
            "pk = :pk AND sk BETWEEN :since AND :until",
            {**keys, **(values or {})},
            **how,
        )


def read_service(item: Item) -> ServiceRecord:
    """The service that an item holds; raises `InvalidInput` with its key when it cannot be read."""
    with reading(item, "service"):
        return service_items.service(item)


def read_deployment(item: Item) -> Deployment:
    """The deployment that a row holds; raises `InvalidInput` with its key when it cannot be read."""
    with reading(item, "deployment"):
        return deployment_items.deployment(item, _read_cluster(item))


def _read_cluster(item: Item) -> str:
    with reading(item, "deployment"):
        return deployment_items.cluster_arn(item)
