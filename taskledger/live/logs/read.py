"""The last lines that containers wrote, or why there are none to show.

Needs ecs:DescribeTaskDefinition, and logs:GetLogEvents on the log groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reconciler import arns
from reconciler.adapters.clients import CallLimits, client_config
from reconciler.adapters.logs import ApiLogStreams, ApiTaskDefinitions
from reconciler.errors import AccessDenied, LedgerError
from reconciler.model.logs import NoLog, Place, place_of

from ...deployed.advice import advice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import boto3
    from mypy_boto3_ecs import ECSClient

    from reconciler.adapters.logs import LogsClient
    from reconciler.model.logs import LogLine, LogSettings
    from reconciler.model.task import TaskState

MOST: Final = 20
CALLS: Final = CallLimits(connect=3, read=10, attempts=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerLog:
    """The last lines of one container, the newest last; without any, `unknown` says why.

    `place` is None where it is not known to which stream it writes, or to none of CloudWatch Logs.
    """

    task: TaskState
    container: str
    place: Place | None
    lines: Sequence[LogLine] = ()
    unknown: str | None = None


@dataclass(frozen=True, slots=True)
class Logs:
    """The logs in the order asked for; `unasked` has once each what could not be asked, and why."""

    containers: Sequence[ContainerLog]
    unasked: Sequence[str]


def failed_containers(task: TaskState, named: Collection[str]) -> Collection[str]:
    """Those that a finding names; else those with an exit code or reason of a failure; else all."""
    failed = [one.name for one in task.containers if one.exit_code or one.reason]
    return named or failed or [one.name for one in task.containers]


def last_lines(
    ecs: ECSClient,
    session: boto3.Session,
    asked: Iterable[tuple[TaskState, Collection[str]]],
    most: int = MOST,
) -> Logs:
    """The last lines of these containers of each task; an error of AWS ends nothing, and is said there."""
    reader, logs, unasked = _Reader(ecs, session), [], []
    for task, containers in asked:
        for name in containers:
            place = reader.place(task, name)
            found = reader.lines(place, most) if isinstance(place, Place) else place
            logs.append(_log(task, name, place, found))
            unasked += [found.why] if isinstance(found, NoLog) and found.unasked else []
    return Logs(logs, list(dict.fromkeys(unasked)))


class _Reader:
    """Asks about each task definition once, and nothing more of a log group that could not be read."""

    def __init__(self, ecs: ECSClient, session: boto3.Session) -> None:
        self._definitions = ApiTaskDefinitions(ecs)
        self._streams = ApiLogStreams(lambda region: _connect(session, region))
        self._settings: dict[str, Mapping[str, LogSettings] | NoLog] = {}
        self._unreadable: dict[tuple[str, str], NoLog] = {}

    def place(self, task: TaskState, container: str) -> Place | NoLog:
        arn = task.task_definition_arn
        if arn is None:
            return NoLog("its task definition is not known")
        if arn not in self._settings:
            self._settings[arn] = self._described(arn)
        found = self._settings[arn]
        return found if isinstance(found, NoLog) else place_of(found.get(container), task.task_arn, container)

    def lines(self, place: Place, most: int) -> Sequence[LogLine] | NoLog:
        group = place.region, place.group
        if group in self._unreadable:
            return self._unreadable[group]
        found = self._lines(place, most)
        if isinstance(found, NoLog) and found.unasked:
            self._unreadable[group] = found
        return found

    def _lines(self, place: Place, most: int) -> Sequence[LogLine] | NoLog:
        try:
            found = self._streams.last_lines(place, most)
        except AccessDenied:
            why = f"the permission logs:GetLogEvents on the log group {place.group} is missing"
            return NoLog(why, unasked=True)
        except LedgerError as error:
            return NoLog(f"the log group {place.group} can't be read: {advice(error)}", unasked=True)
        if found is None:
            return NoLog(
                f"there is no stream {place.stream} in the log group {place.group}: a container that never "
                "ran has none, or the group does not exist"
            )
        return found or NoLog("it has no lines yet; the last ones of a task can be late")

    def _described(self, task_definition_arn: str) -> Mapping[str, LogSettings] | NoLog:
        try:
            return self._definitions.log_settings(task_definition_arn)
        except AccessDenied:
            why = "the permission ecs:DescribeTaskDefinition is missing, which says where containers log"
        except LedgerError as error:
            name = arns.revision(task_definition_arn) or task_definition_arn
            why = f"the task definition {name} can't be read: {advice(error)}"
        return NoLog(why, unasked=True)


def _connect(session: boto3.Session, region: str) -> LogsClient:
    client: Any = session.client("logs", region_name=region, config=client_config(CALLS))
    found: LogsClient = client
    return found


def _log(
    task: TaskState, container: str, place: Place | NoLog, found: Sequence[LogLine] | NoLog
) -> ContainerLog:
    known = place if isinstance(place, Place) else None
    if isinstance(found, NoLog):
        return ContainerLog(task=task, container=container, place=known, unknown=found.why)
    return ContainerLog(task=task, container=container, place=known, lines=found)
