"""The public JSON of an audit."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from . import views
from .advice import advice

if TYPE_CHECKING:
    from reconciler.compare import Difference, Value
    from reconciler.errors import LedgerError

    from .audit_clusters import Audit, ClusterAudit
    from .missed import MissedEvents


def document(found: Audit) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "stack": found.stack,
        "at": views.time(found.at),
        "clusters": [_cluster(cluster) for cluster in found.clusters],
        "differences": [
            _difference(each, cluster.cluster_arn)
            for cluster in found.clusters
            for each in cluster.differences
        ],
        "errors": [told(error) for error in found.errors],
        "explained": sum(cluster.explained for cluster in found.clusters),
        "unexplained": found.unexplained,
    }


def told(error: LedgerError) -> str:
    """What went wrong and what to do, where AWS said it."""
    cause = error.__cause__
    return advice(cause) if isinstance(cause, ClientError | BotoCoreError) else str(error)


def value_of(value: Value) -> Any:  # noqa: ANN401 - of any field, as JSON has it
    return views.time(value) if isinstance(value, datetime) else value


def _cluster(cluster: ClusterAudit) -> dict[str, Any]:
    return {
        "clusterArn": cluster.cluster_arn,
        "cluster": cluster.name,
        "tasks": len(cluster.tasks),
        "unknown": cluster.unknown,
        "explained": cluster.explained,
        "unexplained": cluster.unexplained,
        "kinds": dict(sorted(cluster.kinds.items())),
        "error": cluster.error and told(cluster.error),
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
        "clusterArn": cluster_arn,
        "field": each.field,
        "ledger": value_of(each.ledger),
        "ecs": value_of(each.ecs),
        "kind": each.kind,
        "cause": each.kind.cause,
        "explained": each.kind.explained,
    }
