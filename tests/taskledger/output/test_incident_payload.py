"""The JSON of an incident that commands print."""

from dataclasses import replace

from reconciler.findings.model import Severity
from reconciler.incidents.outbox import NotificationType, PendingNotification
from taskledger.output.payload import incident
from tests.support.messages import crash_loop, resolved, shared_cause, standalone_run
from tests.support.values import at

PENDING = PendingNotification(NotificationType.ONGOING, "crash|2")


def test_an_incident_says_how_bad_it_is() -> None:
    """What runs, how severe it ever was as published, when people were notified, and what is not sent yet."""
    found = resolved()
    box = replace(found.outbox, pending=(PENDING,))
    shown = incident(replace(found, outbox=box, severity=Severity.LOW), at(6 * 3600))
    assert (shown["severity"], shown["highestSeverity"]) == ("low", "high")
    assert shown["impact"] == {
        "desired": 4,
        "running": 4,
        "pending": 0,
        "checkedAt": "2026-11-20T14:59:30.000Z",
        "level": "none",
    }
    assert (shown["notifiedAt"], shown["resolvedAt"]) == (
        "2026-11-20T09:05:00.000Z",
        "2026-11-20T15:00:00.000Z",
    )
    assert shown["pending"] == [{"notificationId": "crash|2", "type": "ONGOING"}]
    assert (shown["occurrences"], shown["firstOccurrenceAt"]) == (1, "2026-11-20T09:00:00.000Z")
    assert shown["deployment"]["blame"] == "began_with"


def test_how_bad_it_is_is_as_of_now() -> None:
    """A service that nobody read is unknown; one of which nothing runs is down after two minutes."""
    levels = [incident(crash_loop(), at(seconds))["impact"]["level"] for seconds in (100, 200)]
    unread = incident(replace(crash_loop(), impact=None), at(200))["impact"]
    assert levels == ["none", "down"]
    assert unread == dict.fromkeys(("desired", "running", "pending", "checkedAt")) | {"level": "unknown"}


def test_owners_are_at_least_one() -> None:
    """Where there are several, no other field names one; standalone work has no impact."""
    one, several = incident(standalone_run(), at(0)), incident(shared_cause(), at(0))
    assert one["owners"] == [{"group": "family:nightly-report", "count": 5}]
    assert one["impact"] is None
    assert len(several["owners"]) == 12
    assert (several["group"], several["service"], several["taskDefinitionArn"]) == (None, None, None)
