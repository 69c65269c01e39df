"""The two ways to the simulated ECS: the boto3 hook in process, and HTTP."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from taskledger.simulator.api.client import connect
from taskledger.simulator.api.dispatch import TARGET_PREFIX, respond
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.api.server import EcsServer
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.engine.errors import throttled
from taskledger.simulator.faults.api import ApiChance, FaultyEcs
from tests.taskledger.simulator.conftest import CLUSTER_ARN, ONE_TRY, boto3_client

CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}


@pytest.fixture
def server(ecs: SimulatedEcs) -> Iterator[EcsServer]:
    with EcsServer(ecs) as server:
        yield server


@pytest.fixture
def remote(server: EcsServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client that finds the server as users do, by the environment."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECS", server.url)
    client = boto3.client("ecs", config=ONE_TRY, **CREDENTIALS)
    yield client
    client.close()


def test_a_connected_session_lends_the_hook_to_its_clients(ecs: SimulatedEcs) -> None:
    """Those that are made from then on."""
    session = boto3.Session(**CREDENTIALS)
    connect(session, ecs)
    assert session.client("ecs").list_clusters()["clusterArns"] == [CLUSTER_ARN]


def test_beside_moto_only_ecs_is_ours(ecs: SimulatedEcs) -> None:
    """Moto answers the rest, and never hears of what we answer."""
    with mock_aws():
        session = boto3.Session(**CREDENTIALS)
        connect(session, ecs)
        ours, motos = session.client("ecs"), boto3.client("ecs", **CREDENTIALS)
        ours.create_cluster(clusterName="more")
        task = ecs.start_service_task("web", "web:7", cluster="more")
        answer = ours.get_task_protection(cluster="more", tasks=[task])  # moto has no such operation
        assert answer["protectedTasks"] == [{"taskArn": task, "protectionEnabled": False}]
        assert motos.list_clusters()["clusterArns"] == []
        assert session.client("sqs").create_queue(QueueName="q")["QueueUrl"].endswith("/q")


def test_an_error_is_botocores_own(ecs: SimulatedEcs) -> None:
    """Code, message, status and request id are where every handler of errors looks for them."""
    client = boto3_client(ecs)
    with pytest.raises(client.exceptions.ClusterNotFoundException) as caught:
        client.list_tasks(cluster="nowhere")
    response = caught.value.response
    assert response["Error"] == {"Code": "ClusterNotFoundException", "Message": "Cluster not found."}
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["ResponseMetadata"]["RequestId"]


def test_a_task_lives_over_http_too(remote: Any, ecs: SimulatedEcs, clock: Clock) -> None:
    """Same control plane, same answers."""
    task = remote.run_task(cluster="shop", taskDefinition="web:7", launchType="FARGATE")["tasks"][0]
    clock.advance(1.5)
    remote.submit_task_state_change(cluster="shop", task=task["taskArn"], status="PENDING")
    over_http = remote.describe_tasks(cluster="shop", tasks=[task["taskArn"]])["tasks"]
    in_process = boto3_client(ecs).describe_tasks(cluster="shop", tasks=[task["taskArn"]])["tasks"]
    assert over_http == in_process
    assert over_http[0]["connectivityAt"] == clock.now


def test_errors_come_over_http_too(remote: Any) -> None:
    """With their names."""
    with pytest.raises(remote.exceptions.ClusterNotFoundException):
        remote.list_tasks(cluster="nowhere")


def test_many_threads_can_share_one_ecs(server: EcsServer, ecs: SimulatedEcs) -> None:
    """Nothing is lost, and each task has its own id."""

    def run() -> None:
        client = boto3.client("ecs", endpoint_url=server.url, **CREDENTIALS)
        for _ in range(5):
            client.run_task(cluster="shop", taskDefinition="web:7", count=4)
        client.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ecs.call("ListTasks", {"cluster": "shop"})["taskArns"])) == 80


@pytest.mark.parametrize("body", [b"not JSON", b"[]", b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_request_is_refused(ecs: SimulatedEcs, body: bytes) -> None:
    """Whatever sent it."""
    reply = respond(ecs, TARGET_PREFIX + "ListTasks", body)
    assert (reply.status, json.loads(reply.body)["__type"]) == (400, "SerializationException")


def test_the_same_request_has_the_same_reply(ecs: SimulatedEcs) -> None:
    """To the byte, request id and all."""
    assert respond(ecs, TARGET_PREFIX + "ListClusters", b"{}") == respond(
        ecs, TARGET_PREFIX + "ListClusters", b"{}"
    )


def test_botocore_retries_as_it_does_on_aws(ecs: SimulatedEcs) -> None:
    """A throttled call is tried again, and succeeds unseen by its caller."""
    faulty = FaultyEcs(ecs, ApiChance())
    faulty.fail_next("ListClusters", throttled())
    answer = boto3_client(faulty, config=None).list_clusters()
    assert (answer["clusterArns"], answer["ResponseMetadata"]["RetryAttempts"]) == ([CLUSTER_ARN], 1)
