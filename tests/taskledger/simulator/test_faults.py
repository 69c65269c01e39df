"""Faults around the simulated ECS: each is reported as on AWS, and the same seed has the same ones."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.engine.errors import ApiError, server_error, throttled
from taskledger.simulator.faults.api import ApiChance, ApiState, FaultyEcs
from taskledger.simulator.faults.delivery import DeliveryChance, Fate, FaultyDelivery
from tests.taskledger.simulator.conftest import Shop, boto3_client


def refused(client: Any, calls: int) -> list[int]:
    """Which of so many ListTasks calls were refused."""
    found = []
    for number in range(calls):
        try:
            client.list_tasks(cluster="shop")
        except ClientError:
            found.append(number)
    return found


def delivered(clock: Clock, chance: DeliveryChance, tasks: int = 20) -> list[tuple[str, int]]:
    """The (task, version) pairs of that many short lives, in the order of their delivery."""
    ecs, seen = SimulatedEcs(clock), []
    delivery = FaultyDelivery(seen.append, chance, clock)
    ecs.listen(delivery)
    ecs.call("CreateCluster", {})
    for _ in range(tasks):
        run = {"taskDefinition": "web:7", "launchType": "FARGATE"}
        task = ecs.call("RunTask", run)["tasks"][0]["taskArn"]
        for status in ("PENDING", "RUNNING", "STOPPED"):
            ecs.call("SubmitTaskStateChange", {"task": task, "status": status})
    delivery.flush()
    return [(event["detail"]["taskArn"], event["detail"]["version"]) for event in seen]


def test_throttling_is_reported_as_on_aws(ecs: SimulatedEcs) -> None:
    """An error of status 400 that boto3 has no class for."""
    client = boto3_client(FaultyEcs(ecs, ApiChance(throttle={"DescribeTasks": 1})))
    with pytest.raises(ClientError) as caught:
        client.describe_tasks(cluster="shop", tasks=["a"])
    assert caught.value.response["Error"] == {"Code": "ThrottlingException", "Message": "Rate exceeded"}
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert client.list_tasks(cluster="shop")["taskArns"] == []


def test_each_nth_call_of_an_operation_can_be_throttled(ecs: SimulatedEcs) -> None:
    """Counted by operation; `*` stands for all that are not named."""
    client = boto3_client(FaultyEcs(ecs, ApiChance(throttle_every={"*": 3, "ListClusters": 0})))
    for _ in range(4):
        client.list_clusters()
    assert refused(client, 7) == [2, 5]


def test_chance_throttles_the_same_calls_of_the_same_seed(ecs: SimulatedEcs) -> None:
    """Whatever other operations are called between."""

    def run(seed: int, others: int) -> list[int]:
        client = boto3_client(FaultyEcs(ecs, ApiChance(throttle={"ListTasks": 0.3}, seed=seed)))
        for _ in range(others):
            client.list_clusters()
        return refused(client, 40)

    assert run(1, others=0) == run(1, others=5) != run(2, others=0)
    assert 4 < len(run(1, others=0)) < 24


def test_what_is_throttled_is_not_done(ecs: SimulatedEcs) -> None:
    """No task, no event."""
    client = boto3_client(FaultyEcs(ecs, ApiChance(throttle={"*": 1})))
    with pytest.raises(ClientError):
        client.run_task(cluster="shop", taskDefinition="web:7")
    assert ecs.call("ListTasks", {"cluster": "shop"})["taskArns"] == []


def test_the_next_calls_of_an_operation_can_be_made_to_fail(ecs: SimulatedEcs) -> None:
    """With any error, so many times, before any other fault."""
    faulty = FaultyEcs(ecs, ApiChance())
    client = boto3_client(faulty)
    faulty.fail_next("ListTasks", throttled())
    faulty.fail_next("DescribeTasks", server_error(), times=2)
    assert refused(client, 2) == [0]
    for _ in range(2):
        with pytest.raises(client.exceptions.ServerException):
            client.describe_tasks(cluster="shop", tasks=["a"])
    assert client.describe_tasks(cluster="shop", tasks=["a"])["failures"]


def test_a_stale_answer_is_that_of_a_version_before(ecs: SimulatedEcs) -> None:
    """And a task that was not there then is MISSING."""
    shop = Shop(boto3_client(FaultyEcs(ecs, ApiChance(stale=1))))
    task = shop.run()
    assert shop.task(task) == {"arn": task, "reason": "MISSING"}
    shop.live(task, "PENDING", "ACTIVATING", "RUNNING")
    assert (shop.task(task)["version"], shop.task(task)["lastStatus"]) == (2, "PENDING")


def test_a_stale_answer_can_be_some_versions_old(ecs: SimulatedEcs) -> None:
    """No older than it was seen to be."""
    before = ecs.start_service_task("web", "web:7", cluster="shop")
    shop = Shop(boto3_client(FaultyEcs(ecs, ApiChance(stale=1, stale_versions=2))))
    task = shop.run()
    shop.live(task, "PENDING", "RUNNING")
    assert (shop.task(task)["version"], shop.task(before)["version"]) == (1, 1)


def test_a_switched_api_answers_as_when_it_became_stale(ecs: SimulatedEcs) -> None:
    """Also what had changed without a new version; of its cluster, until it is well again."""
    faulty = FaultyEcs(ecs, ApiChance())
    shop = Shop(boto3_client(faulty))
    task = shop.run()
    shop.live(task, "PENDING")
    ecs.set_health(task, "HEALTHY")
    faulty.switch(ApiState.STALE, "shop")
    shop.live(task, "RUNNING")
    ecs.set_health(task, "UNHEALTHY")
    younger = shop.run()
    shown = shop.task(task)
    assert (shown["version"], shown["lastStatus"], shown["healthStatus"]) == (2, "PENDING", "HEALTHY")
    assert shop.task(younger) == {"arn": younger, "reason": "MISSING"}
    faulty.switch(ApiState.WELL, None)
    assert (shop.task(task)["lastStatus"], shop.task(younger)["version"]) == ("RUNNING", 1)


def test_a_switched_api_refuses_the_calls_of_its_cluster(ecs: SimulatedEcs) -> None:
    """By name or ARN; those of others are answered."""
    faulty = FaultyEcs(ecs, ApiChance())
    client = boto3_client(faulty)
    faulty.switch(ApiState.THROTTLED, "shop")
    assert refused(client, 2) == [0, 1]
    with pytest.raises(ClientError):
        client.list_tasks(cluster=client.list_clusters()["clusterArns"][0])
    faulty.switch(ApiState.WELL, "shop")
    assert refused(client, 2) == []


def test_a_cluster_is_also_known_by_what_is_in_it(ecs: SimulatedEcs) -> None:
    """A call that names service deployments is one of their cluster."""
    faulty = FaultyEcs(ecs, ApiChance())
    faulty.switch(ApiState.THROTTLED, "shop")
    of_shop = "arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/web/0123456789abcdefghijk"
    with pytest.raises(ApiError, match="ThrottlingException"):
        faulty.call("DescribeServiceDeployments", {"serviceDeploymentArns": [of_shop]})
    other = {"serviceDeploymentArns": [of_shop.replace("shop", "batch"), "none"]}
    assert len(faulty.call("DescribeServiceDeployments", other)["failures"]) == 2


@pytest.mark.parametrize(
    ("fate", "at_once", "flushed"),
    [(Fate.DELIVERED, 1, 0), (Fate.DOUBLED, 2, 0), (Fate.LOST, 0, 0), (Fate.HELD, 0, 1)],
)
def test_events_can_be_given_one_fate(clock: Clock, fate: Fate, at_once: int, flushed: int) -> None:
    """What is held waits for `flush`, however late it is."""
    ecs, seen = SimulatedEcs(clock), []
    delivery = FaultyDelivery(seen.append, fate, clock)
    ecs.listen(delivery)
    ecs.call("CreateCluster", {})
    ecs.call("RunTask", {"taskDefinition": "web:7"})
    clock.advance(1e6)
    delivery.release()
    assert len(seen) == at_once
    delivery.flush()
    assert len(seen) == at_once + flushed


def test_without_faults_events_are_delivered_as_they_come(clock: Clock) -> None:
    """Each once, in order."""
    events = delivered(clock, DeliveryChance())
    assert (len(set(events)), events) == (80, [(task, version) for task, version in dict.fromkeys(events)])
    assert [version for _, version in events] == [1, 2, 3, 4] * 20


def test_dropped_events_never_come(clock: Clock) -> None:
    """The others come as they are."""
    events, all_events = delivered(clock, DeliveryChance(drop=0.25)), delivered(clock, DeliveryChance())
    assert 40 < len(events) < 75
    assert events == [event for event in all_events if event in events]


def test_doubled_events_come_twice(clock: Clock) -> None:
    """With the same version, and none is lost."""
    events = delivered(clock, DeliveryChance(duplicate=0.5))
    assert set(events) == set(delivered(clock, DeliveryChance()))
    assert 100 < len(events) < 140


def test_reordered_events_come_after_later_ones(clock: Clock) -> None:
    """All of them, each once."""
    events, in_order = delivered(clock, DeliveryChance(reorder=0.5)), delivered(clock, DeliveryChance())
    assert events != in_order
    assert sorted(events) == sorted(in_order)


def test_late_events_come_when_the_clock_says_so(clock: Clock) -> None:
    """At the first event after their time, by `release`, or by `flush`."""
    ecs, seen = SimulatedEcs(clock), []
    delivery = FaultyDelivery(seen.append, DeliveryChance(delay=1, delay_seconds=60), clock)
    ecs.listen(delivery)
    ecs.call("CreateCluster", {})
    ecs.call("RunTask", {"taskDefinition": "web:7"})
    delivery.release()
    assert seen == []
    clock.advance(60)
    delivery.release()
    assert len(seen) == 1


def test_the_same_seed_has_the_same_faults(clock: Clock) -> None:
    """Another has others."""

    def run(seed: int) -> list[tuple[str, int]]:
        return delivered(clock, DeliveryChance(drop=0.1, duplicate=0.2, reorder=0.3, delay=0.1, seed=seed))

    assert run(1) == run(1) != run(2)
