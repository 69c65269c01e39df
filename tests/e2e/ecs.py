"""Tasks that live and die in the simulated ECS, driven through the real API over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3

from taskledger.simulator.services.outcomes import fails_to_start
from tests.e2e.emulator import REGION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taskledger.simulator.api.ecs import SimulatedEcs

PULL = "CannotPullContainerError: pull image manifest has been retried 1 time(s): repository not found"
SCALE_IN = "Scaling activity initiated by (deployment ecs-svc/0068978569384120015)"
ENDING = ("DEPROVISIONING", "STOPPED")


class Cluster:
    """A cluster, and every event that it has emitted."""

    def __init__(self, ecs: SimulatedEcs, url: str, name: str = "shop") -> None:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        self._client = boto3.client("ecs", REGION, endpoint_url=url, **keys)
        self.arn: str = self._client.create_cluster(clusterName=name)["cluster"]["clusterArn"]
        self.name = name
        self._ecs = ecs
        self.events: list[dict[str, Any]] = []
        ecs.listen(self._hear)

    def take(self) -> list[dict[str, Any]]:
        """The events since this was last asked."""
        taken, self.events = self.events, []
        return taken

    def run(self, definition: str = "nightly-report:3") -> str:
        """A standalone task that runs."""
        asked = {"cluster": self.name, "taskDefinition": definition, "launchType": "FARGATE"}
        return self._started(str(self._client.run_task(**asked)["tasks"][0]["taskArn"]))

    def serve(self, service: str = "checkout") -> str:
        """A task of a service that runs."""
        return self._started(self._ecs.start_service_task(service, f"{service}:42", cluster=self.name))

    def run_out_of_memory(self, task: str) -> None:
        reason = "OutOfMemoryError: Container killed due to memory usage"
        self._end(task, containerName="app", status="STOPPED", exitCode=137, reason=reason)

    def finish(self, task: str) -> None:
        self._end(task, containerName="app", status="STOPPED", exitCode=0)

    def scale_in(self, task: str) -> None:
        self._ecs.scheduler_stop(task, SCALE_IN)
        self._report(task, *ENDING)

    def fail_to_start(self) -> str:
        task = self._ecs.start_service_task("checkout", "checkout:43", cluster=self.name)
        self._report(task, "PENDING")
        self._client.submit_task_state_change(cluster=self.name, task=task, status="STOPPED", reason=PULL)
        return task

    def create_service(self, name: str, definition: str) -> None:
        """A service that rolls back a deployment that fails."""
        breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
        self._client.create_service(
            cluster=self.name,
            serviceName=name,
            taskDefinition=definition,
            desiredCount=3,  # as many failures at once as the circuit breaker takes
            launchType="FARGATE",
            deploymentConfiguration=breaker,
        )

    def update_service(self, name: str, definition: str) -> None:
        """A deployment whose tasks soon fail to start."""
        self._ecs.plan(definition, fails_to_start(after=5))
        self._client.update_service(cluster=self.name, service=name, taskDefinition=definition)

    def schedule(self) -> list[dict[str, Any]]:
        """The events of what the scheduler has done by now."""
        self._ecs.schedule()
        return self.take()

    def protect(self, task: str, minutes: int) -> None:
        asked = {"protectionEnabled": True, "expiresInMinutes": minutes}
        self._client.update_task_protection(cluster=self.name, tasks=[task], **asked)

    def described(self) -> dict[str, dict[str, Any]]:
        """Every task that ECS knows, by ARN."""
        listed = [
            arn
            for status in ("RUNNING", "STOPPED")
            for arn in self._client.list_tasks(cluster=self.name, desiredStatus=status)["taskArns"]
        ]
        found = self._client.describe_tasks(cluster=self.name, tasks=listed)["tasks"]
        return {task["taskArn"]: task for task in found}

    def _hear(self, event: Mapping[str, Any]) -> None:
        if event["detail"]["clusterArn"] == self.arn:
            self.events.append(dict(event))

    def _started(self, task: str) -> str:
        self._report(task, "PENDING", "RUNNING")
        return task

    def _end(self, task: str, **container: Any) -> None:
        report: dict[str, Any] = {"status": "RUNNING", "containers": [container]}
        self._client.submit_task_state_change(cluster=self.name, task=task, **report)
        self._report(task, *ENDING)

    def _report(self, task: str, *statuses: str) -> None:
        for status in statuses:
            self._client.submit_task_state_change(cluster=self.name, task=task, status=status)
