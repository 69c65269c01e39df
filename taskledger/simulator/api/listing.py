"""ListTasks: which tasks of a cluster are listed, and in which pages."""

from collections.abc import Callable

from ..engine.errors import invalid_parameter
from ..engine.shapes import Answer, Fields
from ..engine.store import Store, Task
from .limits import page

# Each filter of the request: whether a task passes the value asked for.
_FILTERS: dict[str, Callable[[Fields, str], bool]] = {
    "containerInstance": lambda task, asked: _id(task.get("containerInstanceArn", "")) == _id(asked),
    "desiredStatus": lambda task, asked: task.get("desiredStatus") == asked,
    "family": lambda task, asked: _id(task.get("taskDefinitionArn", "")).partition(":")[0] == asked,
    "launchType": lambda task, asked: task.get("launchType") == asked,
    "serviceName": lambda task, asked: task.get("group") == f"service:{_id(asked)}",
    "startedBy": lambda task, asked: task.get("startedBy") == asked,
}
_OTHERS = frozenset({"cluster", "maxResults", "nextToken"})


def list_tasks(store: Store, request: Fields) -> Answer:
    """A page of task ARNs, oldest task first.

    RUNNING, the default, and STOPPED are compared with the desired status: a task that still runs but was
    asked to stop is listed under STOPPED. ECS never wishes PENDING, so that lists nothing.
    """
    cluster = store.cluster(request.get("cluster"))
    filters = {"desiredStatus": "RUNNING", **_filters(request)}

    def listed(task: Task) -> bool:
        return all(_FILTERS[name](task.fields, asked) for name, asked in filters.items())

    tasks, following = page(store.tasks(cluster), request, listed)
    return {"taskArns": [task.arn for task in tasks], **following}


def _filters(request: Fields) -> Fields:
    filters = {name: value for name, value in request.items() if name not in _OTHERS}
    if unknown := filters.keys() - _FILTERS.keys():
        raise invalid_parameter(f"The simulated ECS doesn't know the filter {', '.join(sorted(unknown))}.")
    if "startedBy" in filters and len(filters) > 1:
        raise invalid_parameter("startedBy must be the only filter.")
    return filters


def _id(reference: str) -> str:
    return reference.rsplit("/", 1)[-1]
