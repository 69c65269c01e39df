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
LOOPING, HEALED = "basket", "wishlist"


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
    """What was reported of two services, until it was over.

    Three tasks of the one ran out of memory, and one of the other; each was replaced at once.
    """
    for service, number in ((LOOPING, 3), (HEALED, 1)):
        for task in [cluster.serve(service) for _ in range(number)]:
            cluster.run_out_of_memory(task)
            cluster.serve(service)
    deployment.send(*map(json.dumps, cluster.take()))
    deployment.settle()
    until = time.monotonic() + LONGEST
    while not (is_over(programs.listen()) and listed(programs.heard)) and time.monotonic() < until:
        deployment.invoke("WatchFunctionName")
        time.sleep(2)
    return programs.heard


def is_over(heard: list[dict[str, Any]]) -> bool:
    return "RESOLVED" in [each["type"] for each in of(LOOPING, heard)]


def of(service: str, heard: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages on that service alone."""
    return [each for each in heard if each.get("service") == service]


def listed(heard: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What digests say of the service that healed."""
    digests = (each for each in heard if each["type"] == "DIGEST")
    return [one for each in digests for one in each["incidents"] if one["service"] == HEALED]


def test_an_incident_is_reported_from_its_beginning_to_its_end(shown: list[dict[str, Any]]) -> None:
    """One message when it opens and one when it is over, in the form that the schema says."""
    opened, resolved = of(LOOPING, shown)
    assert [list(violations(each)) for each in (opened, resolved)] == [[], []]
    assert opened["incidentId"] == resolved["incidentId"]
    assert "|ESSENTIAL_CONTAINER_FAILED|OUT_OF_MEMORY|" in opened["incidentId"]
    assert (opened["type"], opened["severity"]) == ("OPENED", "medium")
    assert (resolved["type"], resolved["count"]) == ("RESOLVED", 3)


def test_what_heals_is_in_the_digest_alone(shown: list[dict[str, Any]]) -> None:
    """A single stop that was made good is no message of its own."""
    assert of(HEALED, shown) == []
    assert [(one["severity"], one["count"]) for one in listed(shown)] == [("low", 1)]
    assert [one for each in shown if each["type"] == "DIGEST" for one in violations(each)] == []


def test_chats_hear_the_same(shown: list[dict[str, Any]], chat: Subscriber) -> None:
    """The second topic carries each of the messages in the chat's form, both in one thread."""
    chat.listen()
    about = [each for each in chat.heard if LOOPING in each["content"]["title"]]
    assert [each["metadata"]["eventType"] for each in about] == ["OPENED", "RESOLVED"]
    assert len({each["metadata"]["threadId"] for each in about}) == 1
