"""How tasks live in the simulated ECS: what counts as a version, and what becomes of them."""

from datetime import timedelta
from typing import Any

import pytest

from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.engine.shapes import Answer
from tests.taskledger.simulator.conftest import Shop

FARGATE_UP = ("PENDING", "ACTIVATING", "RUNNING")
FARGATE_DOWN = ("DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")


def shown(events: list[Answer]) -> list[tuple[int, str, str]]:
    return [
        (event["detail"]["version"], event["detail"]["lastStatus"], event["detail"]["desiredStatus"])
        for event in events
    ]


def test_a_fargate_life_has_six_versions_and_six_events(
    shop: Shop, client: Any, events: list[Answer]
) -> None:
    """ACTIVATING, DEACTIVATING and STOPPING are passed through, but count for nothing."""
    task = shop.run()
    shop.live(task, *FARGATE_UP)
    client.stop_task(cluster="shop", task=task)
    shop.live(task, *FARGATE_DOWN)
    assert shown(events) == [
        (1, "PROVISIONING", "RUNNING"),
        (2, "PENDING", "RUNNING"),
        (3, "RUNNING", "RUNNING"),
        (4, "RUNNING", "STOPPED"),
        (5, "DEPROVISIONING", "STOPPED"),
        (6, "STOPPED", "STOPPED"),
    ]
    assert shop.task(task)["version"] == 6


@pytest.mark.parametrize("status", ["ACTIVATING", "DEACTIVATING", "STOPPING"])
def test_a_passing_status_is_described_at_the_version_before(
    shop: Shop, events: list[Answer], status: str
) -> None:
    """DescribeTasks says a status that no event says, at the version of the last event."""
    task = shop.run()
    shop.live(task, "PENDING", status)
    described = shop.task(task)
    assert (described["lastStatus"], described["version"], len(events)) == (status, 2, 2)


def test_an_ec2_life_begins_at_pending(shop: Shop, client: Any, events: list[Answer]) -> None:
    """On EC2 there is no network interface to provision."""
    task = shop.run("EC2")
    shop.live(task, "RUNNING")
    client.stop_task(cluster="shop", task=task)
    shop.live(task, "STOPPED")
    assert shown(events) == [
        (1, "PENDING", "RUNNING"),
        (2, "RUNNING", "RUNNING"),
        (3, "RUNNING", "STOPPED"),
        (4, "STOPPED", "STOPPED"),
    ]


@pytest.mark.parametrize("statuses", [("PENDING",), ("PENDING", "RUNNING"), ("RUNNING",)])
def test_the_network_interface_comes_and_goes_with_the_task(shop: Shop, statuses: tuple[str, ...]) -> None:
    """ECS makes it itself on Fargate, and says it with the task's own changes."""
    task = shop.run()
    before = shop.task(task)
    shop.live(task, *statuses)
    there = shop.task(task)
    shop.live(task, "STOPPED")
    after = shop.task(task)
    assert [t["attachments"][0]["status"] for t in (before, there, after)] == [
        "PRECREATED",
        "ATTACHED",
        "DELETED",
    ]
    details = {detail["name"]: detail["value"] for detail in there["attachments"][0]["details"]}
    assert details.keys() == {"subnetId", "networkInterfaceId", "privateIPv4Address"}
    assert there["containers"][0]["networkInterfaces"] == [
        {
            "attachmentId": there["attachments"][0]["id"],
            "privateIpv4Address": details["privateIPv4Address"],
        }
    ]


def test_each_moment_of_a_life_is_the_clocks(shop: Shop, client: Any, clock: Clock) -> None:
    """createdAt, startedAt, stoppingAt, executionStoppedAt and stoppedAt are when ECS came to know."""
    task = shop.run()
    for status in ("PENDING", "RUNNING", None, "DEPROVISIONING", "STOPPED"):
        clock.advance(10)
        shop.submit(task, status) if status else client.stop_task(cluster="shop", task=task)
    described, start = shop.task(task), clock.now - timedelta(seconds=50)
    fields = ("createdAt", "connectivityAt", "startedAt", "stoppingAt", "executionStoppedAt", "stoppedAt")
    assert [(described[field] - start).total_seconds() for field in fields] == [0, 10, 20, 30, 40, 50]


def test_a_task_never_moves_backwards(shop: Shop, events: list[Answer]) -> None:
    """A late report of an earlier status changes nothing."""
    task = shop.run()
    shop.live(task, "PENDING", "RUNNING", "PENDING")
    assert (shop.task(task)["lastStatus"], len(events)) == ("RUNNING", 3)


def test_a_report_that_brings_nothing_new_is_no_version(shop: Shop, events: list[Answer]) -> None:
    """The same report twice is one version."""
    task = shop.run()
    for _ in range(2):
        shop.submit(task, "PENDING", containers=[{"containerName": "app", "runtimeId": "r-1"}])
    assert (shop.task(task)["version"], len(events)) == (2, 2)


def test_a_containers_change_is_a_version_at_the_same_status(
    shop: Shop, client: Any, events: list[Answer]
) -> None:
    """Several events with the same lastStatus are normal."""
    task = shop.run()
    shop.live(task, "PENDING")
    client.submit_container_state_change(
        cluster="shop", task=task, containerName="app", runtimeId="r-1", status="RUNNING"
    )
    assert shown(events)[1:] == [(2, "PENDING", "RUNNING"), (3, "PENDING", "RUNNING")]
    assert shop.task(task)["containers"][0]["runtimeId"] == "r-1"


def test_an_attachments_change_is_a_version(shop: Shop, client: Any, events: list[Answer]) -> None:
    """The agent names the attachment by its ARN, ECS by the id in it."""
    task = shop.run()
    attachment = shop.task(task)["attachments"][0]["id"]
    arn = f"arn:aws:ecs:us-east-1:111122223333:attachment/shop/{attachment}"
    client.submit_task_state_change(
        cluster="shop", task=task, attachments=[{"attachmentArn": arn, "status": "ATTACHED"}]
    )
    assert events[-1]["detail"]["attachments"][0]["status"] == "ATTACHED"
    assert events[-1]["detail"]["version"] == 2


def test_a_managed_agents_change_is_described_but_no_version(
    shop: Shop, client: Any, events: list[Answer]
) -> None:
    """Health, tags, pull times and managed agents come with the next version that something else makes."""
    task = shop.run()
    agent = {"containerName": "app", "managedAgentName": "ExecuteCommandAgent", "status": "RUNNING"}
    client.submit_task_state_change(cluster="shop", task=task, managedAgents=[agent])
    agents = shop.task(task)["containers"][0]["managedAgents"]
    assert [(agent["name"], agent["lastStatus"]) for agent in agents] == [("ExecuteCommandAgent", "RUNNING")]
    assert len(events) == 1


def test_an_essential_containers_end_is_ecss_wish_that_the_task_stop(
    shop: Shop, events: list[Answer]
) -> None:
    """One version says both: the container's exit code, and desiredStatus STOPPED with its stop code."""
    task = shop.run()
    shop.live(task, "PENDING", "RUNNING")
    shop.submit(task, "RUNNING", containers=[{"containerName": "app", "status": "STOPPED", "exitCode": 137}])
    detail = events[-1]["detail"]
    assert (detail["version"], detail["lastStatus"], detail["desiredStatus"]) == (4, "RUNNING", "STOPPED")
    assert (detail["stopCode"], detail["stoppedReason"]) == (
        "EssentialContainerExited",
        "Essential container in task exited",
    )
    assert detail["containers"][0]["exitCode"] == 137


def test_a_task_goes_on_without_an_inessential_container(shop: Shop, client: Any) -> None:
    """What is essential stands in the task definition."""
    sidecar = {"name": "sidecar", "image": "sidecar:1", "essential": False}
    client.register_task_definition(
        family="web", containerDefinitions=[{"name": "app", "image": "web:1"}, sidecar]
    )
    task = shop.run(taskDefinition="web")
    shop.live(task, "PENDING", "RUNNING")
    shop.submit(
        task, "RUNNING", containers=[{"containerName": "sidecar", "status": "STOPPED", "exitCode": 0}]
    )
    described = shop.task(task)
    assert (described["desiredStatus"], described["version"]) == ("RUNNING", 4)
    assert [container["lastStatus"] for container in described["containers"]] == ["RUNNING", "STOPPED"]


def test_a_task_that_never_ran_failed_to_start(shop: Shop) -> None:
    """The agent's reason is the task's stoppedReason."""
    task = shop.run()
    reason = "CannotPullContainerError: pull image manifest has been retried 1 time(s)"
    shop.submit(task, "STOPPED", reason=reason)
    described = shop.task(task)
    assert (described["stopCode"], described["stoppedReason"]) == ("TaskFailedToStart", reason)
    assert "startedAt" not in described
    assert "exitCode" not in described["containers"][0]


def test_stop_task_on_a_provisioning_task_answers_version_two(shop: Shop, client: Any) -> None:
    """The answer is the task after the wish: still PROVISIONING, and with its stop code."""
    task = client.stop_task(cluster="shop", task=shop.run())["task"]
    assert (task["version"], task["lastStatus"], task["desiredStatus"]) == (2, "PROVISIONING", "STOPPED")
    assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "Task stopped by user")


def test_the_first_reason_to_stop_stands(
    shop: Shop, client: Any, ecs: SimulatedEcs, events: list[Answer]
) -> None:
    """A second wish is no version."""
    task = shop.run()
    client.stop_task(cluster="shop", task=task, reason="custodian policy")
    ecs.interrupt(task, "SpotInterruption", "Your Spot Task was interrupted.")
    described = shop.task(task)
    assert (described["stoppedReason"], described["version"]) == ("custodian policy", 2)


def test_stop_task_deletes_the_tags(shop: Shop, client: Any) -> None:
    """Tags must be read before a stop."""
    task = shop.run(tags=[{"key": "team", "value": "web"}])
    before = shop.task(task, include=["TAGS"])["tags"]
    client.stop_task(cluster="shop", task=task)
    assert (before, shop.task(task, include=["TAGS"])["tags"]) == ([{"key": "team", "value": "web"}], [])


def test_the_scheduler_starts_and_stops_the_tasks_of_a_service(shop: Shop, ecs: SimulatedEcs) -> None:
    """Such tasks bear the service's group, the deployment's id and the scheduler's stop code."""
    task = ecs.start_service_task("web", "web:7", cluster="shop", started_by="ecs-svc/0068978569384120015")
    ecs.scheduler_stop(task, "Scaling activity initiated by (deployment ecs-svc/0068978569384120015)")
    described = shop.task(task)
    assert (described["group"], described["startedBy"]) == ("service:web", "ecs-svc/0068978569384120015")
    assert described["stopCode"] == "ServiceSchedulerInitiated"


def test_a_spot_warning_is_a_running_task_that_is_to_stop(
    shop: Shop, ecs: SimulatedEcs, events: list[Answer]
) -> None:
    """Capacity going away is reported like any other wish."""
    task = shop.run()
    shop.live(task, "PENDING", "RUNNING")
    ecs.interrupt(task, "SpotInterruption", "Your Spot Task was interrupted.")
    assert shown(events)[-1] == (4, "RUNNING", "STOPPED")
    assert events[-1]["detail"]["stopCode"] == "SpotInterruption"


def test_a_stopped_task_is_forgotten_after_an_hour(shop: Shop, clock: Clock) -> None:
    """Then DescribeTasks says MISSING, and ListTasks nothing."""
    task = shop.run()
    shop.submit(task, "STOPPED")
    clock.advance(3599)
    assert (shop.task(task)["lastStatus"], shop.listed(desiredStatus="STOPPED")) == ("STOPPED", [task])
    clock.advance(1)
    assert shop.task(task) == {"arn": task, "reason": "MISSING"}
    assert shop.listed(desiredStatus="STOPPED") == []


def test_health_is_described_but_no_version_and_no_event(
    shop: Shop, ecs: SimulatedEcs, events: list[Answer]
) -> None:
    """At an equal version the API knows more than the event."""
    task = shop.run()
    ecs.set_health(task, "UNHEALTHY")
    described = shop.task(task)
    assert (described["healthStatus"], described["version"], len(events)) == ("UNHEALTHY", 1, 1)
    assert described["containers"][0]["healthStatus"] == "UNHEALTHY"


def test_the_clock_never_goes_back(clock: Clock) -> None:
    """An earlier moment leaves it where it is."""
    now = clock.now
    clock.move_to(now - timedelta(hours=1))
    assert clock.now == now
