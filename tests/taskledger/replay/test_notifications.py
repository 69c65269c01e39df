"""What people would have been told, in the output of replay."""

from tests.support.running import taskledger
from tests.support.schema import violations


def told(*paths: str) -> list[tuple[str, str, int]]:
    ran = taskledger("replay", "--json", *paths)
    assert ran.code == 0, ran.err
    notifications = ran.document["notifications"]
    assert [list(violations(each)) for each in notifications] == [[] for _ in notifications]
    return [(each["type"], each["cause"], each["count"]) for each in notifications]


def test_a_failure_is_told() -> None:
    """A task that could not pull its image opens an incident."""
    assert told("events/image-pull.json") == [("OPENED", "IMAGE_PULL", 1)]


def test_what_is_planned_is_not() -> None:
    """A deployment and a job that ended well tell nobody."""
    assert told("events/deployment.json", "events/standalone-success.json") == []


def test_low_severity_is_left_to_the_digest() -> None:
    """A Spot interruption of a service's task is found, and not told by itself."""
    assert told("events/spot.json") == []


def test_a_duplicate_tells_nothing_twice() -> None:
    """The same events again are no news, in whatever order."""
    assert told("events/image-pull.json", "events/image-pull.json") == [("OPENED", "IMAGE_PULL", 1)]


def test_a_replay_from_an_archive_tells_nobody() -> None:
    """What EventBridge delivers again is old news."""
    assert told("events/wrappings/archive-replay.json") == []
