"""One task in the two shapes that ECS shows it in: that of the API, and that of an event's `detail`.

| | API | event |
| --- | --- | --- |
| times | epoch seconds | ISO 8601 with milliseconds |
| network attachment | type ElasticNetworkInterface | type eni |
| managed agent | lastStatus | status |
| health, tags, platformFamily | there | never |
| updatedAt | never | there |

The simulated ECS holds tasks in the API's shape and never changes a value in place.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Fields = Mapping[str, Any]
Answer = dict[str, Any]

_TIMES = frozenset(
    {
        "connectivityAt",
        "createdAt",
        "executionStoppedAt",
        "pullStartedAt",
        "pullStoppedAt",
        "startedAt",
        "stoppedAt",
        "stoppingAt",
    }
)
_API_ONLY = frozenset({"healthStatus", "overrides", "platformFamily"})
_EVENT_ONLY = frozenset({"updatedAt"})
EVENT_IDS = uuid.UUID("6f0f9a1e-57f5-4d4c-9c0e-2b1d4c6a7e10")


def event(task: Fields, at: float) -> Answer:
    """The event that EventBridge delivers for the task as it is now; the same version has the same id."""
    _, _, _, region, account, _ = task["taskArn"].split(":", 5)
    return {
        "version": "0",
        "id": str(uuid.uuid5(EVENT_IDS, f"{task['taskArn']} {task['version']}")),
        "detail-type": "ECS Task State Change",
        "source": "aws.ecs",
        "account": account,
        "time": iso(at)[:19] + "Z",
        "region": region,
        "resources": [task["taskArn"]],
        "detail": _detail(task, at),
    }


def from_event(detail: Fields) -> Answer:
    """What DescribeTasks says of the task of an event's `detail`; a time that is none is left out."""
    task: Answer = {}
    for name, value in detail.items():
        if name in _TIMES:
            if (moment := epoch(value)) is not None:
                task[name] = moment
        elif name not in _EVENT_ONLY:
            task[name] = value
    task["attachments"] = [
        _renamed(a, "eni", "ElasticNetworkInterface") for a in detail.get("attachments") or ()
    ]
    task["containers"] = [_with_agents(c, "status", "lastStatus") for c in detail.get("containers") or ()]
    return task


def epoch(value: object) -> float | None:
    """Epoch seconds of an event's time, None if it is not one."""
    if isinstance(value, int | float):
        return float(value)
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        return None


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _detail(task: Fields, at: float) -> Answer:
    detail = {
        name: iso(value) if name in _TIMES else value for name, value in task.items() if name not in _API_ONLY
    }
    detail["attachments"] = [_renamed(a, "ElasticNetworkInterface", "eni") for a in task["attachments"]]
    detail["containers"] = [
        _with_agents({k: v for k, v in c.items() if k not in _API_ONLY}, "lastStatus", "status")
        for c in task["containers"]
    ]
    # Real events repeat the caller's overrides here, environment and all; nothing may come to need those.
    detail["overrides"] = {"containerOverrides": [{"name": c["name"]} for c in task["containers"]]}
    detail["updatedAt"] = iso(at)
    return detail


def _renamed(attachment: Fields, old: str, new: str) -> Fields:
    return {**attachment, "type": new} if attachment.get("type") == old else attachment


def _with_agents(container: Fields, old: str, new: str) -> Fields:
    agents = container.get("managedAgents")
    if not agents:
        return container
    renamed = [
        {(new if k == old else k): v for k, v in agent.items() if k != "lastStartedAt"} for agent in agents
    ]
    return {**container, "managedAgents": renamed}
