"""From the API's answers to the model: items of DescribeTasks and GetTaskProtection."""

from collections.abc import Mapping

from ..errors import InvalidInput
from ..model.protection import ProtectionAnswer
from ..model.task import CLOSED_STATUSES, TaskState
from .fields import Fields, free_text, kind, objects, required, text, timestamp
from .fields import arn as arn_field
from .task import task_state, task_version


def parse_described_task(item: object) -> TaskState:
    """The state in an item of a DescribeTasks answer; version 0 when the item has none.

    ECS deletes the tags of a task that StopTask stops, so an empty list of one that is to stop says nothing.
    """
    if not isinstance(item, Mapping):
        raise InvalidInput("task", f"must be a JSON object, found {kind(item)}")
    return task_state(
        item,
        "task.",
        task_arn=required(arn_field(item, "taskArn", "task.", "task"), "task.taskArn"),
        version=task_version(item, "task.") or 0,
        tags=_tags(item),
    )


def parse_protection_answer(item: object) -> ProtectionAnswer:
    """What an item of a GetTaskProtection answer says; the date is missing when protection is off."""
    if not isinstance(item, Mapping):
        raise InvalidInput("protectedTask", f"must be a JSON object, found {kind(item)}")
    enabled = item.get("protectionEnabled")
    if not isinstance(enabled, bool):
        raise InvalidInput("protectedTask.protectionEnabled", f"must be true or false, found {kind(enabled)}")
    expires_at = timestamp(item, "expirationDate", "protectedTask.")
    return ProtectionAnswer(enabled=enabled, expires_at=expires_at if enabled else None)


def _tags(item: Fields) -> Mapping[str, str] | None:
    """The user's tags; those of AWS itself (`aws:ecs:serviceName`) repeat the group and the cluster."""
    if item.get("tags") is None:
        return None
    tags = {}
    for index, pair in enumerate(objects(item, "tags", "task.")):
        at = f"task.tags[{index}]."
        key = required(text(pair, "key", at), at + "key")
        if not key.startswith("aws:"):
            tags[key] = free_text(pair, "value", at) or ""
    ending = item.get("desiredStatus") == "STOPPED" or text(item, "lastStatus", "task.") in CLOSED_STATUSES
    return None if ending and not tags else tags
