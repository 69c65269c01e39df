"""How often people are woken, by what, and how soon: hours of trouble and of everyday life."""

from datetime import timedelta

import pytest

from tests.support.town import IMAGE_PULL, Town

DEPLOYMENT = "Scaling activity initiated by (deployment ecs-svc/1)"


@pytest.fixture
def town() -> Town:
    town = Town()
    town.old = town.start("checkout", 42, 50)
    town.pass_time(minutes=5)
    assert town.inbox.mail == []
    return town


def fail_to_start(town: Town, number: int, version: int = 43) -> None:
    """New tasks of the service that cannot pull their image."""
    arns = [town.launch("checkout", version) for _ in range(number)]
    town.report(arns, "STOPPED", reason=IMAGE_PULL)


def test_an_image_that_cannot_be_pulled(town: Town) -> None:
    """600 failed starts in an hour: OPENED within a minute, at most 5 messages, one RESOLVED after."""
    began = town.clock.now
    for _ in range(60):
        fail_to_start(town, 10)
        town.pass_time(minutes=1)
    town.start("checkout", 42, 1)
    town.pass_time(hours=2)
    told = town.inbox.told()
    assert told == [
        ("OPENED", "IMAGE_PULL"),
        ("ONGOING", "IMAGE_PULL"),
        ("RESOLVED", "IMAGE_PULL"),
    ]
    assert len(town.inbox.mail) <= 5
    first, message = town.inbox.mail[0]
    assert first - began < timedelta(minutes=1)
    assert message.document["count"] == 10
    last, message = town.inbox.mail[-1]
    assert message.document["count"] == 600
    assert last - began < timedelta(hours=1, minutes=20)


def test_one_after_the_other(town: Town) -> None:
    """The same when each comes alone: told at the 1st, the 10th and the 100th."""
    for _ in range(600):
        fail_to_start(town, 1)
        town.pass_time(seconds=6)
    town.pass_time(hours=1)
    assert [kind for kind, _ in town.inbox.told()] == ["OPENED", "ONGOING", "ONGOING", "RESOLVED"]
    counts = [message.document["count"] for _, message in town.inbox.mail]
    assert counts == [1, 10, 100, 600]


def test_a_second_fault_is_its_own_incident(town: Town) -> None:
    """Another fault of the same service is told at once, also while the first goes on."""
    for minute in range(30):
        fail_to_start(town, 10)
        if minute == 10:
            began = town.clock.now
            ended = town.start("checkout", 42, 1)
            town.end(ended, 137, "OutOfMemoryError: container killed due to memory usage")
        town.pass_time(minutes=1)
    opened = [(when, message) for when, message in town.inbox.mail if message.document["type"] == "OPENED"]
    assert [message.document["cause"] for _, message in opened] == ["IMAGE_PULL", "OUT_OF_MEMORY"]
    assert opened[1][0] - began < timedelta(minutes=1)


def test_a_rolling_deployment(town: Town) -> None:
    """50 tasks replaced in five waves: nobody hears of it."""
    for wave in range(5):
        town.start("checkout", 43, 10)
        town.pass_time(minutes=2)
        town.scale_in(town.old[wave * 10 : wave * 10 + 10], DEPLOYMENT)
        town.pass_time(minutes=1)
    town.pass_time(hours=3)
    assert town.inbox.mail == []


def test_a_scale_in(town: Town) -> None:
    """40 of 50 tasks stopped, some killed as they would not end: nobody hears of it."""
    town.scale_in(town.old[:30], DEPLOYMENT)
    town.scale_in(town.old[30:40], DEPLOYMENT, 137)
    town.pass_time(hours=3)
    assert town.inbox.mail == []


def test_a_spot_reclaim(town: Town) -> None:
    """Half a service taken back and replaced: one line in one digest."""
    for arn in town.old[:25]:
        town.ecs.interrupt(arn, "SpotInterruption", "Your Spot Task was interrupted.")
    town.start("checkout", 42, 25)
    town.pass_time(minutes=2)
    town.end(town.old[:25], 143)
    town.pass_time(hours=5)
    assert (town.inbox.told(), dict(town.inbox.severities())) == ([], {"low": 1})
    (_, digest), *_ = town.inbox.mail
    (listed,) = digest.document["incidents"]
    assert (listed["cause"], listed["count"]) == ("SPOT", 25)


def test_a_nightly_batch(town: Town) -> None:
    """1,000 standalone tasks that end well: nobody hears of it."""
    for _ in range(20):
        arns = town.run("nightly", 50)
        town.pass_time(seconds=30)
        town.end(arns, 0)
        town.pass_time(seconds=30)
    town.pass_time(hours=2)
    assert town.inbox.mail == []


def test_a_batch_of_failures(town: Town) -> None:
    """Standalone tasks have no service to run again: quiet for a while, and it is over."""
    town.end(town.run("nightly", 40), 1)
    town.pass_time(hours=1)
    assert [kind for kind, _ in town.inbox.told()] == ["OPENED", "RESOLVED"]


def test_a_service_that_stays_down(town: Town) -> None:
    """While nothing of it runs the incident stays open, and goes on being told of every four hours."""
    town.scale_in(town.old, DEPLOYMENT)
    for _ in range(36):
        fail_to_start(town, 1)
        town.pass_time(minutes=20)
    kinds = [kind for kind, _ in town.inbox.told()]
    assert kinds == ["OPENED", "ONGOING", "ONGOING", "ONGOING"]


def test_a_stuck_task(town: Town) -> None:
    """A task that stays PENDING is told of once, and again when it is over."""
    arn = town.launch("checkout", 43)
    town.pass_time(hours=3)
    assert town.inbox.told() == [("OPENED", "PENDING")]
    town.report([arn], "RUNNING")
    town.pass_time(hours=3)
    assert town.inbox.told() == [("OPENED", "PENDING"), ("RESOLVED", "PENDING")]
