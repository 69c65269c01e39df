"""What people would have been notified of, in the output of replay."""

from tests.support.running import taskledger
from tests.support.schema import violations


def shown(*paths: str) -> list[tuple[str, str, int]]:
    ran = taskledger("replay", "--json", *paths)
    assert ran.code == 0, ran.err
    notifications = ran.document["notifications"]
    assert [list(violations(each)) for each in notifications] == [[] for _ in notifications]
    return [(each["type"], each["cause"], each["count"]) for each in notifications]


def test_a_failure_is_reported() -> None:
    """A task that could not pull its image opens an incident."""
    assert shown("events/image-pull.json") == [("OPENED", "IMAGE_PULL", 1)]


def test_what_is_planned_is_not() -> None:
    """A deployment and a job that ended well notify nobody."""
    assert shown("events/deployment.json", "events/standalone-success.json") == []


def test_low_severity_is_left_to_the_digest() -> None:
    """A Spot interruption of a service's task is found, and not reported by itself."""
    assert shown("events/spot.json") == []


def test_a_duplicate_says_nothing_twice() -> None:
    """The same events again are no news, in whatever order."""
    assert shown("events/image-pull.json", "events/image-pull.json") == [("OPENED", "IMAGE_PULL", 1)]


def test_a_replay_from_an_archive_notifies_nobody() -> None:
    """What EventBridge delivers again is old news."""
    assert shown("events/wrappings/archive-replay.json") == []
