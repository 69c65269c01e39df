"""What the simulated ECS sends its listeners, and what it learns from the events of others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.parsing.answer import parse_described_task
from reconciler.parsing.event import parse_task_event
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.engine.shapes import Answer
from tests.taskledger.simulator.conftest import Shop, boto3_client

FOREIGN = "arn:aws-cn:ecs:cn-north-1:444455556666:cluster/orders"


@pytest.fixture
def detail() -> Answer:
    """A task as an event of another account reports it, with what nobody knows yet."""
    arn = "arn:aws-cn:ecs:cn-north-1:444455556666:task/orders/1f2e3d4c5b6a79880000000000000001"
    return {
        "attachments": [{"id": "a-1", "type": "eni", "status": "ATTACHED", "details": []}],
        "clusterArn": FOREIGN,
        "containers": [
            {
                "name": "app",
                "lastStatus": "RUNNING",
                "cpu": "null",
                "taskArn": arn,
                "managedAgents": [{"name": "ExecuteCommandAgent", "status": "RUNNING"}],
            }
        ],
        "createdAt": "2026-11-20T09:14:02.33Z",
        "startedAt": "2026-11-20T09:14:44Z",
        "desiredStatus": "RUNNING",
        "group": "service:orders",
        "lastStatus": "RUNNING",
        "launchType": "MANAGED_INSTANCES",
        "overrides": {"containerOverrides": [{"environment": [{"name": "KEY", "value": "not-a-real-one"}]}]},
        "somethingNew": {"of": ["a", "shape"]},
        "taskArn": arn,
        "taskDefinitionArn": "arn:aws-cn:ecs:cn-north-1:444455556666:task-definition/orders:12",
        "updatedAt": "2026-11-20T09:14:44.123Z",
        "version": 3,
    }


@pytest.fixture
def described(client: Any, detail: Answer) -> Callable[..., Any]:
    return lambda: client.describe_tasks(cluster=FOREIGN, tasks=[detail["taskArn"]])


def test_an_event_has_the_envelope_and_the_shape_of_eventbridge(
    shop: Shop, clock: Clock, events: list[Answer]
) -> None:
    """Whole seconds outside, milliseconds inside; attachments are called eni; no tags, no health."""
    clock.advance(2.345)
    task = shop.run(tags=[{"key": "team", "value": "web"}])
    (event,) = events
    detail = event.pop("detail")
    assert len(event.pop("id")) == 36
    assert event == {
        "version": "0",
        "detail-type": "ECS Task State Change",
        "source": "aws.ecs",
        "account": "111122223333",
        "time": "2026-11-20T09:00:02Z",
        "region": "us-east-1",
        "resources": [task],
    }
    assert (detail["createdAt"], detail["updatedAt"]) == ("2026-11-20T09:00:02.345Z",) * 2
    assert (detail["version"], detail["attachments"][0]["type"]) == (1, "eni")
    assert not {"tags", "healthStatus", "platformFamily"} & (detail.keys() | detail["containers"][0].keys())


def test_the_managed_agents_of_an_event_have_another_name_for_their_status(
    shop: Shop, client: Any, events: list[Answer]
) -> None:
    """`status` in events, `lastStatus` in the API."""
    agent = {"containerName": "app", "managedAgentName": "ExecuteCommandAgent", "status": "RUNNING"}
    client.submit_task_state_change(cluster="shop", task=shop.run(), status="PENDING", managedAgents=[agent])
    assert events[-1]["detail"]["containers"][0]["managedAgents"] == [
        {"name": "ExecuteCommandAgent", "status": "RUNNING"}
    ]


def test_the_reconciler_reads_the_same_task_from_an_event_and_from_describe_tasks(
    shop: Shop, events: list[Answer]
) -> None:
    """But for health, platform family and tags, which events don't say."""
    task = shop.run()
    shop.live(task, "PENDING", "RUNNING", "STOPPED")
    from_event = parse_task_event(events[-1]).state
    from_api = parse_described_task(shop.task(task))
    assert from_event == replace(from_api, platform_family=None)


def test_the_same_seed_and_calls_make_the_same_events(clock: Clock) -> None:
    """To the byte, ids and all; another seed makes other ids."""

    def lived(seed: int) -> str:
        ecs = SimulatedEcs(clock, seed=seed)
        events = []
        ecs.listen(events.append)
        ecs.call("CreateCluster", {})
        task = ecs.call("RunTask", {"taskDefinition": "web:7", "launchType": "FARGATE"})["tasks"][0]
        ecs.call("SubmitTaskStateChange", {"task": task["taskArn"], "status": "PENDING"})
        return repr(events)

    assert lived(1) == lived(1) != lived(2)


def test_a_listener_may_ask_ecs_itself(ecs: SimulatedEcs, shop: Shop, client: Any) -> None:
    """It finds the task as the event has it."""
    versions = []

    def listen(event: Answer) -> None:
        shown = event["detail"]
        described = client.describe_tasks(cluster=shown["clusterArn"], tasks=[shown["taskArn"]])
        versions.append((shown["version"], described["tasks"][0]["version"]))

    ecs.listen(listen)
    shop.live(shop.run(), "PENDING")
    assert versions == [(1, 1), (2, 2)]


def test_what_is_learnt_is_described_in_the_shape_of_the_api(
    ecs: SimulatedEcs, detail: Answer, described: Callable[..., Any]
) -> None:
    """Any account, partition, launch type and unknown field; never the overrides."""
    assert ecs.learn(detail)
    (task,) = described()["tasks"]
    assert task["createdAt"] == datetime(2026, 11, 20, 9, 14, 2, 330000, tzinfo=UTC)
    assert (task["version"], task["launchType"]) == (3, "MANAGED_INSTANCES")
    assert task["attachments"][0]["type"] == "ElasticNetworkInterface"
    assert task["containers"][0]["managedAgents"][0]["lastStatus"] == "RUNNING"
    assert "overrides" not in task
    assert (
        parse_described_task(task).containers
        == parse_task_event(
            {"source": "aws.ecs", "detail-type": "ECS Task State Change", "detail": detail}
        ).state.containers
    )


def test_what_is_learnt_is_listed_with_its_cluster(ecs: SimulatedEcs, client: Any, detail: Answer) -> None:
    """As if it had always been there."""
    ecs.learn(detail)
    asked = {"cluster": FOREIGN, "serviceName": "orders"}
    assert client.list_tasks(**asked)["taskArns"] == [detail["taskArn"]]
    assert FOREIGN in client.list_clusters()["clusterArns"]
    assert client.get_task_protection(cluster=FOREIGN, tasks=[detail["taskArn"]])["protectedTasks"]


@pytest.mark.parametrize("version", [2, 3])
def test_only_a_higher_version_is_learnt(
    ecs: SimulatedEcs, detail: Answer, described: Callable[..., Any], version: int
) -> None:
    """The same or a lower one changes nothing."""
    ecs.learn(detail)
    assert not ecs.learn({**detail, "version": version, "lastStatus": "PENDING"})
    assert described()["tasks"][0]["lastStatus"] == "RUNNING"
    assert ecs.learn({**detail, "version": 9, "desiredStatus": "STOPPED"})
    assert described()["tasks"][0]["version"] == 9


def test_what_is_learnt_makes_no_event(ecs: SimulatedEcs, detail: Answer, events: list[Answer]) -> None:
    """Its own event was reported by another."""
    ecs.learn(detail)
    assert events == []


def test_a_learnt_task_lives_on(
    ecs: SimulatedEcs, client: Any, detail: Answer, described: Callable[..., Any], events: list[Answer]
) -> None:
    """It can be stopped and reported of like any other, from the version that was learnt."""
    ecs.learn(detail)
    client.stop_task(cluster=FOREIGN, task=detail["taskArn"])
    client.submit_task_state_change(cluster=FOREIGN, task=detail["taskArn"], status="STOPPED")
    assert [event["detail"]["version"] for event in events] == [4, 5]
    assert events[-1]["detail"]["attachments"][0]["type"] == "eni"
    assert events[-1]["account"] == "444455556666"
    assert described()["tasks"][0]["lastStatus"] == "STOPPED"


def test_a_learnt_stop_is_forgotten_an_hour_after_it(
    ecs: SimulatedEcs, clock: Clock, detail: Answer, described: Callable[..., Any]
) -> None:
    """And stays so: a late event of the same life doesn't bring it back."""
    stopped = {**detail, "version": 6, "lastStatus": "STOPPED", "stoppedAt": "2026-11-20T09:30:00.5Z"}
    ecs.learn(stopped)
    clock.move_to(datetime(2026, 11, 20, 10, 30, tzinfo=UTC))
    assert described()["tasks"][0]["version"] == 6
    clock.advance(0.5)
    assert described()["failures"] == [{"arn": detail["taskArn"], "reason": "MISSING"}]
    assert not ecs.learn(detail)
    assert described()["tasks"] == []


@pytest.mark.parametrize(
    "odd",
    [
        {"containers": None, "attachments": None},
        {"containers": [], "group": None},
        {"lastStatus": "HIBERNATED", "desiredStatus": "ASLEEP"},
        {"stoppedAt": "never", "lastStatus": "STOPPED"},
        {"startedAt": 1763630084.5},
    ],
)
def test_oddly_reported_tasks_are_learnt_too(
    ecs: SimulatedEcs, detail: Answer, described: Callable[..., Any], odd: Answer
) -> None:
    """Null parts, no parts, statuses that nobody knows, epoch times."""
    ecs.learn({**detail, **odd})
    (task,) = described()["tasks"]
    assert task["lastStatus"] == odd.get("lastStatus", "RUNNING")


def test_a_time_that_is_none_is_left_out(
    ecs: SimulatedEcs, detail: Answer, described: Callable[..., Any]
) -> None:
    """The client would fail on it."""
    ecs.learn({**detail, "createdAt": "yesterday"})
    assert "createdAt" not in described()["tasks"][0]


def test_a_little_reported_task_is_learnt(ecs: SimulatedEcs, client: Any) -> None:
    """ARN, cluster, version and status are all it takes, to be described and to live on."""
    arn = FOREIGN.replace(":cluster/orders", ":task/3f0b1c2d-aaaa-bbbb-cccc-000000000001")
    shown = {"taskArn": arn, "clusterArn": FOREIGN, "version": 1, "lastStatus": "PENDING"}
    ecs.learn(shown)
    (described,) = client.describe_tasks(cluster=FOREIGN, tasks=[arn])["tasks"]
    assert described == {**shown, "attachments": [], "containers": [], "tags": []}
    client.submit_task_state_change(cluster=FOREIGN, task=arn, status="STOPPED")
    (described,) = client.describe_tasks(cluster=FOREIGN, tasks=[arn])["tasks"]
    assert (described["version"], described["stopCode"]) == (2, "TaskFailedToStart")


def test_clients_of_one_ecs_see_the_same_tasks(ecs: SimulatedEcs, shop: Shop) -> None:
    """The state is the control plane's, not the client's."""
    task = shop.run()
    assert boto3_client(ecs).list_tasks(cluster="shop")["taskArns"] == [task]
