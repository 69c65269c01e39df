"""What is found is published: a queue on the deployed topic gets an incident from beginning to end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.deployment import Deployment
from tests.e2e.ecs import Cluster
from tests.e2e.subscriber import Subscriber
from tests.support.schema import violations

LONGEST = 180  # seconds: the shortest time after which an incident is over, and some
FAMILY = "family:nightly-report"


@pytest.fixture(scope="module")
def programs(deployment: Deployment) -> Iterator[Subscriber]:
    subscriber = Subscriber(deployment, "AlertTopicArn")
    yield subscriber
    subscriber.leave()


@pytest.fixture(scope="module")
def chat(deployment: Deployment) -> Iterator[Subscriber]:
    subscriber = Subscriber(deployment, "ChatTopicArn")
    yield subscriber
    subscriber.leave()


@pytest.fixture(scope="module")
def shown(
    deployment: Deployment, cluster: Cluster, programs: Subscriber, chat: Subscriber
) -> list[dict[str, Any]]:
    """What was reported of two tasks that ran out of memory at once, until it was over."""
    for task in [cluster.run(), cluster.run()]:
        cluster.run_out_of_memory(task)
    deployment.send(*map(json.dumps, cluster.take()))
    deployment.settle()
    until = time.monotonic() + LONGEST
    while "RESOLVED" not in kinds(programs.listen()) and time.monotonic() < until:
        deployment.invoke("WatchFunctionName")
        time.sleep(2)
    return [each for each in programs.heard if each.get("group") == FAMILY]


def kinds(heard: list[dict[str, Any]]) -> list[str]:
    return [each["type"] for each in heard if each.get("group") == FAMILY]


def test_an_incident_is_reported_from_its_beginning_to_its_end(shown: list[dict[str, Any]]) -> None:
    """One message when it opens and one when it is over, in the form that the schema says."""
    assert [each["type"] for each in shown] == ["OPENED", "RESOLVED"]
    assert [list(violations(each)) for each in shown] == [[], []]
    (incident_id,) = {each["incidentId"] for each in shown}
    assert "|ESSENTIAL_CONTAINER_FAILED|OUT_OF_MEMORY|" in incident_id
    assert shown[-1]["count"] == 2


def test_chats_hear_the_same(shown: list[dict[str, Any]], chat: Subscriber) -> None:
    """The second topic carries each of the messages in the chat's form, both in one thread."""
    chat.listen()
    about = [each for each in chat.heard if "nightly-report" in each["content"]["title"]]
    assert [each["metadata"]["eventType"] for each in about] == ["OPENED", "RESOLVED"]
    assert len({each["metadata"]["threadId"] for each in about}) == 1
