"""What ECS says of tasks as they live: each state that they come to, as events and as answers of the API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from tests.support.values import START

STATUSES = ("PENDING", "RUNNING")


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """A task by version from 1 on: the event's text, and what DescribeTasks answers then.

    Version 0 stands for before it was, and the one after the last for when ECS has forgotten it.
    """

    task_arn: str
    cluster_arn: str
    events: Sequence[str]
    described: Sequence[dict[str, Any]]

    def task(self, version: int) -> dict[str, Any] | None:
        return self.described[version - 1] if 0 < version <= len(self.described) else None

    @property
    def versions(self) -> range:
        return range(1, len(self.described) + 1)


def lives(number: int, statuses: Sequence[str] = STATUSES) -> list[Life]:
    """So many standalone tasks of a cluster, which come to these statuses and fail."""
    clock = Clock(START)
    ecs = SimulatedEcs(clock, region="eu-central-1")
    ecs.call("CreateCluster", {"clusterName": "shop"})
    return [_live(ecs, clock, statuses) for _ in range(number)]


def _live(ecs: SimulatedEcs, clock: Clock, statuses: Sequence[str]) -> Life:
    events: list[dict[str, Any]] = []
    ecs.listen(events.append)
    asked = {"cluster": "shop", "taskDefinition": "report:42", "launchType": "FARGATE"}
    arn = str(ecs.call("RunTask", asked)["tasks"][0]["taskArn"])
    described = [_described(ecs, arn)]
    for status in statuses:
        clock.advance(10)
        ecs.call("SubmitTaskStateChange", {"cluster": "shop", "task": arn, "status": status})
        if status == "RUNNING":
            ecs.set_health(arn, "HEALTHY")
        described.append(_described(ecs, arn))
    clock.advance(10)
    ended = [{"containerName": "app", "exitCode": 1, "status": "STOPPED"}]
    ecs.call(
        "SubmitTaskStateChange", {"cluster": "shop", "task": arn, "status": "STOPPED", "containers": ended}
    )
    described.append(_described(ecs, arn))
    own = [json.dumps(event) for event in events if event["detail"]["taskArn"] == arn]
    assert [one["version"] for one in described] == list(range(1, len(own) + 1))
    return Life(arn, described[0]["clusterArn"], own, described)


def _described(ecs: SimulatedEcs, arn: str) -> dict[str, Any]:
    found: dict[str, Any] = ecs.call("DescribeTasks", {"cluster": "shop", "tasks": [arn]})["tasks"][0]
    copied: dict[str, Any] = json.loads(json.dumps(found))
    return copied
