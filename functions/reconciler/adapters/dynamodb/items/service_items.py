"""Services as DynamoDB items, and back: one row each, with the newest deployments in it.

pk                      sk
SERVICES#clusterArn     the service's name

Times are epoch milliseconds, and ARNs lack what they share with the cluster's. The row has no sort key of an
index, so no reader of tasks or incidents meets it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ....model.hook import Hook
from ....model.service import Message, ServiceRecord, ServiceState
from .deployment_items import REPORTS, deployment, deployment_values
from .layout import ARN, FLAG, NUMBER, TEXT, TIME, Layout
from .values import bounded, seconds

if TYPE_CHECKING:
    from datetime import timedelta

    from .values import Item, Value

PREFIX = "SERVICES#"

_MESSAGES = Layout(Message, {"createdAt": ("at", TIME), "message": ("text", TEXT)}).several
_HOOKS = Layout(
    Hook,
    {
        "hookId": ("hook_id", TEXT),
        "status": ("status", TEXT),
        "updatedAt": ("at", TIME),
        "serviceDeploymentArn": ("service_deployment_arn", ARN),
        "hookType": ("hook_type", TEXT),
        "lifecycleStage": ("stage", TEXT),
        "expiresAt": ("expires_at", TIME),
        "timeoutAction": ("timeout_action", TEXT),
        "replayed": ("replayed", FLAG),
    },
).several
_SERVICE = Layout(
    ServiceRecord,
    {
        "serviceArn": ("service_arn", ARN),
        "readAt": ("read_at", TIME),
        "belowDesiredSince": ("below_desired_since", TIME),
        "missingSince": ("missing_since", TIME),
        "goneAt": ("gone_at", TIME),
        "revision": ("revision", NUMBER),
        "actions": ("actions", REPORTS),
        "hooks": ("hooks", _HOOKS),
    },
)
# Left out of a state as long as it says the same as the record that has it.
_IDENTITY = Layout(
    ServiceState,
    {
        "serviceArn": ("service_arn", ARN),
        "clusterArn": ("cluster_arn", ARN),
        "serviceName": ("service", TEXT),
    },
)
_STATE = Layout(
    ServiceState,
    {
        "status": ("status", TEXT),
        "desiredCount": ("desired_count", NUMBER),
        "runningCount": ("running_count", NUMBER),
        "pendingCount": ("pending_count", NUMBER),
        "schedulingStrategy": ("scheduling_strategy", TEXT),
        "deploymentController": ("deployment_controller", TEXT),
        "launchType": ("launch_type", TEXT),
        "taskDefinitionArn": ("task_definition_arn", ARN),
        "currentServiceDeployment": ("service_deployment_arn", ARN),
        "minimumHealthyPercent": ("minimum_healthy_percent", NUMBER),
        "createdAt": ("created_at", TIME),
        "messages": ("messages", _MESSAGES),
    },
)


def partition(cluster_arn: str) -> str:
    """The partition key of the cluster's services."""
    return PREFIX + cluster_arn


def service_key(cluster_arn: str, service: str) -> dict[str, Value]:
    return {"pk": {"S": partition(cluster_arn)}, "sk": {"S": bounded(service)}}


def service_item(record: ServiceRecord, retention: timedelta) -> dict[str, Value]:
    arn = record.cluster_arn
    item = {**service_key(arn, record.service), **_SERVICE.item(record, arn)}
    if record.state:
        item["state"] = {"M": _state_values(record.state, record)}
    if record.deployments:
        item["deployments"] = {"L": [{"M": deployment_values(one, arn)} for one in record.deployments]}
    if record.closed_at:
        item["ttl"] = seconds(record.closed_at + retention)
    return item


def service(item: Item) -> ServiceRecord:
    arn = item["pk"]["S"].removeprefix(PREFIX)
    listed = item["deployments"]["L"] if "deployments" in item else ()
    record = ServiceRecord(
        **_SERVICE.fields(item, arn),
        cluster_arn=arn,
        deployments=tuple(deployment(one["M"], arn) for one in listed),
    )
    return record if "state" not in item else _with_state(record, item["state"]["M"])


def _state_values(state: ServiceState, record: ServiceRecord) -> dict[str, Value]:
    arn = record.cluster_arn
    identity = _IDENTITY.item(state, arn)
    return _STATE.item(state, arn) | (identity if identity != _IDENTITY.item(record, arn) else {})


def _with_state(record: ServiceRecord, values: Item) -> ServiceRecord:
    arn = record.cluster_arn
    identity = {**_IDENTITY.item(record, arn), **values}
    state = ServiceState(**_IDENTITY.fields(identity, arn), **_STATE.fields(values, arn))
    return replace(record, state=state)
