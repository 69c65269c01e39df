"""Tasks live and die, their events go to the deployed queue, and the deployed ledger holds what ECS says."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.deployment import Deployment
from tests.e2e.ecs import Cluster
from tests.support.values import envelope

SAME = ("lastStatus", "desiredStatus", "version", "stopCode", "stoppedReason", "group", "taskDefinitionArn")


@pytest.fixture(scope="module")
def living(deployment: Deployment, cluster: Cluster) -> dict[str, str]:
    """Tasks that run, as the ledger knows them by then, each by what is to become of it."""
    tasks = {
        "stays": cluster.serve(),
        "scaled in": cluster.serve(),
        "out of memory": cluster.serve(),
        "finishes": cluster.run(),
    }
    deliver(deployment, cluster.take())
    return tasks


@pytest.fixture(scope="module")
def lived(deployment: Deployment, cluster: Cluster, living: dict[str, str]) -> dict[str, str]:
    """The same, after that became of them, and one that never started."""
    open_tasks = {arn for arn, task in deployment.tasks(cluster.name).items() if task["open"]}
    assert open_tasks == set(living.values())
    cluster.scale_in(living["scaled in"])
    cluster.run_out_of_memory(living["out of memory"])
    cluster.finish(living["finishes"])
    tasks = {**living, "never starts": cluster.fail_to_start()}
    deliver(deployment, cluster.take())
    return tasks


def deliver(deployment: Deployment, events: list[dict[str, Any]]) -> None:
    """Sends the events as EventBridge may: in any order, and some of them twice."""
    shaken = [*events, *events[::3]]
    random.Random(7).shuffle(shaken)
    deployment.send(*map(json.dumps, shaken))
    deployment.settle()


def test_the_ledger_is_what_ecs_says(deployment: Deployment, cluster: Cluster, lived: dict[str, str]) -> None:
    """Every task of the cluster that ECS knows, in the state that it describes, and no other."""
    shown, described = deployment.tasks(cluster.name), cluster.described()
    assert shown.keys() == described.keys() == set(lived.values())
    for arn, task in described.items():
        assert {name: shown[arn][name] for name in SAME} == {name: task.get(name) for name in SAME}
        assert exit_codes(shown[arn]) == exit_codes(task)


def exit_codes(task: dict[str, Any]) -> dict[str, int | None]:
    return {container["name"]: container.get("exitCode") for container in task["containers"]}


@pytest.mark.parametrize(
    ("fate", "versions", "finding"),
    [
        ("stays", 3, None),
        ("scaled in", 6, None),
        ("out of memory", 6, ("ESSENTIAL_CONTAINER_FAILED", "OUT_OF_MEMORY")),
        ("finishes", 6, None),
        ("never starts", 3, ("TASK_FAILED_TO_START", "IMAGE_PULL")),
    ],
)
def test_a_task_is_shown(
    deployment: Deployment, lived: dict[str, str], fate: str, versions: int, finding: tuple[str, str] | None
) -> None:
    """By the beginning of its id: with every version of its life, and what was wrong with it."""
    shown = deployment.shown(lived[fate].rsplit("/", 1)[1][:12])
    assert shown["taskArn"] == lived[fate]
    assert shown["versionsSeen"] == list(range(1, versions + 1))
    assert [(found["kind"], found["cause"]) for found in shown["findings"]] == ([finding] if finding else [])


def test_the_same_events_again_change_nothing(
    deployment: Deployment, cluster: Cluster, lived: dict[str, str]
) -> None:
    """Neither an entry nor a row of history, though each event is read and described anew."""
    task = cluster.serve()
    cluster.scale_in(task)
    events = cluster.take()
    deliver(deployment, events)
    before = deployment.rows()
    ran = deployment.taskledger("send", "--json", deployment.save(events))
    assert ran.document["events"] == {"read": len(events), "sent": len(events), "rejected": 0}
    deployment.settle()
    assert deployment.rows() == before


def test_the_rule_lets_them_through(deployment: Deployment, cluster: Cluster) -> None:
    """What ECS emits matches the deployed rule, and what else is on the bus does not."""
    bus = deployment.client("events")
    (rule,) = (
        rule for rule in bus.list_rules()["Rules"] if "Task State Change" in rule.get("EventPattern", "")
    )
    cluster.finish(cluster.run())
    events = cluster.take()
    others = [event | {"detail-type": "ECS Container Instance State Change"} for event in events]

    def matches(event: dict[str, Any]) -> bool:
        answer = bus.test_event_pattern(EventPattern=rule["EventPattern"], Event=json.dumps(event))
        return bool(answer["Result"])

    assert [event for event in events if not matches(event)] == []
    assert [event for event in others if matches(event)] == []


@contextmanager
def time_lapse(deployment: Deployment) -> Iterator[None]:
    """Lets a message that failed come back after a second, rather than after the deployed three minutes."""
    sqs, url = deployment.client("sqs"), deployment.outputs["EventQueueUrl"]
    (deployed,) = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])[
        "Attributes"
    ].values()
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    yield
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": deployed})


def test_poison_ends_in_the_dead_letter_queue(
    deployment: Deployment, cluster: Cluster, lived: dict[str, str]
) -> None:
    """Alone and whole: all that came with it is recorded."""
    poison = ["nönsense", json.dumps(envelope(1) | {"detail-type": "ECS Service Action"}), json.dumps([1])]
    task = cluster.serve()
    bodies = [*map(json.dumps, cluster.take()), *poison]
    random.Random(7).shuffle(bodies)
    with time_lapse(deployment):
        deployment.send(*bodies)
        deployment.settle()
    dead: list[str] = []

    def all_dead() -> bool:
        dead.extend(received(deployment, deployment.outputs["EventDeadLetterQueueUrl"]))
        return len(dead) >= len(poison)

    deployment.wait("the poison to be in the dead-letter queue", all_dead)
    assert sorted(dead) == sorted(poison)
    assert deployment.shown(task)["versionsSeen"] == [1, 2, 3]


def received(deployment: Deployment, url: str) -> list[str]:
    answer = deployment.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]


def test_a_sweep_finds_what_no_event_reported(
    deployment: Deployment, cluster: Cluster, lived: dict[str, str]
) -> None:
    """A task whose events were all lost is in the ledger after the deployed sweep ran."""
    task = cluster.serve()
    cluster.take()
    assert task not in deployment.tasks(cluster.name)
    deployment.invoke("SweepFunctionName")
    shown = deployment.tasks(cluster.name)[task]
    assert (shown["lastStatus"], shown["version"], shown["source"]) == ("RUNNING", 3, "describe")


def test_a_sweep_finds_protection(deployment: Deployment, cluster: Cluster, lived: dict[str, str]) -> None:
    """Which no event says; and that it soon runs out is what is wrong with the task."""
    cluster.protect(lived["stays"], minutes=10)
    deployment.invoke("SweepFunctionName")
    deployment.invoke("WatchFunctionName")
    shown = deployment.shown(lived["stays"])
    assert shown["protection"]["enabled"] is True
    assert [found["kind"] for found in shown["findings"]] == ["PROTECTION_EXPIRING"]
