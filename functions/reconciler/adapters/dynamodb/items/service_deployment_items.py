"""What ListServiceDeployments said of a deployment, as an attribute of its item, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....model.deployment import Image, ServiceDeployment
from .layout import ARN, FLAG, TEXT, TIME, Layout
from .values import digest, read_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .values import Item, Value

_SERVICE_DEPLOYMENT = Layout(
    ServiceDeployment,
    {
        "serviceDeploymentArn": ("service_deployment_arn", ARN),
        "status": ("status", TEXT),
        "createdAt": ("created_at", TIME),
        "finishedAt": ("finished_at", TIME),
        "statusReason": ("reason", TEXT),
        "targetServiceRevisionArn": ("revision_arn", ARN),
        "sourceServiceRevisionArn": ("source_revision_arn", ARN),
        "rollbackAt": ("rollback_at", TIME),
        "rollbackServiceRevisionArn": ("rollback_revision_arn", ARN),
        "deploymentCircuitBreaker": ("circuit_breaker", TEXT),
        "alarms": ("alarms", TEXT),
        "hookFailed": ("hook_failed", FLAG),
        "taskDefinitionArn": ("task_definition_arn", ARN),
    },
)
_IMAGES = {"images": "images", "sourceImages": "source_images"}


def service_deployment_values(one: ServiceDeployment, cluster_arn: str) -> dict[str, Value]:
    values = _SERVICE_DEPLOYMENT.item(one, cluster_arn)
    if one.hooks_at_timeout:
        values["hooksAtTimeout"] = {"M": {hook: {"S": does} for hook, does in one.hooks_at_timeout.items()}}
    for name, field in _IMAGES.items():
        images: Sequence[Image] | None = getattr(one, field)
        if images is not None:
            values[name] = {"L": [_image(each) for each in images]}
    return values


def read_service_deployment(values: Item, cluster_arn: str) -> ServiceDeployment:
    hooks = values["hooksAtTimeout"]["M"] if "hooksAtTimeout" in values else {}
    images: dict[str, Any] = {
        field: tuple(_read_image(each["M"]) for each in values[name]["L"])
        for name, field in _IMAGES.items()
        if name in values
    }
    return ServiceDeployment(
        **_SERVICE_DEPLOYMENT.fields(values, cluster_arn),
        hooks_at_timeout={hook: does["S"] for hook, does in hooks.items()},
        **images,
    )


def _image(one: Image) -> Value:
    values: dict[str, Value] = {"containerName": {"S": one.container}}
    if one.image is not None:
        values["image"] = {"S": one.image}
    if one.digest is not None:
        values["imageDigest"] = digest(one.digest)
    return {"M": values}


def _read_image(values: Item) -> Image:
    return Image(
        container=values["containerName"]["S"],
        image=values["image"]["S"] if "image" in values else None,
        digest=read_digest(values, "imageDigest"),
    )
