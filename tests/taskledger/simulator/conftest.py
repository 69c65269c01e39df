"""A simulated ECS with one cluster, `shop`, and the real boto3 client on it."""

from typing import Any

import boto3
import pytest
from botocore.config import Config

from taskledger.simulator.api.client import connect
from taskledger.simulator.api.ecs import Ecs, SimulatedEcs
from taskledger.simulator.engine.clock import Clock

ONE_TRY = Config(retries={"total_max_attempts": 1})
CLUSTER_ARN = "arn:aws:ecs:us-east-1:111122223333:cluster/shop"


def boto3_client(ecs: Ecs, config: Config = ONE_TRY) -> Any:
    client = boto3.client(
        "ecs",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=config,
    )
    connect(client, ecs)
    return client


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ecs(clock: Clock) -> SimulatedEcs:
    ecs = SimulatedEcs(clock)
    ecs.call("CreateCluster", {"clusterName": "shop"})
    return ecs


@pytest.fixture
def client(ecs: SimulatedEcs) -> Any:
    return boto3_client(ecs)


@pytest.fixture
def events(ecs: SimulatedEcs) -> list[dict[str, Any]]:
    """The events that the simulated ECS has emitted so far."""
    seen: list[dict[str, Any]] = []
    ecs.listen(seen.append)
    return seen


class Shop:
    """What the tests of the simulator say of the cluster `shop` again and again."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def run(self, launch_type: str = "FARGATE", **request: Any) -> str:
        asked = {"cluster": "shop", "taskDefinition": "web:7", "launchType": launch_type, **request}
        return str(self._client.run_task(**asked)["tasks"][0]["taskArn"])

    def submit(self, task: str, status: str, **report: Any) -> None:
        self._client.submit_task_state_change(cluster="shop", task=task, status=status, **report)

    def live(self, task: str, *statuses: str) -> None:
        for status in statuses:
            self.submit(task, status)

    def task(self, task: str, **request: Any) -> dict[str, Any]:
        """What DescribeTasks says of the task; its failure if that is all."""
        described = self._client.describe_tasks(cluster="shop", tasks=[task], **request)
        found: dict[str, Any] = [*described["tasks"], *described["failures"]][0]
        return found

    def listed(self, **request: Any) -> list[str]:
        return list(self._client.list_tasks(cluster="shop", **request)["taskArns"])


@pytest.fixture
def shop(client: Any) -> Shop:
    return Shop(client)
