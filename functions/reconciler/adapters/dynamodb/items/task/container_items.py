"""The containers of an entry, without what only repeats the task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .....model.task import Container, TaskState
from ..values import free_text, number, or_null, or_same
from .images import image_values, read_image

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..values import Item, Value


def container_item(container: Container, state: TaskState) -> Value:
    """The container as it stands in the item of its task."""
    values: dict[str, Value] = {"name": {"S": container.name}}
    if container.last_status != state.last_status:
        values["lastStatus"] = or_null(container.last_status)
    if container.health_status != state.health_status:
        values["healthStatus"] = or_null(container.health_status)
    if container.exit_code is not None:
        values["exitCode"] = number(container.exit_code)
    if container.reason:
        values["reason"] = {"S": container.reason}
    return {"M": values | image_values(container, state.cluster_arn)}


def read_container(values: Item, task: Mapping[str, Any]) -> Container:
    """The container, completed by the fields of its task."""
    image, digest = read_image(values, task["cluster_arn"])
    return Container(
        name=values["name"]["S"],
        last_status=or_same(values.get("lastStatus"), task["last_status"]),
        exit_code=int(values["exitCode"]["N"]) if "exitCode" in values else None,
        reason=free_text(values, "reason"),
        health_status=or_same(values.get("healthStatus"), task.get("health_status")),
        image=image,
        image_digest=digest,
    )
