"""What the simulated ECS gets to know of the tasks in saved events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.task import Observation

    from ..simulator.api.ecs import SimulatedEcs

# What the ledger reads of a task. The rest is nothing that the handler would look for in ECS's answer, and in
# a file it can be of any shape.
_TASK_FIELDS = (
    "clusterArn",
    "version",
    "lastStatus",
    "desiredStatus",
    "taskDefinitionArn",
    "group",
    "startedBy",
    "launchType",
    "capacityProviderName",
    "availabilityZone",
    "healthStatus",
    "createdAt",
    "startedAt",
    "stoppingAt",
    "stoppedAt",
    "updatedAt",
    "stopCode",
    "stoppedReason",
)
_CONTAINER_FIELDS = (
    "name",
    "lastStatus",
    "exitCode",
    "reason",
    "healthStatus",
    "image",
    "imageDigest",
)


def learn(ecs: SimulatedEcs, observation: Observation, envelope: Mapping[str, Any]) -> None:
    """Lets ECS know the state that the event has just reported."""
    detail = envelope["detail"]
    containers = [_some(container, _CONTAINER_FIELDS) for container in detail.get("containers") or ()]
    task = _some(detail, _TASK_FIELDS)
    ecs.learn(task | {"taskArn": observation.state.task_arn, "containers": containers})


def _some(fields: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: fields[name] for name in names if name in fields}
