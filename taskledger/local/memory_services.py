"""The port `ServiceLedger` in memory, under the same contract as the table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Lock

from reconciler.model.deployment import Deployment
from reconciler.model.service import ServiceRecord
from reconciler.ports.services import NEWEST


class MemoryServices:
    """Keeps everything; many threads may save at once."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], ServiceRecord] = {}
        self._lock = Lock()

    def service(
        self, cluster_arn: str, service: str, deployment_ids: Collection[str] = ()
    ) -> ServiceRecord | None:
        with self._lock:
            record = self._records.get((cluster_arn, service))
        return _shown(record, deployment_ids) if record else None

    def save(
        self,
        record: ServiceRecord,
        before: ServiceRecord | None,
        now: datetime,  # noqa: ARG002 - nothing expires here
    ) -> bool:
        key = (record.cluster_arn, record.service)
        with self._lock:
            stored = self._records.get(key)
            if _revision(stored) != _revision(before):
                return False
            known = {one.deployment_id: one for one in stored.deployments} if stored else {}
            known |= {one.deployment_id: one for one in record.deployments}
            newest_first = sorted(known.values(), key=lambda one: one.order, reverse=True)
            revision = (_revision(before) or 0) + 1
            self._records[key] = replace(record, deployments=tuple(newest_first), revision=revision)
        return True

    def services(self, cluster_arn: str) -> Mapping[str, ServiceRecord]:
        with self._lock:
            records = list(self._records.items())
        return {name: _shown(one) for (cluster, name), one in records if cluster == cluster_arn}

    def deployments(self, service_arn: str, since: datetime) -> Sequence[Deployment]:
        return [one for one in self._of(service_arn) if one.began.at >= since]

    def cluster_of(self, service_arn: str, deployment_id: str) -> str | None:
        with self._lock:
            records = [one for one in self._records.values() if one.service_arn == service_arn]
        return next((one.cluster_arn for one in records if one.deployment(deployment_id)), None)

    def everything(self) -> Sequence[ServiceRecord]:
        """All services, with their newest deployments."""
        with self._lock:
            return [_shown(one) for one in self._records.values()]

    def _of(self, service_arn: str) -> Sequence[Deployment]:
        """The deployments of that ARN, which in its older form several clusters may share, newest first."""
        with self._lock:
            found = [one for one in self._records.values() if one.service_arn == service_arn]
        deployments = (each for one in found for each in one.deployments)
        return sorted(deployments, key=lambda one: one.order, reverse=True)


def _shown(record: ServiceRecord, deployment_ids: Collection[str] = ()) -> ServiceRecord:
    """The record with its newest deployments, and of the older ones those asked for."""
    older = (one for one in record.deployments[NEWEST:] if one.deployment_id in deployment_ids)
    return replace(record, deployments=(*record.deployments[:NEWEST], *older))


def _revision(record: ServiceRecord | None) -> int | None:
    return record.revision if record else None
