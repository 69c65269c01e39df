"""The calls of the simulated ECS, through the real boto3 client: requests, limits, failures, errors."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from taskledger.simulator.engine.shapes import Answer
from tests.taskledger.simulator.conftest import CLUSTER_ARN, Shop

UNKNOWN = "arn:aws:ecs:us-east-1:111122223333:task/shop/00000000000000000000000000000000"


def test_a_whole_report_passes_botocores_validation_and_is_described(shop: Shop, client: Any) -> None:
    """SubmitTaskStateChange takes every field of its request."""
    task = shop.run()
    attachment = shop.task(task)["attachments"][0]["id"]
    moment = datetime(2026, 11, 20, 9, 0, 5, tzinfo=UTC)
    bindings = [
        {"bindIP": "0.0.0.0", "containerPort": 80, "hostPort": 32771, "protocol": "tcp"},
        {
            "bindIP": "0.0.0.0",
            "containerPortRange": "8000-8010",
            "hostPortRange": "49152-49162",
            "protocol": "udp",
        },
    ]
    answer = client.submit_task_state_change(
        cluster="shop",
        task=task,
        status="STOPPED",
        reason="Essential container in task exited",
        containers=[
            {
                "containerName": "app",
                "imageDigest": "sha256:" + "a" * 64,
                "runtimeId": "r-1",
                "exitCode": 137,
                "networkBindings": bindings,
                "reason": "OutOfMemoryError: Container killed due to memory usage",
                "status": "STOPPED",
            }
        ],
        attachments=[{"attachmentArn": f"attachment/{attachment}", "status": "DELETED"}],
        managedAgents=[
            {
                "containerName": "app",
                "managedAgentName": "ExecuteCommandAgent",
                "status": "STOPPED",
                "reason": "Received Container Stopped event",
            }
        ],
        pullStartedAt=moment,
        pullStoppedAt=moment,
        executionStoppedAt=moment,
    )
    described = shop.task(task)
    container = described["containers"][0]
    assert answer["acknowledgment"] == "ACK"
    assert {described[name] for name in ("pullStartedAt", "pullStoppedAt", "executionStoppedAt")} == {moment}
    assert (container["imageDigest"], container["runtimeId"], container["exitCode"]) == (
        "sha256:" + "a" * 64,
        "r-1",
        137,
    )
    assert container["networkBindings"] == bindings
    assert container["reason"] == "OutOfMemoryError: Container killed due to memory usage"
    assert container["managedAgents"][0]["reason"] == "Received Container Stopped event"
    assert described["version"] == 2


def test_a_whole_container_report_is_described(shop: Shop, client: Any) -> None:
    """SubmitContainerStateChange takes every field of its request."""
    task = shop.run()
    bindings = [{"containerPortRange": "80-81", "hostPortRange": "8080-8081"}]
    client.submit_container_state_change(
        cluster="shop",
        task=task,
        containerName="app",
        runtimeId="r-1",
        status="STOPPED",
        exitCode=1,
        reason="oops",
        networkBindings=bindings,
    )
    container = shop.task(task)["containers"][0]
    assert (container["runtimeId"], container["lastStatus"], container["exitCode"], container["reason"]) == (
        "r-1",
        "STOPPED",
        1,
        "oops",
    )
    assert container["networkBindings"] == bindings


def test_run_task_echoes_its_request_in_as_many_tasks_as_asked(client: Any) -> None:
    """Group, startedBy, tags and overrides come back; each task has an id of its own."""
    overrides = {"containerOverrides": [{"name": "app", "environment": [{"name": "MODE", "value": "fast"}]}]}
    tasks = client.run_task(
        cluster="shop",
        taskDefinition="batch:3",
        count=3,
        launchType="FARGATE",
        group="nightly",
        startedBy="events-rule/nightly",
        tags=[{"key": "team", "value": "data"}],
        overrides=overrides,
    )["tasks"]
    assert len({task["taskArn"] for task in tasks}) == 3
    for task in tasks:
        assert (task["group"], task["startedBy"]) == ("nightly", "events-rule/nightly")
        assert (task["tags"], task["overrides"]) == ([{"key": "team", "value": "data"}], overrides)
        assert task["taskDefinitionArn"].endswith(":task-definition/batch:3")


def test_overrides_get_into_no_event(shop: Shop, events: list[Answer]) -> None:
    """Environment values of the caller stay in the answers of the API."""
    environment = [{"name": "DATABASE_PASSWORD", "value": "not-a-real-one"}]
    shop.run(overrides={"containerOverrides": [{"name": "app", "environment": environment}]})
    assert events[0]["detail"]["overrides"] == {"containerOverrides": [{"name": "app"}]}


def test_run_task_refuses_the_group_of_a_service(client: Any) -> None:
    """Only the service scheduler starts tasks of a service."""
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.run_task(cluster="shop", taskDefinition="web:7", group="service:web")


@pytest.mark.parametrize("count", [0, 11])
def test_run_task_starts_one_to_ten_tasks(client: Any, count: int) -> None:
    """More need another call."""
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.run_task(cluster="shop", taskDefinition="web:7", count=count)


def test_a_capacity_provider_takes_the_place_of_a_launch_type(client: Any) -> None:
    """FARGATE_SPOT is Fargate, and named in the task."""
    strategy = [{"capacityProvider": "FARGATE_SPOT"}]
    asked = {"cluster": "shop", "taskDefinition": "web:7", "capacityProviderStrategy": strategy}
    task = client.run_task(**asked)["tasks"][0]
    assert (task["launchType"], task["capacityProviderName"]) == ("FARGATE", "FARGATE_SPOT")
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.run_task(**asked, launchType="FARGATE")


def test_start_task_places_one_task_on_each_instance(client: Any, shop: Shop) -> None:
    """Instances are named by id or ARN."""
    tasks = client.start_task(cluster="shop", taskDefinition="web:7", containerInstances=["a1", "b2"])[
        "tasks"
    ]
    assert [task["containerInstanceArn"].rsplit("/", 1)[1] for task in tasks] == ["a1", "b2"]
    assert {(task["lastStatus"], task["launchType"], task["version"]) for task in tasks} == {
        ("PENDING", "EC2", 1)
    }
    assert shop.listed(containerInstance="b2") == [tasks[1]["taskArn"]]


def test_a_task_has_the_containers_of_its_task_definition(client: Any, shop: Shop) -> None:
    """A family alone is its latest revision; a definition that nobody registered has one container, `app`."""
    for image in ("web:1", "web:2"):
        client.register_task_definition(
            family="web", containerDefinitions=[{"name": "nginx", "image": image}]
        )
    latest, unknown = shop.task(shop.run(taskDefinition="web")), shop.task(shop.run(taskDefinition="web:9"))
    assert latest["taskDefinitionArn"].endswith("/web:2")
    assert [(c["name"], c["image"]) for c in latest["containers"]] == [("nginx", "web:2")]
    assert [c["name"] for c in unknown["containers"]] == ["app"]


def test_describe_tasks_answers_ids_and_arns_and_names_what_is_missing(client: Any, shop: Shop) -> None:
    """A task of another cluster is MISSING like one that never was."""
    client.create_cluster(clusterName="other")
    task = shop.run()
    elsewhere = client.run_task(cluster="other", taskDefinition="web:7")["tasks"][0]["taskArn"]
    answer = client.describe_tasks(cluster=CLUSTER_ARN, tasks=[task.rsplit("/", 1)[1], elsewhere, "0" * 32])
    assert [found["taskArn"] for found in answer["tasks"]] == [task]
    assert answer["failures"] == [
        {"arn": elsewhere, "reason": "MISSING"},
        {"arn": UNKNOWN, "reason": "MISSING"},
    ]


def test_describe_tasks_gives_tags_only_when_asked(shop: Shop) -> None:
    """Without `include`, the tags are empty, whatever they are."""
    task = shop.run(tags=[{"key": "team", "value": "web"}])
    assert shop.task(task)["tags"] == []
    assert shop.task(task, include=["TAGS"])["tags"] == [{"key": "team", "value": "web"}]


@pytest.mark.parametrize("count", [0, 101])
def test_describe_tasks_takes_one_to_a_hundred(client: Any, count: int) -> None:
    """More need another call."""
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.describe_tasks(cluster="shop", tasks=["0" * 32] * count)
    assert len(client.describe_tasks(cluster="shop", tasks=["0" * 32] * 100)["failures"]) == 100


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("describe_tasks", {"tasks": ["a"]}),
        ("list_tasks", {}),
        ("run_task", {"taskDefinition": "web:7"}),
        ("start_task", {"taskDefinition": "web:7", "containerInstances": ["a"]}),
        ("stop_task", {"task": "a"}),
        ("submit_task_state_change", {"task": "a"}),
        ("submit_container_state_change", {"task": "a"}),
        ("get_task_protection", {"tasks": ["a"]}),
        ("update_task_protection", {"tasks": ["a"], "protectionEnabled": True}),
        ("delete_cluster", {}),
    ],
)
def test_an_unknown_cluster_is_an_error_of_its_own(client: Any, operation: str, request_: Answer) -> None:
    """boto3 knows it by name."""
    with pytest.raises(client.exceptions.ClusterNotFoundException):
        getattr(client, operation)(cluster="nowhere", **request_)


def test_the_cluster_is_default_unless_named(client: Any) -> None:
    """Which is another cluster than the one meant, more often than not."""
    with pytest.raises(client.exceptions.ClusterNotFoundException):
        client.describe_tasks(tasks=["a"])
    client.create_cluster()
    task = client.run_task(taskDefinition="web:7")["tasks"][0]
    assert task["clusterArn"].endswith(":cluster/default")
    assert client.list_tasks()["taskArns"] == [task["taskArn"]]


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("stop_task", {"task": UNKNOWN}),
        ("submit_task_state_change", {"task": UNKNOWN, "status": "RUNNING"}),
        ("submit_container_state_change", {"task": UNKNOWN, "containerName": "app"}),
        ("submit_task_state_change", {}),
    ],
)
def test_changing_an_unknown_task_is_an_invalid_parameter(
    client: Any, operation: str, request_: Answer
) -> None:
    """ECS has no error for a task that is not found."""
    with pytest.raises(client.exceptions.InvalidParameterException):
        getattr(client, operation)(cluster="shop", **request_)


@pytest.mark.parametrize(
    "report",
    [
        {"status": "FLYING"},
        {"containers": [{"containerName": "nobody", "status": "RUNNING"}]},
        {"containers": [{"containerName": "app", "status": "FLYING"}]},
        {"attachments": [{"attachmentArn": "attachment/none", "status": "ATTACHED"}]},
    ],
)
def test_a_report_of_what_is_not_there_changes_nothing(client: Any, shop: Shop, report: Answer) -> None:
    """A typing error in a test or a script is reported, not swallowed."""
    task = shop.run()
    before = shop.task(task)
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.submit_task_state_change(cluster="shop", task=task, **report)
    assert shop.task(task) == before


def test_clusters_are_described_with_their_counts_and_failures(client: Any, shop: Shop) -> None:
    """MISSING is the only failure."""
    shop.live(shop.run(), "PENDING", "RUNNING")
    shop.run()
    answer = client.describe_clusters(clusters=["shop", "nowhere"])
    (cluster,) = answer["clusters"]
    assert (cluster["clusterArn"], cluster["status"]) == (CLUSTER_ARN, "ACTIVE")
    assert (cluster["runningTasksCount"], cluster["pendingTasksCount"]) == (1, 1)
    assert answer["failures"] == [{"arn": CLUSTER_ARN.replace("shop", "nowhere"), "reason": "MISSING"}]
    assert client.describe_clusters()["failures"][0]["arn"].endswith("cluster/default")


def test_a_cluster_with_live_tasks_is_not_deleted(client: Any, shop: Shop) -> None:
    """Without them it goes, and its tasks with it."""
    task = shop.run()
    with pytest.raises(client.exceptions.ClusterContainsTasksException):
        client.delete_cluster(cluster="shop")
    shop.submit(task, "STOPPED")
    assert client.delete_cluster(cluster="shop")["cluster"]["status"] == "INACTIVE"
    assert client.list_clusters()["clusterArns"] == []


def test_an_operation_that_the_simulator_lacks_is_refused(client: Any) -> None:
    """Nothing goes out to the network instead."""
    with pytest.raises(ClientError, match="UnknownOperationException"):
        client.list_attributes(cluster="shop", targetType="container-instance")
