"""The service `web` in the cluster `shop`, on a clock that the test moves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.engine.shapes import Answer

BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
UP = 120  # seconds, after which a healthy service is steady


class Web:
    """What the tests do to the service again and again, and what they see of it."""

    def __init__(self, ecs: SimulatedEcs, events: list[Answer]) -> None:
        self.ecs = ecs
        self.events = events

    @classmethod
    def alone(cls) -> Web:
        """In an ECS of its own, for tests that need many."""
        ecs, events = SimulatedEcs(Clock()), list[Answer]()
        ecs.listen(events.append)
        ecs.call("CreateCluster", {"clusterName": "shop"})
        return cls(ecs, events)

    def call(self, operation: str, **request: Any) -> Answer:
        return self.ecs.call(operation, {"cluster": "shop", **request})

    def create(self, desired: int = 2, revision: int = 1, **request: Any) -> None:
        wanted = {"serviceName": "web", "taskDefinition": f"web:{revision}", "desiredCount": desired}
        self.call("CreateService", launchType="FARGATE", **wanted, **request)

    def update(self, **request: Any) -> None:
        self.call("UpdateService", service="web", **request)

    def wait(self, seconds: float) -> None:
        self.ecs.run_until(self.ecs.clock.now + timedelta(seconds=seconds))

    @property
    def service(self) -> Answer:
        (service,) = self.call("DescribeServices", services=["web"])["services"]
        return service

    @property
    def deployments(self) -> list[Answer]:
        return list(self.service["deployments"])

    @property
    def rollouts(self) -> list[tuple[str, str, str]]:
        """Status, rollout state and task definition of each deployment."""
        return [
            (each["status"], each["rolloutState"], each["taskDefinition"].rsplit("/", 1)[-1])
            for each in self.deployments
        ]

    @property
    def history(self) -> list[Answer]:
        """The service deployments in full, the oldest first."""
        listed = self.call("ListServiceDeployments", service="web")["serviceDeployments"]
        arns = [each["serviceDeploymentArn"] for each in listed]
        return list(
            self.ecs.call("DescribeServiceDeployments", {"serviceDeploymentArns": arns})["serviceDeployments"]
        )

    @property
    def messages(self) -> list[str]:
        return [each["message"] for each in self.service["events"]]

    @property
    def tasks(self) -> list[Answer]:
        """The tasks of the service that ECS wants to run, the oldest first."""
        arns = self.call("ListTasks", serviceName="web")["taskArns"]
        return list(self.call("DescribeTasks", tasks=arns)["tasks"]) if arns else []

    def names(self, detail_type: str) -> list[str]:
        """The names of the events of a kind so far."""
        return [e["detail"]["eventName"] for e in self.events if e["detail-type"] == detail_type]

    def protect(self, count: int, minutes: int = 60) -> list[str]:
        """Protects the oldest tasks; returns their ARNs."""
        arns = [task["taskArn"] for task in self.tasks[:count]]
        self.call("UpdateTaskProtection", tasks=arns, protectionEnabled=True, expiresInMinutes=minutes)
        return arns


@pytest.fixture
def web(ecs: SimulatedEcs, events: list[Answer]) -> Web:
    return Web(ecs, events)
