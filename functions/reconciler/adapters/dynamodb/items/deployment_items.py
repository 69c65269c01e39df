"""Deployments of services as DynamoDB items, and back.

    pk           sk
    serviceArn   D#2026-11-20T12:00:00.250Z#ecs-svc/1234567890123456789      when it began, and its id

The same attributes, without the keys, lie among the ten newest in the item of the service. When it began is
`createdAt` as DescribeServices says, or else `firstReportedAt`, the time of its earliest event. The row has
no sort key of an index, so no reader of tasks or incidents meets it.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from ....model.deployment import Began, Deployment, Report, Rollout
from ....model.task import Source
from .layout import ARN, FLAG, NUMBER, TEXT, TIME, Layout
from .service_deployment_items import SERVICE_DEPLOYMENT
from .values import bounded, milliseconds, moment, seconds

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from .values import Item, Value

PREFIX, END = "D#", "D$"  # of the sort keys of a service's deployments; behind all of them

_BEGAN = {Source.DESCRIBE: "createdAt", Source.EVENT: "firstReportedAt"}

REPORTS = Layout(
    Report, {"updatedAt": ("at", TIME), "reason": ("reason", TEXT), "replayed": ("replayed", FLAG)}
).named
_ROLLOUT = Layout(
    Rollout,
    {
        "status": ("status", TEXT),
        "rolloutState": ("rollout_state", TEXT),
        "rolloutStateReason": ("reason", TEXT),
        "desiredCount": ("desired_count", NUMBER),
        "runningCount": ("running_count", NUMBER),
        "pendingCount": ("pending_count", NUMBER),
        "failedTasks": ("failed_tasks", NUMBER),
    },
).one
_DEPLOYMENT = Layout(
    Deployment,
    {
        "deploymentId": ("deployment_id", TEXT),
        "taskDefinitionArn": ("task_definition_arn", ARN),
        "readAt": ("read_at", TIME),
        "reports": ("reports", REPORTS),
        "rollout": ("rollout", _ROLLOUT),
        "serviceDeployment": ("service_deployment", SERVICE_DEPLOYMENT),
    },
)


def began_at(time: datetime) -> str:
    """The beginning of the sort key of what began then: the later, the greater."""
    return f"{PREFIX}{time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def deployment_key(service_arn: str, one: Deployment) -> dict[str, Value]:
    return {"pk": {"S": service_arn}, "sk": {"S": sort_key(one)}}


def sort_key(one: Deployment) -> str:
    return bounded(f"{began_at(one.began.at)}#{one.deployment_id}")


def deployment_item(
    service_arn: str, cluster_arn: str, one: Deployment, retention: timedelta
) -> dict[str, Value]:
    return {
        **deployment_key(service_arn, one),
        "clusterArn": {"S": cluster_arn},
        **deployment_values(one, cluster_arn),
        "ttl": seconds(_last_at(one) + retention),
    }


def deployment_values(one: Deployment, cluster_arn: str) -> dict[str, Value]:
    """The attributes that hold a deployment, as they stand in either item."""
    return _DEPLOYMENT.item(one, cluster_arn) | {_BEGAN[one.began.source]: milliseconds(one.began.at)}


def deployment(item: Item, cluster_arn: str) -> Deployment:
    return Deployment(**_DEPLOYMENT.fields(item, cluster_arn), began=_began(item))


def cluster_arn(item: Item) -> str:
    """The cluster of the deployment that a row holds."""
    return str(item["clusterArn"]["S"])


def _began(item: Item) -> Began:
    source = Source.DESCRIBE if _BEGAN[Source.DESCRIBE] in item else Source.EVENT
    return Began(at=moment(item[_BEGAN[source]]), source=source)


def _last_at(one: Deployment) -> datetime:
    """The newest time that is known of it."""
    finished_at = one.service_deployment.finished_at if one.service_deployment else None
    times = (one.began.at, one.read_at, finished_at, *(report.at for report in one.reports.values()))
    return max(time for time in times if time)
