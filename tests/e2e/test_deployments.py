"""A deployment that breaks is published by its name, for its tasks too, and so is its rollback."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from taskledger.simulator.api.ecs import SimulatedEcs
from tests.e2e.deployment import Deployment
from tests.e2e.ecs import Cluster
from tests.e2e.subscriber import Subscriber
from tests.support.schema import violations

SERVICE = "payments"
LONGEST = 150  # seconds for a deployment in real time: a task counts as healthy after one minute
SOON = 60  # seconds from the first failed task to the message about it


@dataclass
class Rollout:
    """What ECS reported and what a subscriber heard, in real time."""

    deployment: Deployment
    cluster: Cluster
    programs: Subscriber
    events: list[dict[str, Any]] = field(default_factory=list)
    first_failure: float = 0
    first_message: float = 0

    def until(self, what: str, holds: Callable[[], bool]) -> None:
        """Lets ECS schedule, and gives the ledger each event at once, until it holds."""
        end = time.monotonic() + LONGEST
        while not holds():
            assert time.monotonic() < end, f"waited {LONGEST} s in vain for {what}"
            self._step()

    def heard(self, kind: str) -> list[dict[str, Any]]:
        of_service = (each for each in self.programs.heard if each.get("service") == SERVICE)
        return [each for each in of_service if each["kind"] == kind]

    def reported(self, name: str) -> list[dict[str, Any]]:
        """The deployment events of that name."""
        return [each["detail"] for each in self.events if each["detail"].get("eventName") == name]

    def _step(self) -> None:
        for event in self.cluster.schedule():
            self.events.append(event)
            if event["detail"].get("stopCode") == "TaskFailedToStart":
                self.first_failure = self.first_failure or time.monotonic()
            self.deployment.send(json.dumps(event))
        self.programs.listen()
        if self.heard("DEPLOYMENT_FAILED"):
            self.first_message = self.first_message or time.monotonic()


@pytest.fixture(scope="module")
def rollout(deployment: Deployment, ecs: tuple[SimulatedEcs, str]) -> Iterator[Rollout]:
    """A service whose second revision has an image that is not there, rolled back by the circuit breaker."""
    cluster = Cluster(*ecs, "rollouts")
    programs = Subscriber(deployment, "AlertTopicArn", "rollout")
    found = Rollout(deployment, cluster, programs)
    cluster.create_service(SERVICE, "payments:1")
    found.until("the first deployment", lambda: len(found.reported("SERVICE_DEPLOYMENT_COMPLETED")) == 1)
    deployment.invoke("SweepFunctionName")
    cluster.update_service(SERVICE, "payments:2")
    found.until("the rollback", lambda: len(found.reported("SERVICE_DEPLOYMENT_COMPLETED")) == 2)
    found.until("the end of it", lambda: found.heard("DEPLOYMENT_FAILED")[-1]["type"] == "RESOLVED")
    deployment.settle()
    yield found
    programs.leave()


def test_it_is_published_within_a_minute_of_the_first_failed_task(rollout: Rollout) -> None:
    """The message is of high severity, and names the deployment that all three tasks began with."""
    assert rollout.first_message - rollout.first_failure < SOON
    first = rollout.heard("DEPLOYMENT_FAILED")[0]
    begun, failed, _ = rollout.reported("SERVICE_DEPLOYMENT_IN_PROGRESS")
    assert (first["type"], first["severity"]) == ("OPENED", "high")
    assert first["deployment"]["blame"] == "began_with"
    assert first["deployment"]["deploymentId"] == failed["deploymentId"] != begun["deploymentId"]
    assert list(violations(first)) == []


def test_its_tasks_say_nothing_of_their_own(rollout: Rollout) -> None:
    """The deployment's incident speaks for the failed starts."""
    assert rollout.heard("TASK_FAILED_TO_START") == []


def test_its_rollback_is_published(rollout: Rollout) -> None:
    """The incident is resolved as the rollback is done, and says by what it failed and what runs again."""
    last = rollout.heard("DEPLOYMENT_FAILED")[-1]
    assert (last["type"], last["cause"]) == ("RESOLVED", "CIRCUIT_BREAKER")
    assert last["deployment"]["rolledBackTo"].endswith("payments:1")
    assert last["deployment"]["previousTaskDefinitionArn"].endswith("payments:1")


def test_the_command_shows_what_came_of_it(rollout: Rollout) -> None:
    """Its deployments, newest first: the rollback, the failed one, the first."""
    ran = rollout.deployment.taskledger("show", "--json", f"{rollout.cluster.name}/{SERVICE}")
    assert ran.code == 0, ran.err
    outcomes = [each["outcome"] for each in ran.document["deployments"]]
    assert outcomes == ["COMPLETED", "ROLLED_BACK", "COMPLETED"]
