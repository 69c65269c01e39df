"""What ECS says of tasks as they live: each state that they come to, as events and as answers of the API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from tests.support.values import START

CHANGES = ("PENDING", "RUNNING")
HEALTH = ("HEALTHY", "UNHEALTHY")


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """A task in each state that it comes to, by number from 1 on: its event's text, and as ECS describes it.

    What makes no version has no event. State 0 stands for before it was, and the one after the last for when
    ECS has forgotten it.
    """

    task_arn: str
    cluster_arn: str
    events: Sequence[str | None]
    described: Sequence[dict[str, Any]]

    def task(self, number: int) -> dict[str, Any] | None:
        return self.described[number - 1] if 0 < number <= len(self.described) else None

    @property
    def reported(self) -> Sequence[int]:
        """The states that events report."""
        return [number for number, event in enumerate(self.events, 1) if event]


def lives(number: int, changes: Sequence[str] = CHANGES) -> list[Life]:
    """So many standalone tasks of a cluster, which come to these statuses, or to this health, and fail."""
    clock = Clock(START)
    ecs = SimulatedEcs(clock, region="eu-central-1")
    ecs.call("CreateCluster", {"clusterName": "shop"})
    return [_live(ecs, clock, changes) for _ in range(number)]


def _live(ecs: SimulatedEcs, clock: Clock, changes: Sequence[str]) -> Life:
    heard: dict[int, str] = {}
    asked = {"cluster": "shop", "taskDefinition": "report:42", "launchType": "FARGATE"}
    ecs.listen(lambda event: heard.update({len(described) + 1: json.dumps(event)}))
    described: list[dict[str, Any]] = []
    arn = str(ecs.call("RunTask", asked)["tasks"][0]["taskArn"])
    described.append(_described(ecs, arn))
    for change in (*changes, "STOPPED"):
        clock.advance(10)
        _change(ecs, arn, change)
        described.append(_described(ecs, arn))
    events = [heard.get(number) for number in range(1, len(described) + 1)]
    return Life(arn, described[0]["clusterArn"], events, described)


def _change(ecs: SimulatedEcs, arn: str, change: str) -> None:
    if change in HEALTH:
        ecs.set_health(arn, change)
        return
    ended = [{"containerName": "app", "exitCode": 1, "status": "STOPPED"}] if change == "STOPPED" else []
    asked = {"cluster": "shop", "task": arn, "status": change, "containers": ended}
    ecs.call("SubmitTaskStateChange", asked)


def _described(ecs: SimulatedEcs, arn: str) -> dict[str, Any]:
    found: dict[str, Any] = ecs.call("DescribeTasks", {"cluster": "shop", "tasks": [arn]})["tasks"][0]
    copied: dict[str, Any] = json.loads(json.dumps(found))
    return copied
