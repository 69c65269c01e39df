"""Where the containers of a task write their logs; pure but for one call for each task definition.

Of its answer, which has the environment in clear, nothing but the log configurations is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler import arns
from reconciler.adapters.aws import aws_errors
from reconciler.parsing.fields import inner, objects, required, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_ecs import ECSClient

    from reconciler.model.task import TaskState
    from reconciler.parsing.fields import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """A container's log driver, and the options of `awslogs` that lead to its stream."""

    driver: str | None = None
    group: str | None = None
    region: str | None = None
    prefix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The log stream of one container of one task."""

    region: str
    group: str
    stream: str


@dataclass(frozen=True, slots=True)
class NoLog:
    """Why there are no lines to show; `unasked` where it could not be found out."""

    why: str
    unasked: bool = False


def log_settings(ecs: ECSClient, task_definition_arn: str) -> Mapping[str, LogSettings]:
    """How each container of the task definition logs, by its name."""
    with aws_errors():
        answer = ecs.describe_task_definition(taskDefinition=task_definition_arn)
    definition = required(inner(answer, "taskDefinition", "") or None, "taskDefinition")
    containers = objects(definition, "containerDefinitions", "taskDefinition.")
    return {text(each, "name", "containerDefinitions.") or "": _settings(each) for each in containers}


def place_of(settings: LogSettings | None, task: TaskState, container: str) -> Place | NoLog:
    """The stream that the container writes, by the settings of its task definition."""
    if settings is None:
        return NoLog("its task definition does not name it, as with containers that AWS adds itself")
    if settings.driver is None:
        return NoLog("its task definition configures no log driver")
    if settings.driver != "awslogs":
        return NoLog(f"its log driver is {settings.driver}: read it where that sends it")
    if settings.group is None:
        return NoLog("its task definition names no log group")
    if settings.prefix is None:
        return NoLog(
            "without awslogs-stream-prefix its stream is named by the container's id: "
            f"look for it in the group {settings.group}"
        )
    return Place(
        region=settings.region or arns.region(task.task_arn) or "",
        group=settings.group,
        stream=f"{settings.prefix}/{container}/{task.task_id}",
    )


def _settings(container: Fields) -> LogSettings:
    at = "containerDefinitions.logConfiguration."
    configuration = inner(container, "logConfiguration", "containerDefinitions.")
    options = inner(configuration, "options", at)
    return LogSettings(
        driver=text(configuration, "logDriver", at),
        group=text(options, "awslogs-group", at),
        region=text(options, "awslogs-region", at),
        prefix=text(options, "awslogs-stream-prefix", at),
    )
