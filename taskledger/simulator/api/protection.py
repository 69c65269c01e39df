"""Task scale-in protection, which is no part of the task: it has no version and makes no event.

| task | UpdateTaskProtection, GetTaskProtection |
| --- | --- |
| of a service | listed; without `expirationDate` when protection is off or has expired |
| standalone, or STOPPED (undocumented; assumed) | failure TASK_NOT_VALID |
| unknown | failure MISSING |
"""

from collections.abc import Callable

from ..engine.shapes import Answer, Fields
from ..engine.store import Store, Task
from .limits import some, within
from .tasks import missing

MAX_UPDATED = 10
MAX_ASKED = 100
DEFAULT_MINUTES = 120
MAX_MINUTES = 2880


def update_task_protection(store: Store, request: Fields) -> Answer:
    """Sets or clears protection; setting it again starts its time anew."""
    minutes = within(request.get("expiresInMinutes", DEFAULT_MINUTES), 1, MAX_MINUTES, "expiresInMinutes")
    until = store.clock.epoch + minutes * 60 if request["protectionEnabled"] else 0

    def update(task: Task) -> None:
        task.protected_until = until

    return _for_each(store, request, MAX_UPDATED, update)


def get_task_protection(store: Store, request: Fields) -> Answer:
    return _for_each(store, request, MAX_ASKED, lambda _: None)


def _for_each(store: Store, request: Fields, most: int, act: Callable[[Task], None]) -> Answer:
    cluster = store.cluster(request["cluster"])
    answer: Answer = {"protectedTasks": [], "failures": []}
    for reference in some(request, "tasks", most):
        task = store.find(cluster, reference)
        if task is None:
            answer["failures"].append(missing(cluster, reference))
        elif not _valid(task.fields):
            answer["failures"].append({"arn": task.arn, "reason": "TASK_NOT_VALID"})
        else:
            act(task)
            answer["protectedTasks"].append(_protection(task, store.clock.epoch))
    return answer


def _valid(task: Fields) -> bool:
    return str(task.get("group", "")).startswith("service:") and task["lastStatus"] != "STOPPED"


def _protection(task: Task, now: float) -> Answer:
    if task.protected_until <= now:
        return {"taskArn": task.arn, "protectionEnabled": False}
    return {"taskArn": task.arn, "protectionEnabled": True, "expirationDate": task.protected_until}
