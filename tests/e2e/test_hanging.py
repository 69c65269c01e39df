"""ECS, then SNS, then both take connections and never answer: nothing is lost, and nothing comes twice.

Incidents hardly wait for the real clock here: `pass_time` moves their times back instead.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from reconciler.incidents.facts.impact import STEADY
from taskledger.simulator.api.ecs import SimulatedEcs
from tests.e2e.deployment import Deployment
from tests.e2e.ecs import Cluster
from tests.e2e.relay import hanging
from tests.e2e.subscriber import Subscriber

NAMES = ("north", "east", "south")
SPAN = 5 * 60_000  # milliseconds until it is looked at again whether an incident is over, the longest wait
TOPICS = ("AlertTopicArn", "ChatTopicArn")  # each is tried
SERVICE = "service:checkout"
SETTINGS = (
    "Name",
    "GroupName",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "FlexibleTimeWindow",
    "Target",
)


@pytest.fixture(scope="module", autouse=True)
def unscheduled(deployment: Deployment) -> Iterator[None]:
    """Nothing runs by the clock: a watch of the schedule's own would send what these tests wait for."""
    scheduler = deployment.client("scheduler")
    listed = scheduler.list_schedules()["Schedules"]
    found = [scheduler.get_schedule(Name=each["Name"], GroupName=each["GroupName"]) for each in listed]
    schedules = [{name: each[name] for name in SETTINGS} for each in found]
    for each in schedules:
        scheduler.update_schedule(**each, State="DISABLED")
    yield
    for each in schedules:
        scheduler.update_schedule(**each, State="ENABLED")


@pytest.fixture(scope="module")
def clusters(ecs: tuple[SimulatedEcs, str], deployment: Deployment) -> list[Cluster]:
    return [Cluster(*ecs, name) for name in NAMES]


@pytest.fixture(scope="module")
def subscriber(deployment: Deployment) -> Iterator[Subscriber]:
    subscriber = Subscriber(deployment, TOPICS[0], "hanging")
    yield subscriber
    subscriber.leave()


@pytest.fixture(scope="module")
def served(deployment: Deployment, clusters: list[Cluster]) -> Counter[str]:
    """What was counted while ECS hung, and events came of a task in each of the clusters."""
    for cluster in clusters:
        cluster.serve()
    before, dead = deployment.measured("observe"), deployment.messages("EventDeadLetterQueueUrl")
    with hanging(deployment.emulator.ecs):
        deployment.send_at_once([event for each in clusters for event in each.take()])
        deployment.settle()
    assert deployment.messages("EventDeadLetterQueueUrl") == dead
    return deployment.measured("observe") - before


def test_events_are_recorded_while_ecs_hangs(
    deployment: Deployment, clusters: list[Cluster], served: Counter[str]
) -> None:
    """All of them, and the ledger is right; that ECS confirmed none is counted, and none is a dead letter."""
    assert (served["EventsFailed"], served["EventsRejected"]) == (0, 0)
    assert served["CurrencyUnverified"] == 3 * len(clusters)
    assert served["DescribeFailures"] >= len(clusters)
    missed = [found["missedEvents"] for found in audited(deployment, clusters)]
    assert [(found["versionsByEvent"], found["versionsBetween"]) for found in missed] == [(3, 0)] * 3


def test_messages_are_sent_after_sns_hung(
    deployment: Deployment, clusters: list[Cluster], served: Counter[str], subscriber: Subscriber
) -> None:
    """While it hangs the watch ends in time, and its alarm has a metric; then the message is sent, once."""
    north = clusters[0]
    replaced_at = replace_one(north)
    with hanging(deployment.emulator.sns):
        counted = fail(deployment, north.take())
    assert counted["IncidentFailures"] == len(TOPICS)
    assert published(subscriber) == {}
    for _ in range(2):
        deployment.invoke("WatchFunctionName")
        assert published(subscriber) == {("north", SERVICE): ["OPENED"]}
    wait_until_steady(replaced_at)
    pass_time(deployment)
    deployment.invoke("WatchFunctionName")
    assert published(subscriber) == {("north", SERVICE): ["OPENED", "RESOLVED"]}


def test_all_is_right_after_both_hung(
    deployment: Deployment, clusters: list[Cluster], served: Counter[str], subscriber: Subscriber
) -> None:
    """A watch and a sweep later the ledger equals ECS, and each incident was opened and resolved once.

    One incident was open before. Of one task the last events are lost.
    """
    east, south = clusters[1:]
    replace_one(south)
    deployment.send_at_once(south.take())
    before = {**published(subscriber), ("south", SERVICE): ["OPENED"]}
    deployment.wait("the message of an incident", lambda: published(subscriber) == before)
    replaced_at = replace_one(east)
    events = east.take()
    east.run("invoices:7")
    with hanging(deployment.emulator.ecs, deployment.emulator.sns):
        counted = fail(deployment, [*events, *east.take()[:1]])
    assert counted["IncidentFailures"] == len(TOPICS) + 1  # ECS was asked as well
    assert published(subscriber) == before
    swept = deployment.measured("sweep")
    pass_time(deployment)
    deployment.invoke("WatchFunctionName")
    deployment.invoke("SweepFunctionName")
    assert (deployment.measured("sweep") - swept)["SweepMissed"] > 0
    audited(deployment, clusters)
    wait_until_steady(replaced_at)
    pass_time(deployment)
    deployment.invoke("WatchFunctionName")
    over = [*before, ("east", SERVICE)]
    assert published(subscriber) == {key: ["OPENED", "RESOLVED"] for key in over}


def replace_one(cluster: Cluster) -> float:
    """A task of the service runs out of memory and another one takes its place; when that was."""
    cluster.run_out_of_memory(cluster.serve())
    cluster.serve()
    return time.monotonic()


def wait_until_steady(replaced_at: float) -> None:
    """The one thing that waits for the real clock: a task counts once it has been RUNNING for a minute."""
    time.sleep(max(0.0, replaced_at + STEADY.total_seconds() + 1 - time.monotonic()))


def fail(deployment: Deployment, events: list[dict[str, Any]]) -> Counter[str]:
    """What the watch counted that ran while an incident was reported, and SNS answered neither of both."""
    reported, before = deployment.measured("assess"), deployment.measured("watch")
    deployment.send_at_once(events)
    deployment.wait("the incident to be stored", lambda: any(map(is_pending, deployment.rows())))
    pass_time(deployment)
    deployment.invoke("WatchFunctionName")
    deployment.settle()
    deployment.wait(
        "the report to be given up",
        lambda: (deployment.measured("assess") - reported)["NotificationsFailed"] == 1,
    )
    return deployment.measured("watch") - before


def is_pending(row: dict[str, Any]) -> bool:
    """Whether it is an incident with a message that was not sent."""
    return bool(row.get("pending", {}).get("L"))


def pass_time(deployment: Deployment) -> None:
    """All incidents are older by a span, as is the time at which they are to be looked at."""
    for row in deployment.rows():
        if row["pk"]["S"].startswith("INCIDENT#") and "dueAt" in row:
            deployment.client("dynamodb").update_item(
                TableName=deployment.outputs["LedgerTableName"],
                Key={name: row[name] for name in ("pk", "sk")},
                UpdateExpression="ADD dueAt :span, notedAt :span",
                ExpressionAttributeValues={":span": {"N": str(-SPAN)}},
            )


def published(subscriber: Subscriber) -> dict[tuple[str, str], list[str]]:
    """The types of the messages on each incident, by cluster and group; no message is there twice."""
    heard = [each for each in subscriber.listen() if each.get("cluster") in NAMES]
    assert len({each["notificationId"] for each in heard}) == len(heard)
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for each in heard:
        ids = found.setdefault((each["cluster"], each["group"]), {})
        ids.setdefault(each["incidentId"], []).append(each["type"])
    assert [key for key, ids in found.items() if len(ids) > 1] == []
    return {key: types for key, ids in found.items() for types in ids.values()}


def audited(deployment: Deployment, clusters: Sequence[Cluster]) -> list[dict[str, Any]]:
    """What the audit says of these clusters; the ledger has what ECS has."""
    ran = deployment.taskledger("audit", "--json", *(f"--cluster={each.name}" for each in clusters))
    assert ran.code == 0, ran.out + ran.err
    found: list[dict[str, Any]] = ran.document["clusters"]
    return found
