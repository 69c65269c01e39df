"""What the messages say of deployments when nothing but events is known of a service, written by hand.

The labels were written before the events were: what the first message and the last are to say of each.
"""

from collections.abc import Callable
from typing import Any

import pytest

from .feed import BACK, COMPLETED, FAILED, STARTED, Feed, deployment_id

DAY = 24 * 60
UNDONE = "RESOLVED began_with 2, rolled back"
Script = Callable[[Feed], None]


def good(feed: Feed, number: int = 1, at: float = 0) -> None:
    feed.deployment(number, STARTED, at)
    feed.deployment(number, COMPLETED, at + 4)


def back(feed: Feed, failed: int, number: int, at: float, **how: Any) -> None:
    """The deployment fails, and another one puts number 1 in its place."""
    feed.deployment(failed, FAILED, at, **how)
    feed.deployment(number, STARTED, at + 0.01, BACK.format(deployment_id(1)), **how)
    feed.deployment(number, COMPLETED, at + 3, **how)


def bad(feed: Feed, number: int, at: float, **how: Any) -> None:
    feed.deployment(number, STARTED, at, **how)
    for minute in (2, 4, 6):
        feed.failure(number, at + minute)
    back(feed, number, number + 1, at + 6.2, **how)


def rolled_back(feed: Feed) -> None:
    bad(feed, 2, 60)


def doubled(feed: Feed) -> None:
    bad(feed, 2, 60, times=3)
    feed.mail *= 2


def an_hour_late(feed: Feed) -> None:
    bad(feed, 2, 60, late=60)


def start_unheard(feed: Feed) -> None:
    feed.failure(2, 62)
    back(feed, 2, 3, 66)


def swapped(feed: Feed) -> None:
    feed.deployment(3, COMPLETED, 69)
    feed.deployment(3, STARTED, 66, BACK.format(deployment_id(1)), late=4)
    feed.deployment(2, FAILED, 66, late=5)
    feed.deployment(2, STARTED, 60, late=12)
    feed.failure(2, 62)


def failed_before_any_task(feed: Feed) -> None:
    feed.deployment(2, STARTED, 60)
    feed.failure(2, 62, late=6)
    feed.deployment(2, FAILED, 66)
    feed.deployment(3, STARTED, 66.1, BACK.format(deployment_id(1)))
    feed.deployment(3, COMPLETED, 75)


def again_after_the_rollback(feed: Feed) -> None:
    bad(feed, 2, 60)
    bad(feed, 4, 90)


def crash_long_after_the_rollback(feed: Feed) -> None:
    bad(feed, 2, 60)
    feed.failure(3, 200, revision=1)


def twelve_more(feed: Feed) -> None:
    feed.deployment(2, STARTED, 60)
    feed.failure(2, 62)
    for number in range(3, 15):
        feed.deployment(number, STARTED, 60 + 5 * (number - 2))
    feed.failure(2, 130)
    back(feed, 14, 15, 140)


def older_one_failed_too(feed: Feed) -> None:
    feed.deployment(2, STARTED, 60)
    feed.deployment(2, FAILED, 64)
    feed.deployment(3, STARTED, 70)
    feed.failure(3, 72)
    feed.deployment(4, STARTED, 74, BACK.format(deployment_id(1)))
    feed.deployment(4, COMPLETED, 77)


def a_day_later(feed: Feed) -> None:
    good(feed, 2, 60)
    feed.failure(2, 60 + DAY + 120)


def old_ones_fail_too(feed: Feed) -> None:
    feed.failure(1, DAY + 60)
    feed.deployment(2, STARTED, DAY + 65)
    feed.failure(2, DAY + 67)


def nobody_knows_it(feed: Feed) -> None:
    feed.failure(7, 62)


def tasks_name_none(feed: Feed) -> None:
    feed.deployment(2, STARTED, 60)
    feed.failure(None, 62, revision=2)


def one_of_twenty(feed: Feed) -> None:
    feed.deployment(2, STARTED, 60)
    feed.failure(2, 61)
    feed.deployment(2, COMPLETED, 66)


@pytest.mark.parametrize(
    ("script", "first", "last", "blame", "open_ones"),
    [
        (rolled_back, "OPENED began_with 2", UNDONE, "began_with 2, rolled back", 0),
        (doubled, "OPENED began_with 2", UNDONE, "began_with 2, rolled back", 0),
        (an_hour_late, "OPENED unknown", UNDONE, "began_with 2, rolled back", 0),
        (start_unheard, "OPENED began_with 2", UNDONE, "began_with 2, rolled back", 0),
        (swapped, "OPENED unknown", UNDONE, "began_with 2, rolled back", 0),
        (failed_before_any_task, "OPENED began_with 2", UNDONE, "began_with 2, rolled back", 0),
        (
            again_after_the_rollback,
            "OPENED began_with 2",
            "RESOLVED began_with 4, rolled back",
            "began_with 4, rolled back",
            0,
        ),
        (crash_long_after_the_rollback, "OPENED began_with 2", "OPENED before 3", "before 3", 1),
        (
            older_one_failed_too,
            "OPENED began_with 2",
            "RESOLVED began_with 3, rolled back",
            "began_with 3, rolled back",
            0,
        ),
        (a_day_later, "OPENED not_one", "OPENED not_one", "not_one", 1),
        (old_ones_fail_too, "OPENED before 2", "OPENED before 2", "before 2", 1),
        (nobody_knows_it, "OPENED unknown", "OPENED unknown", "unknown", 1),
        (tasks_name_none, "OPENED unknown", "OPENED unknown", "unknown", 1),
        (one_of_twenty, "OPENED began_with 2", "OPENED began_with 2", "began_with 2", 1),
    ],
)
def test_what_the_messages_say(script: Script, first: str, last: str, blame: str, open_ones: int) -> None:
    """The first and the last message, what the failing tasks began with, and how many incidents stay open."""
    feed = Feed()
    good(feed)
    script(feed)
    feed.play(max(at for at, _ in feed.mail) + 10)
    said = feed.said()
    assert (said[0], said[-1], feed.open()) == (first, last, open_ones)
    assert f"EXIT_CODE {blame}" in feed.blames()


def test_it_is_not_forgotten_what_an_incident_began_with() -> None:
    """A record has ten deployments, and an incident may have begun with one before these."""
    feed = Feed()
    good(feed)
    twelve_more(feed)
    feed.play(150)
    assert feed.blames()[0] == "EXIT_CODE began_with 2"


def test_of_two_services_of_one_name_each_has_its_own() -> None:
    """What is deployed in one cluster says nothing of the other."""
    feed = Feed()
    good(feed)
    for name, at in ((STARTED, 0), (COMPLETED, 3)):
        feed.deployment(1, name, at, cluster="depot")
    feed.deployment(2, STARTED, DAY + 60)
    feed.failure(2, DAY + 62)
    feed.failure(1, DAY + 63, cluster="depot")
    feed.play(DAY + 70)
    assert feed.blames() == ["EXIT_CODE began_with 2", "EXIT_CODE not_one"]


@pytest.mark.parametrize(
    ("stop", "cause"),
    [
        ({"stopCode": "SpotInterruption", "stoppedReason": "Your Spot Task was interrupted."}, "SPOT"),
        ({"stopCode": None, "stoppedReason": "Your Spot Task was interrupted."}, "SPOT"),
        (
            {"stopCode": "TerminationNotice", "stoppedReason": "Host EC2 (instance i-0ab) terminated."},
            "HOST_TERMINATED",
        ),
    ],
)
def test_a_host_that_goes_is_of_no_deployment(stop: dict[str, str | None], cause: str) -> None:
    """Also where a new deployment's tasks alone were on it, and ECS names no code."""
    feed = Feed()
    good(feed)
    feed.deployment(2, STARTED, 60)
    feed.failure(2, 61, detail=stop)
    feed.play(70)
    assert feed.blames() == [f"{cause} not_one"]
