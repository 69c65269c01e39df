"""What an agent reports of a task's parts, and where the containers go that nothing is reported of."""

from collections.abc import Callable, Iterable
from functools import partial

from .errors import invalid_parameter
from .shapes import Fields

_STATUSES = ("PENDING", "RUNNING", "STOPPED")
_CONTAINER_FIELDS = ("imageDigest", "runtimeId", "exitCode", "networkBindings", "reason")
_REPORTED_TIMES = ("pullStartedAt", "pullStoppedAt", "executionStoppedAt")


def applied(task: Fields, report: Fields, now: float) -> Fields:
    """The task with the report's containers, managed agents, attachments and times; its status untouched."""
    containers, attachments = task["containers"], task["attachments"]
    for part in report.get("containers", ()):
        containers = _changed(containers, "name", part.get("containerName"), partial(_container, part))
    for part in report.get("managedAgents", ()):
        containers = _changed(containers, "name", part["containerName"], partial(_with_agent, part, now))
    for part in report.get("attachments", ()):
        attachment_id = part["attachmentArn"].rsplit("/", 1)[-1]
        attachments = _changed(attachments, "id", attachment_id, partial(_attachment, part))
    times = {name: report[name] for name in _REPORTED_TIMES if name in report}
    return {**task, **times, "containers": containers, "attachments": attachments}


def followed(task: Fields, status: str) -> list[Fields]:
    """The containers of a task that came to that status, for those of which nothing was reported."""
    return [{**container, "lastStatus": _later(container, status)} for container in task["containers"]]


def _changed(
    parts: Iterable[Fields], key: str, value: object, change: Callable[[Fields], Fields]
) -> list[Fields]:
    parts = list(parts)
    if all(part.get(key) != value for part in parts):
        raise invalid_parameter(f"{value} is not a part of the task.")
    return [change(part) if part.get(key) == value else part for part in parts]


def _container(part: Fields, container: Fields) -> Fields:
    facts = {name: part[name] for name in _CONTAINER_FIELDS if name in part}
    return {**container, **facts, "lastStatus": _later(container, part.get("status", _STATUSES[0]))}


def _later(container: Fields, status: str) -> str:
    """That status, or the container's own where it is further on: containers never move backwards either."""
    if status not in _STATUSES:
        raise invalid_parameter(f"{status} is not a status of a container.")
    own: str = container.get("lastStatus", _STATUSES[0])
    return max(own, status, key=_STATUSES.index)


def _with_agent(part: Fields, now: float, container: Fields) -> Fields:
    name = part["managedAgentName"]
    others = [agent for agent in container.get("managedAgents", ()) if agent["name"] != name]
    agent = {"name": name, "lastStatus": part["status"]}
    if "reason" in part:
        agent["reason"] = part["reason"]
    if part["status"] == "RUNNING":
        agent["lastStartedAt"] = now
    return {**container, "managedAgents": [*others, agent]}


def _attachment(part: Fields, attachment: Fields) -> Fields:
    return {**attachment, "status": part["status"]}
