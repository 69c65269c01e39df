"""The containers of an entry, without what only repeats the task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .....model.task import Container, TaskState
from ..values import digest, free_text, number, or_null, or_same, read_digest

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
    if container.image_digest:
        values["imageDigest"] = digest(container.image_digest)
    for name in ("reason", "image"):
        if text := getattr(container, name):
            values[name] = {"S": text}
    return {"M": values}


def read_container(values: Item, task: Mapping[str, Any]) -> Container:
    """The container, completed by the fields of its task."""
    return Container(
        name=values["name"]["S"],
        last_status=or_same(values.get("lastStatus"), task["last_status"]),
        exit_code=int(values["exitCode"]["N"]) if "exitCode" in values else None,
        reason=free_text(values, "reason"),
        health_status=or_same(values.get("healthStatus"), task.get("health_status")),
        image=values.get("image", {}).get("S"),
        image_digest=read_digest(values["imageDigest"]) if "imageDigest" in values else None,
    )
