"""Tasks, events and observations for tests: short to write, and right where a test does not care."""

from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.gate import description, history_row, reset_row
from reconciler.model.task import Container, Observation, Source, TaskState
from reconciler.ports.ledger import Recording

CLUSTER = "arn:aws:ecs:eu-central-1:111122223333:cluster/shop"
TASK = "arn:aws:ecs:eu-central-1:111122223333:task/shop/4fb1d2c3a4b5c6d7e8f9a0b1c2d3e4f5"
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def task_arn(number: int) -> str:
    return f"arn:aws:ecs:eu-central-1:111122223333:task/shop/{number:032x}"


def state(version: int = 1, **fields: Any) -> TaskState:
    """A service's Fargate task, RUNNING unless said otherwise."""
    facts: dict[str, Any] = {
        "task_arn": TASK,
        "cluster_arn": CLUSTER,
        "version": version,
        "last_status": "RUNNING",
        "desired_status": "RUNNING",
        "group": "service:checkout",
        "task_definition_arn": "arn:aws:ecs:eu-central-1:111122223333:task-definition/checkout:42",
        "created_at": START,
        "containers": (Container(name="app", last_status="RUNNING"),),
    }
    return TaskState(**(facts | fields))


def event(version: int = 1, *, seconds: float | None = None, **fields: Any) -> Observation:
    """An event of that version; its own time grows with the version unless given."""
    return Observation(
        state=state(version, **fields),
        source=Source.EVENT,
        observed_at=at(version * 10 if seconds is None else seconds),
    )


def describe(version: int = 1, *, seconds: float = 600, **fields: Any) -> Observation:
    return description(state(version, **({"tags": {}} | fields)), at(seconds))


def recording(*observations: Observation) -> Recording:
    """What a batch of these observations would record: the last of them, with a row for each."""
    return Recording(observation=observations[-1], rows=tuple(map(history_row, observations)))


def resetting(observation: Observation) -> Recording:
    """What a reset to this description records."""
    return Recording(observation=observation, rows=(reset_row(observation),))


def envelope(version: int = 1, **detail: Any) -> dict[str, Any]:
    """An event as EventBridge delivers it; a `detail` field given as None is left out."""
    facts = {
        "taskArn": TASK,
        "clusterArn": CLUSTER,
        "version": version,
        "lastStatus": "RUNNING",
        "desiredStatus": "RUNNING",
        "group": "service:checkout",
        "taskDefinitionArn": "arn:aws:ecs:eu-central-1:111122223333:task-definition/checkout:42",
        "createdAt": "2026-11-20T09:00:00.000Z",
        "updatedAt": "2026-11-20T09:00:10.250Z",
        "containers": [{"name": "app", "lastStatus": "RUNNING"}],
        "overrides": {"containerOverrides": [{"name": "app"}]},
    }
    return {
        "version": "0",
        "id": "6b1d4b0e-5a43-4f0b-8d6c-2f7b0c9a1e55",
        "detail-type": "ECS Task State Change",
        "source": "aws.ecs",
        "account": "111122223333",
        "time": "2026-11-20T09:00:10Z",
        "region": "eu-central-1",
        "resources": [facts["taskArn"]],
        "detail": {name: value for name, value in (facts | detail).items() if value is not None},
    }
