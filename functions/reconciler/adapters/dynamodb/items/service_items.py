"""Services as DynamoDB items, and back: one row each, with the newest deployments in it.

pk                      sk
SERVICES#clusterArn     the service's name

Times are epoch milliseconds, and ARNs lack what they share with the cluster's. The row has no sort key of an
index, so no reader of tasks or incidents meets it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ....model.service import Hook, Message, ServiceRecord, ServiceState
from .deployment_items import deployment, deployment_values, read_reports, reports
from .layout import ARN, FLAG, NUMBER, TEXT, TIME, Layout
from .values import bounded, seconds

if TYPE_CHECKING:
    from datetime import timedelta

    from .values import Item, Value

PREFIX = "SERVICES#"

_SERVICE = Layout(
    ServiceRecord,
    {
        "serviceArn": ("service_arn", ARN),
        "readAt": ("read_at", TIME),
        "belowDesiredSince": ("below_desired_since", TIME),
        "missingSince": ("missing_since", TIME),
        "goneAt": ("gone_at", TIME),
        "revision": ("revision", NUMBER),
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
    },
)
_MESSAGE = Layout(Message, {"createdAt": ("at", TIME), "message": ("text", TEXT)})
_HOOK = Layout(
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
    if record.actions:
        item["actions"] = reports(record.actions, arn)
    if record.hooks:
        item["hooks"] = {"L": [{"M": _HOOK.item(one, arn)} for one in record.hooks]}
    if record.deployments:
        item["deployments"] = {"L": [{"M": deployment_values(one, arn)} for one in record.deployments]}
    if record.closed_at:
        item["ttl"] = seconds(record.closed_at + retention)
    return item


def service(item: Item) -> ServiceRecord:
    arn = item["pk"]["S"].removeprefix(PREFIX)
    record = ServiceRecord(
        **_SERVICE.fields(item, arn),
        cluster_arn=arn,
        actions=read_reports(item, "actions", arn),
        hooks=tuple(Hook(**_HOOK.fields(one["M"], arn)) for one in _list(item, "hooks")),
        deployments=tuple(deployment(one["M"], arn) for one in _list(item, "deployments")),
    )
    return record if "state" not in item else _with_state(record, item["state"]["M"])


def _state_values(state: ServiceState, record: ServiceRecord) -> dict[str, Value]:
    arn = record.cluster_arn
    values = _STATE.item(state, arn)
    identity = _IDENTITY.item(state, arn)
    if identity != _IDENTITY.item(record, arn):
        values |= identity
    if state.messages:
        values["messages"] = {"L": [{"M": _MESSAGE.item(one, arn)} for one in state.messages]}
    return values


def _with_state(record: ServiceRecord, values: Item) -> ServiceRecord:
    arn = record.cluster_arn
    identity = {**_IDENTITY.item(record, arn), **values}
    messages = tuple(Message(**_MESSAGE.fields(one["M"], arn)) for one in _list(values, "messages"))
    state = ServiceState(**_IDENTITY.fields(identity, arn), **_STATE.fields(values, arn), messages=messages)
    return replace(record, state=state)


def _list(item: Item, name: str) -> list[Any]:
    return list(item[name]["L"]) if name in item else []
