"""The public JSON of an audit."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..deployed.advice import advice
from ..output import payload

if TYPE_CHECKING:
    from .clusters import Audit, ClusterAudit
    from .difference import Difference, Value
    from .missed_events import MissedEvents


def document(found: Audit) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "stack": found.stack,
        "at": payload.time(found.at),
        "clusters": [_cluster(cluster) for cluster in found.clusters],
        "differences": [
            _difference(each, cluster.cluster_arn)
            for cluster in found.clusters
            for each in cluster.differences
        ],
        "errors": [advice(error) for error in found.errors],
        "explained": sum(cluster.explained for cluster in found.clusters),
        "unexplained": found.unexplained,
    }


def value_of(value: Value) -> Any:  # noqa: ANN401 - a JSON value
    return payload.time(value) if isinstance(value, datetime) else value


def _cluster(cluster: ClusterAudit) -> dict[str, Any]:
    return {
        "clusterArn": cluster.cluster_arn,
        "cluster": cluster.name,
        "tasks": len(cluster.tasks),
        "services": len(cluster.services),
        "unknown": cluster.unknown,
        "explained": cluster.explained,
        "unexplained": cluster.unexplained,
        "kinds": dict(sorted(cluster.kinds.items())),
        "error": cluster.error and advice(cluster.error),
        "missedEvents": cluster.missed and _missed(cluster.missed),
    }


def _missed(missed: MissedEvents) -> dict[str, Any]:
    return {
        "tasks": missed.tasks,
        "sampled": missed.sampled,
        "versionsByEvent": missed.by_event,
        "versionsByDescription": missed.by_description,
        "versionsBetween": missed.between,
        "versionsBefore": missed.before,
        "entriesByDescription": missed.described,
    }


def _difference(each: Difference, cluster_arn: str) -> dict[str, Any]:
    return {
        "taskArn": each.task_arn,
        "serviceArn": each.service_arn,
        "clusterArn": cluster_arn,
        "field": each.field,
        "ledger": value_of(each.ledger),
        "ecs": value_of(each.ecs),
        "kind": each.kind,
        "cause": each.kind.cause,
        "explained": each.kind.explained,
    }
