"""How a task changes: pure functions from a task and what is reported of it to the task after.

| change | counts as a version | makes an event |
| --- | --- | --- |
| lastStatus PROVISIONING, PENDING, RUNNING, DEPROVISIONING, STOPPED | yes | yes |
| lastStatus ACTIVATING, DEACTIVATING, STOPPING | no | no |
| desiredStatus STOPPED | yes | yes |
| a container's status, exit code, reason, digest, runtime id or ports; an attachment | yes | yes |
| managed agents, health, tags, pull times | no | no |

All that one report brings is one version. Whether managed agents alone count on ECS is nowhere documented.
"""

from collections.abc import Callable, Collection

from . import network, reports
from .errors import invalid_parameter
from .shapes import Fields

STATUSES = (
    "PROVISIONING",
    "PENDING",
    "ACTIVATING",
    "RUNNING",
    "DEACTIVATING",
    "STOPPING",
    "DEPROVISIONING",
    "STOPPED",
)
_UNCOUNTED = frozenset({"ACTIVATING", "DEACTIVATING", "STOPPING"})
_UNCOUNTED_OF_CONTAINERS = frozenset({"healthStatus", "managedAgents"})


def counts(before: Fields, after: Fields) -> bool:
    """Whether the step from one to the other is a new version of the task."""
    moved = before["lastStatus"] != after["lastStatus"] and after["lastStatus"] not in _UNCOUNTED
    return moved or _counted(before) != _counted(after)


def asked_to_stop(task: Fields, code: str, reason: str, now: float) -> Fields:
    """The task with ECS's wish that it stop; the first reason to stop stands."""
    if task.get("desiredStatus") == "STOPPED":
        return task
    return {**task, "desiredStatus": "STOPPED", "stopCode": code, "stoppedReason": reason, "stoppingAt": now}


def reported(task: Fields, report: Fields, inessential: Collection[str], now: float) -> Fields:
    """The task after a SubmitTaskStateChange; without any but the `inessential` containers it can't go on."""
    status = report.get("status", task["lastStatus"])
    if status not in (*STATUSES, task["lastStatus"]):
        raise invalid_parameter(f"{status} is not a status of a task.")
    after = reports.applied(task, report, now)
    ended = {c["name"] for c in after["containers"] if c.get("lastStatus") == "STOPPED"}
    if ended - set(inessential) or status == "STOPPED":
        after = asked_to_stop(after, *_why(after, report.get("reason")), now)
    return _moved(after, status, now)


def _counted(task: Fields) -> tuple[object, ...]:
    containers = [
        {name: value for name, value in container.items() if name not in _UNCOUNTED_OF_CONTAINERS}
        for container in task["containers"]
    ]
    return task.get("desiredStatus"), containers, task["attachments"]


def _why(task: Fields, reason: str | None) -> tuple[str, str]:
    if "startedAt" in task:
        return "EssentialContainerExited", reason or "Essential container in task exited"
    return "TaskFailedToStart", reason or "Task failed to start"


def _moved(task: Fields, status: str, now: float) -> Fields:
    """The task at that status, or as it is when that lies behind it: tasks never move backwards."""
    if _rank(status) <= _rank(task["lastStatus"]):
        return task
    moved = {**task, "lastStatus": status}
    return _ARRIVALS[status](moved, now) if status in _ARRIVALS else moved


def _rank(status: str) -> int:
    return STATUSES.index(status) if status in STATUSES else -1


def _pending(task: Fields, now: float) -> Fields:
    return network.attached({**task, "connectivity": "CONNECTED", "connectivityAt": now})


def _running(task: Fields, now: float) -> Fields:
    there = network.attached(task)  # PENDING may have been passed over
    return {**there, "startedAt": now, "containers": reports.followed(there, "RUNNING")}


def _deprovisioning(task: Fields, now: float) -> Fields:
    return {**task, "executionStoppedAt": task.get("executionStoppedAt", now)}


def _stopped(task: Fields, now: float) -> Fields:
    return {
        **_deprovisioning(task, now),
        "stoppedAt": now,
        "containers": reports.followed(task, "STOPPED"),
        "attachments": [{**attachment, "status": "DELETED"} for attachment in task["attachments"]],
    }


_ARRIVALS: dict[str, Callable[[Fields, float], Fields]] = {
    "PENDING": _pending,
    "RUNNING": _running,
    "DEPROVISIONING": _deprovisioning,
    "STOPPED": _stopped,
}
