"""The JSON of an incident that commands print."""

from dataclasses import replace
from datetime import timedelta

from reconciler.findings.model import Severity
from reconciler.findings.policy import DEFAULT, Scope
from reconciler.incidents.model import Status
from reconciler.incidents.outbox import NotificationType, PendingNotification
from taskledger.output.payload import incident
from tests.support.messages import RULED, crash_loop, resolved, shared_cause, standalone_run
from tests.support.values import START, at

PENDING = PendingNotification(NotificationType.ONGOING, "crash|2")


def test_an_incident_says_how_bad_it_is() -> None:
    """What runs, how severe it ever was as published, when people were notified, and what is not sent yet."""
    found = resolved()
    box = replace(found.outbox, pending=(PENDING,))
    shown = incident(replace(found, outbox=box, severity=Severity.LOW), at(6 * 3600), DEFAULT)
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
    levels = [incident(crash_loop(), at(seconds), DEFAULT)["impact"]["level"] for seconds in (100, 200)]
    unread = incident(replace(crash_loop(), impact=None), at(200), DEFAULT)["impact"]
    assert levels == ["none", "down"]
    assert unread == dict.fromkeys(("desired", "running", "pending", "checkedAt")) | {"level": "unknown"}


def test_owners_are_at_least_one() -> None:
    """Where there are several, no other field names one; standalone work has no impact."""
    one, several = incident(standalone_run(), at(0), RULED), incident(shared_cause(), at(0), RULED)
    assert one["owners"] == [{"group": "family:nightly-report", "count": 5, "team": None}]
    assert one["impact"] is None
    assert len(several["owners"]) == 12
    assert (several["group"], several["service"], several["taskDefinitionArn"]) == (None, None, None)


def test_it_says_who_looks_after_it_and_until_when_it_is_muted() -> None:
    """By the rules that cover it; of several teams each stands with its owners, none with the incident."""
    until = START + timedelta(hours=1)
    one, several = (incident(each, at(0), RULED) for each in (crash_loop(), shared_cause()))
    assert (one["team"], one["owners"][0]["team"]) == ("payments", "payments")
    assert one["runbook"] == one["links"]["runbook"] == "https://wiki.example.com/runbooks/crashes"
    assert (several["team"], several["runbook"], several["links"]["runbook"]) == (None, None, None)
    assert {each["team"] for each in several["owners"]} == {"payments", "storefront", None}
    muting = RULED.muting([(Scope(service="payments"), until)])
    assert one["mutedUntil"] is None
    assert incident(crash_loop(), at(0), muting)["mutedUntil"] == "2026-11-20T10:00:00.000Z"
    assert incident(crash_loop(), until, muting)["mutedUntil"] is None
    over = replace(crash_loop(), status=Status.RESOLVED)
    assert incident(over, at(0), muting)["mutedUntil"] is None
