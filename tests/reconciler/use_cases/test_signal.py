"""How often people are woken, by what, and how soon: hours of trouble and of everyday life."""

from datetime import timedelta

import pytest

from tests.support.system import IMAGE_PULL, System, new_system

DEPLOYMENT = "Scaling activity initiated by (deployment ecs-svc/1)"


@pytest.fixture
def system() -> System:
    """A service with 50 tasks that have run for a while."""
    system = new_system()
    start(system, 50)
    system.pass_time(minutes=5)
    assert system.inbox.mail == []
    return system


def start(system: System, number: int, version: int = 42) -> list[str]:
    return [system.running(version=version) for _ in range(number)]


def fail_to_start(system: System, number: int) -> None:
    """New tasks of the service that cannot pull their image."""
    for _ in range(number):
        arn = system.start(version=43)
        system.report(arn, "PENDING")
        system.report(arn, "STOPPED", reason=IMAGE_PULL)


def run(system: System, number: int) -> list[str]:
    """Standalone tasks of the family `nightly`, RUNNING."""
    arns = [system.start_alone(family="nightly") for _ in range(number)]
    for arn in arns:
        system.report(arn, "RUNNING")
    return arns


def pass_minutes(system: System, minutes: float) -> None:
    """The same as time passing, in steps of half a minute."""
    for _ in range(round(2 * minutes)):
        system.wait(0.5)
        system.pass_time()


def test_an_image_that_cannot_be_pulled(system: System) -> None:
    """600 failed starts in an hour: OPENED within two minutes, at most 5 messages, one RESOLVED after."""
    began = system.clock.now
    for _ in range(60):
        fail_to_start(system, 10)
        system.pass_time(minutes=1)
    start(system, 1)
    system.pass_time(hours=2)
    shown = system.inbox.types()
    assert shown == [
        ("OPENED", "IMAGE_PULL"),
        ("ONGOING", "IMAGE_PULL"),
        ("RESOLVED", "IMAGE_PULL"),
    ]
    assert system.inbox.severities() == {"medium": 3}
    first, _ = system.inbox.mail[0]
    assert first - began < timedelta(minutes=2)
    last, message = system.inbox.mail[-1]
    assert message.document["count"] == 600
    assert last - began < timedelta(hours=1, minutes=20)


def test_one_after_the_other(system: System) -> None:
    """The same when each comes alone: reported at the third, the 10th and the 100th."""
    for _ in range(600):
        fail_to_start(system, 1)
        system.pass_time(seconds=6)
    system.pass_time(hours=1)
    assert [kind for kind, _ in system.inbox.types()] == ["OPENED", "ONGOING", "ONGOING", "RESOLVED"]
    opened, *others = [message.document["count"] for _, message in system.inbox.mail]
    assert (3 <= opened < 10, others) == (True, [10, 100, 600])


def test_a_second_fault_is_its_own_incident(system: System) -> None:
    """Another fault of the same service, also while the first goes on; a single one wakes nobody."""
    for minute in range(30):
        fail_to_start(system, 10)
        if minute == 10:
            ended = start(system, 1)
            system.end(ended, 137, "OutOfMemoryError: container killed due to memory usage")
        system.pass_time(minutes=1)
    assert {cause for _, cause in system.inbox.types()} == {"IMAGE_PULL"}
    counted = {one.cause: (one.count, one.severity) for one in system.incidents.everything()}
    assert counted == {"IMAGE_PULL": (300, "medium"), "OUT_OF_MEMORY": (1, "low")}


def test_a_rolling_deployment(system: System) -> None:
    """50 tasks replaced in five waves: nobody hears of it."""
    for wave in range(5):
        start(system, 10, version=43)
        system.pass_time(minutes=2)
        system.scale_in(system.started[wave * 10 : wave * 10 + 10], DEPLOYMENT)
        system.pass_time(minutes=1)
    system.pass_time(hours=3)
    assert system.inbox.mail == []


def test_a_scale_in(system: System) -> None:
    """40 of 50 tasks stopped, some killed as they would not end: nobody hears of it."""
    system.scale_in(system.started[:30], DEPLOYMENT)
    system.scale_in(system.started[30:40], DEPLOYMENT, 137)
    system.pass_time(hours=3)
    assert system.inbox.mail == []


def test_a_spot_reclaim(system: System) -> None:
    """Half a service taken back and replaced: one line in the digest of the day."""
    for arn in system.started[:25]:
        system.ecs.interrupt(arn, "SpotInterruption", "Your Spot Task was interrupted.")
    start(system, 25)
    system.pass_time(minutes=2)
    system.end(system.started[:25], 143)
    system.pass_time(minutes=30)
    pass_minutes(system, 16 * 60)
    assert (system.inbox.types(), dict(system.inbox.severities())) == ([], {"low": 1})
    (_, digest), *_ = system.inbox.mail
    (listed,) = digest.document["incidents"]
    assert (listed["cause"], listed["count"]) == ("SPOT", 25)


def test_a_nightly_batch(system: System) -> None:
    """1,000 standalone tasks that end well: nobody hears of it."""
    for _ in range(20):
        arns = run(system, 50)
        system.pass_time(seconds=30)
        system.end(arns, 0)
        system.pass_time(seconds=30)
    system.pass_time(hours=2)
    assert system.inbox.mail == []


def test_a_batch_of_failures(system: System) -> None:
    """A run of standalone tasks is one message, when it is over; nobody starts them again."""
    began = system.clock.now
    system.end(run(system, 40)[:5], 1)
    system.pass_time(minutes=20)
    assert system.inbox.mail == []
    system.end(system.started[-35:], 0)
    pass_minutes(system, 4 * 60)
    ((when, message),) = system.inbox.mail
    assert (message.document["type"], message.document["count"]) == ("OPENED", 5)
    assert "5 of 40 failed" in message.subject
    assert when - began <= timedelta(minutes=26)


def test_a_run_that_does_not_end(system: System) -> None:
    """It is published an hour after its first failure, though its other tasks still run."""
    began = system.clock.now
    system.end(run(system, 40)[:5], 1)
    pass_minutes(system, 5 * 60)
    ((when, message),) = system.inbox.mail
    assert (message.document["type"], message.document["count"]) == ("OPENED", 5)
    assert timedelta(minutes=60) <= when - began <= timedelta(minutes=62)


def test_a_service_that_stays_down(system: System) -> None:
    """A crash loop of six hours with nothing running: high within five minutes, and five messages at most."""
    began = system.clock.now
    system.end(system.started, 1)
    for _ in range(6 * 12):
        arns = start(system, 2)
        pass_minutes(system, 0.5)
        system.end(arns, 1)
        pass_minutes(system, 4.5)
    high = [when for when, message in system.inbox.mail if message.document["severity"] == "high"]
    assert high[0] - began < timedelta(minutes=5)
    assert len(system.inbox.mail) <= 5
    (incident,) = (one for one in system.incidents.everything() if one.open)
    assert (incident.impact.running, incident.impact.desired) == (0, 50)  # type: ignore[union-attr]  # it was asked


def test_a_stuck_task(system: System) -> None:
    """A task that stays PENDING is reported once, and again when it is over."""
    arn = system.start(version=43)
    system.report(arn, "PENDING")
    system.pass_time(hours=3)
    assert system.inbox.types() == [("OPENED", "PENDING")]
    system.report(arn, "RUNNING")
    system.pass_time(hours=3)
    assert system.inbox.types() == [("OPENED", "PENDING"), ("RESOLVED", "PENDING")]
