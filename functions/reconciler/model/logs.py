"""Where containers write their logs, and what they wrote: frozen values, and what follows from them."""

from dataclasses import dataclass
from datetime import datetime

from .. import arns


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

    container: str
    region: str
    group: str
    stream: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, and when it was written."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class NoLog:
    """Why there are no lines to show; `unasked` where it could not be found out."""

    why: str
    unasked: bool = False


def place_of(settings: LogSettings | None, task_arn: str, container: str) -> Place | NoLog:
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
        container=container,
        region=settings.region or arns.region(task_arn) or "",
        group=settings.group,
        stream=f"{settings.prefix}/{container}/{arns.task_id(task_arn) or task_arn}",
    )
