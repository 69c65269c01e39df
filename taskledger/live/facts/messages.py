"""Service messages that report what EventBridge reports as an event of the service or of a deployment.

A message is a sentence, of which some words say which event it is (Amazon ECS guide,
service-event-messages-list). One that is not known here is only shown.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from reconciler.model.deployment import Report
from reconciler.services.merge import with_deployment
from reconciler.services.signs import FAILED, STARTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.deployment import Deployment
    from reconciler.model.service import Message, ServiceRecord

_ACTIONS: Final = (
    ("was unable to place a task", "SERVICE_TASK_PLACEMENT_FAILURE"),
    ("failed to launch a task with (error", "SERVICE_TASK_CONFIGURATION_FAILURE"),
    ("is unable to consistently start tasks successfully", "SERVICE_TASK_START_IMPAIRED"),
    ("operations are being throttled", "ECS_OPERATION_THROTTLED"),
)
_FAILED: Final = re.compile(r"\bdeployment\W+(ecs-svc/\d+)\W+(deployment failed: .+)")
_ROLLING_BACK: Final = re.compile(r"\brolling back to deployment\W+(ecs-svc/\d+)")
_NEAR: Final = timedelta(seconds=10)  # between a rollback and the message that it begins


def actions(messages: Iterable[Message]) -> Mapping[str, Report]:
    """The latest of each action that the messages report, with what was said."""
    found: dict[str, Report] = {}
    for one in sorted(messages, key=lambda message: message.at):
        if action := next((name for phrase, name in _ACTIONS if phrase in one.text), None):
            found[action] = Report(at=one.at, reason=one.text)
    return found


def with_ends(record: ServiceRecord, messages: Iterable[Message]) -> ServiceRecord:
    """The record with the deployments that failed, and with those that roll one back.

    DescribeServices shows neither for long, and not everybody may read service deployments.
    """
    for one in messages:
        if found := _FAILED.search(one.text):
            failed = record.deployment(found[1])
            record = _reported(record, failed, FAILED, Report(at=one.at, reason=found[2]))
        if found := _ROLLING_BACK.search(one.text):
            begun = (each for each in record.deployments if abs(each.began.at - one.at) <= _NEAR)
            said = Report(at=one.at, reason=f"rolling back to deploymentId {found[1]}.")
            record = _reported(record, next(begun, None), STARTED, said)
    return record


def _reported(record: ServiceRecord, one: Deployment | None, name: str, report: Report) -> ServiceRecord:
    return with_deployment(record, replace(one, reports={**one.reports, name: report})) if one else record
