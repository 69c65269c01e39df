"""The names and texts of a task as attributes of its entry, and back; one that is not known has none.

Three are kept in short, under names of their own, as an earlier version held the whole:

    zone          the end of an availability zone of the cluster's Region
    reason        a stoppedReason, in which `{startedBy}` stands for the deployment that the entry has there
    launchType    is left out where it is FARGATE, as the capacity provider says so; "" where it is unknown

Version 0.1.0, where somebody goes back to it, reads such an entry as one without these. So a reason is whole
where it may say why the task stopped: where a person or program started it, or no stop code says so already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .....arns import deployment_id, region
from .....text import redact
from ..values import free_text

if TYPE_CHECKING:
    from .....model.task import TaskState
    from ..values import Item, Value

# Attribute, and the field of TaskState that it holds; of those a person or ECS writes freely apart.
_FREE_TEXTS = {"startedBy": "started_by", "stoppedReason": "stopped_reason"}
_TEXTS = {
    "clusterArn": "cluster_arn",
    "lastStatus": "last_status",
    "group": "group",
    "capacityProviderName": "capacity_provider_name",
    "availabilityZone": "availability_zone",
    "healthStatus": "health_status",
    "stopCode": "stop_code",
}
_FARGATE = "FARGATE"
_FARGATE_PROVIDERS = {_FARGATE, "FARGATE_SPOT"}
_STARTED_BY = "{startedBy}"

ATTRIBUTES = (*_TEXTS, *_FREE_TEXTS, "launchType", "zone", "reason")


def text_values(state: TaskState) -> dict[str, Value]:
    """The attributes that hold the texts."""
    texts = {name: getattr(state, field) for name, field in {**_TEXTS, **_FREE_TEXTS}.items()}
    values: dict[str, Value] = {name: {"S": text} for name, text in texts.items() if text}
    implied = _FARGATE if state.capacity_provider_name in _FARGATE_PROVIDERS else None
    if state.launch_type != implied:
        values["launchType"] = {"S": state.launch_type or ""}
    zone, reason = state.availability_zone or "", state.stopped_reason or ""
    place = region(state.cluster_arn)
    if place and zone.startswith(place):
        values["zone"] = {"S": values.pop("availabilityZone")["S"].removeprefix(place)}
    deployment = deployment_id(state.started_by) if state.stop_code else None
    if deployment and deployment in reason and _STARTED_BY not in reason:
        del values["stoppedReason"]
        values["reason"] = {"S": reason.replace(deployment, _STARTED_BY)}
    return values


def text_fields(item: Item) -> dict[str, str | None]:
    """The texts, by their fields."""
    fields = {field: item[name]["S"] for name, field in _TEXTS.items() if name in item}
    fields |= {field: free_text(item, name) for name, field in _FREE_TEXTS.items() if name in item}
    if "launchType" in item:
        fields["launch_type"] = item["launchType"].get("S") or None
    elif fields.get("capacity_provider_name") in _FARGATE_PROVIDERS:
        fields["launch_type"] = _FARGATE
    if "zone" in item:
        fields["availability_zone"] = (region(str(fields["cluster_arn"])) or "") + item["zone"]["S"]
    if "reason" in item:
        started_by = item["startedBy"]["S"]
        fields["stopped_reason"] = redact(item["reason"]["S"].replace(_STARTED_BY, started_by))
    return fields
