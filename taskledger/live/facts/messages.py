"""Service messages that report what EventBridge reports as a service action.

A message is a sentence, of which some words say which action it is (Amazon ECS guide,
service-event-messages-list). One that is not known here is only shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.model.deployment import Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.service import Message

_ACTIONS: Final = (
    ("was unable to place a task", "SERVICE_TASK_PLACEMENT_FAILURE"),
    ("failed to launch a task with (error", "SERVICE_TASK_CONFIGURATION_FAILURE"),
    ("is unable to consistently start tasks successfully", "SERVICE_TASK_START_IMPAIRED"),
    ("operations are being throttled", "ECS_OPERATION_THROTTLED"),
)


def actions(messages: Iterable[Message]) -> Mapping[str, Report]:
    """The latest of each action that the messages report, with what was said."""
    found: dict[str, Report] = {}
    for one in sorted(messages, key=lambda message: message.at):
        if action := next((name for phrase, name in _ACTIONS if phrase in one.text), None):
            found[action] = Report(at=one.at, reason=one.text)
    return found
