"""What an incident does next: the table of `steps`, row by row, and each reason why a row does not hold."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from reconciler.findings.model import Cause, Kind
from reconciler.findings.policy import Policy, Scope
from reconciler.incidents.case import Context
from reconciler.incidents.facts.impact import Level
from reconciler.incidents.facts.occurrences import Occurrence, Occurrences
from reconciler.incidents.model import Incident, Owner, Shared
from reconciler.incidents.outbox import Outbox
from reconciler.incidents.reported import IncidentKey
from reconciler.incidents.steps import next_step
from tests.support.courses import (
    DAY,
    DIGEST,
    HIGH,
    HOUR,
    LOW,
    MEDIUM,
    MINUTE,
    ONGOING,
    OPENED,
    POLICY,
    RESOLVED,
    impact,
    incident,
    minutes,
    pending,
    published,
)
from tests.support.values import CLUSTER, START

OVER, SPOKEN_FOR, CAPPED = Context(over=True), Context(spoken_for=True), Context(messages=30)
MUTED = Policy(muted=((Scope(service="check*"), START + DAY),))
NOTHING: tuple[str, Any] = ("else", None)
PULL: dict[str, Any] = {"kind": Kind.TASK_FAILED_TO_START, "cause": Cause("IMAGE_PULL")}
FAMILY: dict[str, Any] = {"group": "family:report"}
TWICE = Occurrences((Occurrence(START - DAY, START - DAY), Occurrence(START, START)), 0, START - DAY)
CLOSED = {"standing": None}


def step(
    one: Incident, minute: float, context: Context | None = None, policy: Policy = POLICY
) -> tuple[str, Any]:
    found = next_step(one, context or Context(), minutes(minute), policy)
    return found.row, found.publish


def grown(count: int, outbox: Outbox, severity: Any = MEDIUM) -> Incident:
    current = Occurrence(START, START, count)
    return replace(incident(severity, outbox), occurrences=Occurrences((current,), 0, START))


def of_several(down: str, named: str, notified_at: datetime = START) -> Incident:
    """An incident of owners, each with a letter: these are down, and those were named as down."""
    key = IncidentKey(cluster_arn=CLUSTER, owner="*", kind=Kind.TASK_FAILED_TO_START, cause=PULL["cause"])
    owners = tuple(Owner(name, 1, Level.DOWN if name in down else Level.NONE) for name in "abc")
    shared = Shared(owners=owners, named_down=tuple(named))
    return replace(incident(HIGH, published(HIGH, notified_at)), key=key, shared=shared)


def test_of_several_rows_the_first_counts() -> None:
    """What is first of all pending, then muted, then goes on as a run, then is published, then is over."""
    one = incident(HIGH, Outbox(pending=(pending(),)), **FAMILY)
    assert step(one, 1, policy=Policy(muted=((Scope(family="checkout"), START + DAY),)))[0] == "unsent"
    one = replace(one, outbox=Outbox())
    assert step(one, 1, policy=Policy(muted=((Scope(family="checkout"), START + DAY),)))[0] == "muted"
    assert [step(one, 1)[0], step(one, 1, OVER)[0]] == ["run", "first"]
    assert step(replace(one, outbox=published(HIGH)), 60, OVER)[0] == "over"


@pytest.mark.parametrize(
    ("outbox", "expected"),
    [
        (Outbox(pending=(pending(OPENED),)), ("unsent", None)),
        (published(pending=(pending(ONGOING),)), ("unsent", None)),
        (published(pending=(pending(OPENED, to=("a topic",)),)), ("over", RESOLVED)),
        (published(pending=(pending(DIGEST),)), ("over", RESOLVED)),
    ],
    ids=["opened", "ongoing", "reached somebody", "a digest"],
)
def test_unsent(outbox: Outbox, expected: tuple[str, Any]) -> None:
    """Nothing is added to a message that has reached nobody; one destination or a digest holds up nothing."""
    assert step(incident(outbox=outbox), 20, OVER) == expected


@pytest.mark.parametrize(
    ("outbox", "context", "minute", "expected"),
    [
        (Outbox(), Context(), 5, ("muted", None)),
        (published(), Context(), 5, ("muted", None)),
        (published(), OVER, 20, ("muted", None)),
        (Outbox(), OVER, 20, ("over", None)),
        (published(), Context(over=True, spoken_for=True), 20, ("over", None)),
        (Outbox(), Context(), 24 * 60, ("first", OPENED)),
        (published(), OVER, 24 * 60, ("over", RESOLVED)),
    ],
    ids=[
        "unheard",
        "heard",
        "its end",
        "unheard and over",
        "nothing to close",
        "unmuted",
        "its end, unmuted",
    ],
)
def test_muted(outbox: Outbox, context: Context, minute: float, expected: tuple[str, Any]) -> None:
    """Until the mute ends nothing is published; what stands waits to be closed, all else ends."""
    assert step(incident(MEDIUM, outbox), minute, context, MUTED) == expected


@pytest.mark.parametrize(
    ("outbox", "severity", "context", "minute", "expected"),
    [
        (Outbox(), MEDIUM, Context(), 59, ("run", None)),
        (Outbox(), MEDIUM, Context(over=False), 59, ("run", None)),
        (Outbox(), MEDIUM, OVER, 5, ("first", OPENED)),
        (Outbox(), MEDIUM, Context(over=False), 60, ("first", OPENED)),
        (Outbox(), LOW, OVER, 5, ("over", None)),
        (published(), MEDIUM, Context(over=False), 10 * 60, NOTHING),
        (published(), MEDIUM, OVER, 90, ("over", None)),
        (published(HIGH), HIGH, OVER, 90, ("over", RESOLVED)),
        (Outbox(), LOW, Context(over=False), 24 * 60, ("over", None)),
        (Outbox(notified_at=START - 3 * HOUR), MEDIUM, OVER, 5, ("over", None)),
        (Outbox(notified_at=START - 4 * HOUR), MEDIUM, OVER, 5, ("first", OPENED)),
        (Outbox(notified_at=START - 3 * HOUR), HIGH, OVER, 5, ("first", OPENED)),
    ],
    ids=[
        "nobody knows",
        "goes on",
        "is over",
        "after an hour",
        "low by a rule",
        "no reminder",
        "no end",
        "the end of what was high",
        "a day long",
        "after another",
        "long after another",
        "high after another",
    ],
)
def test_runs_of_standalone_work(
    outbox: Outbox, severity: Any, context: Context, minute: float, expected: tuple[str, Any]
) -> None:
    """Each is published once: when it is over, or an hour after its first failure.

    A later one within four hours is in the digest, unless it is high.
    """
    assert step(incident(severity, outbox, **FAMILY), minute, context) == expected


LOUD = {
    "first": incident(HIGH),
    "rise": incident(HIGH, published(MEDIUM)),
    "back": incident(HIGH, published(HIGH, **CLOSED)),
    "owner down": of_several("ab", "a"),
}
LAST = {
    "milestone": grown(10, published()),
    "reminder": replace(incident(MEDIUM, published(when=START - 4 * HOUR, news_since=START))),
}


@pytest.mark.parametrize(("row", "one"), LOUD.items())
def test_what_is_opened(row: str, one: Incident) -> None:
    """The first, the more severe, the high again and who is newly down is OPENED, over the cap if high."""
    assert step(one, 10) == (row, OPENED)
    assert step(one, 10, CAPPED) == (row, OPENED)


@pytest.mark.parametrize(("row", "one"), LAST.items())
def test_what_is_ongoing(row: str, one: Incident) -> None:
    """A milestone and a reminder are ONGOING; after a RESOLVED, which they say nothing of, OPENED."""
    assert step(one, 10) == (row, ONGOING)
    assert step(replace(one, outbox=replace(one.outbox, standing=None)), 10) == (row, OPENED)
    assert step(one, 10, CAPPED) == NOTHING


@pytest.mark.parametrize(("row", "one"), (LOUD | LAST).items())
@pytest.mark.parametrize("reason", ["low", "spoken for", "ended"])
def test_what_is_silent(row: str, one: Incident, reason: str) -> None:
    """Of what is low, spoken for, or known to have ended, no row but its end publishes anything."""
    assert step(one, 10)[0] == row
    context = SPOKEN_FOR if reason == "spoken for" else Context()
    silent = replace(one, severity=LOW if reason == "low" else one.severity)
    if reason == "ended":
        assert step(replace(one, ended_by="rolled back"), 10)[0] == "over"
    else:
        assert step(silent, 10, context) == NOTHING


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (incident(MEDIUM), NOTHING),
        (incident(MEDIUM, published(LOW)), NOTHING),
        (replace(of_several("ab", "a"), severity=MEDIUM), NOTHING),
        (incident(HIGH, published(HIGH, START - DAY, news_since=START)), NOTHING),
        (incident(MEDIUM, published(HIGH), **FAMILY), ("over", RESOLVED)),
    ],
    ids=["first", "rise", "owner down", "a reminder of what is high", "the end"],
)
def test_over_the_cap(one: Incident, expected: tuple[str, Any]) -> None:
    """Thirty messages an hour; OPENED at high and RESOLVED are never held."""
    assert step(one, 10, Context(over=True if one.service is None else None, messages=30)) == expected
    assert step(one, 10, Context(over=True if one.service is None else None, messages=29)) != NOTHING


@pytest.mark.parametrize(
    ("values", "level", "second", "held"),
    [
        (PULL, Level.UNKNOWN, 29, True),
        (PULL, Level.DEGRADED, 29, True),
        (PULL, Level.UNKNOWN, 30, False),
        (PULL, Level.DOWN, 0, False),
        ({}, Level.UNKNOWN, 0, False),
        ({"kind": Kind.STOPPED_WHILE_PROTECTED, "cause": Cause("SPOT")}, Level.UNKNOWN, 0, False),
    ],
    ids=["shared", "degraded", "after 30 s", "down", "of its own", "of protected work"],
)
def test_shared_causes_are_held(values: dict[str, Any], level: Level, second: int, held: bool) -> None:  # noqa: FBT001 - a column of the table
    """For 30 s the next owner may show that it is one matter, unless it is down; nothing else waits."""
    one = incident(HIGH, **values)
    one = replace(one, impact=None if level is Level.UNKNOWN else impact(level))
    assert step(one, second / 60) == (NOTHING if held else ("first", OPENED))


def test_a_return_is_held_anew() -> None:
    """What was resolved is held again, from its return on; what stands is not."""
    one = replace(incident(HIGH, published(MEDIUM, START - HOUR), **PULL), returned_at=minutes(60))
    assert step(one, 60) == ("rise", OPENED)
    assert step(replace(one, outbox=replace(one.outbox, standing=None)), 60) == NOTHING


@pytest.mark.parametrize(
    ("severity", "before", "expected"),
    [
        (HIGH, {MEDIUM: -1}, True),
        (MEDIUM, {LOW: -1}, True),
        (HIGH, {HIGH: -1}, False),
        (HIGH, {HIGH: -23.9, MEDIUM: -1}, False),
        (HIGH, {HIGH: -24, MEDIUM: -1}, True),
        (HIGH, {HIGH: -100}, False),
        (MEDIUM, {HIGH: -100, MEDIUM: -1}, False),
        (MEDIUM, {HIGH: -100, LOW: -1}, True),
    ],
)
def test_rise(severity: Any, before: dict[Any, float], expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """Above all that was published in the last 24 hours, and above what was published last."""
    outbox = published(
        max(before, key=lambda one: one.rank),
        published={one: START + HOUR * at for one, at in before.items()},
    )
    assert (step(incident(severity, outbox), 0)[0] == "rise") is expected


@pytest.mark.parametrize(
    ("severity", "standing", "expected"),
    [(HIGH, None, True), (HIGH, MEDIUM, True), (HIGH, HIGH, False), (MEDIUM, None, False)],
)
def test_back(severity: Any, standing: Any, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """High again, with no message at high that stands, is published however soon after the last."""
    outbox = published(HIGH, standing=standing)
    assert (step(incident(severity, outbox), 1)[0] == "back") is expected


@pytest.mark.parametrize(
    ("down", "named", "minute", "expected"),
    [
        ("ab", "a", 10, True),
        ("b", "a", 10, True),
        ("a", "", 10, True),
        ("ab", "a", 9, False),
        ("ab", "ab", 60, False),
        ("a", "ab", 60, False),
        ("", "", 60, False),
    ],
    ids=["one more", "another one", "the first", "too soon", "all named", "one recovered", "none"],
)
def test_owner_down(down: str, named: str, minute: float, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """Whoever is newly down is named, at most once in ten minutes with all that are new."""
    assert (step(of_several(down, named), minute)[0] == "owner down") is expected


@pytest.mark.parametrize(
    ("one", "context", "minute", "expected"),
    [
        (incident(outbox=published()), OVER, 15, ("over", RESOLVED)),
        (incident(outbox=published()), OVER, 14.9, NOTHING),
        (incident(outbox=published()), Context(), 60, NOTHING),
        (incident(outbox=published()), Context(over=False), 60, NOTHING),
        (incident(LOW), OVER, 15, ("over", None)),
        (incident(LOW, published()), OVER, 15, ("over", RESOLVED)),
        (incident(outbox=published(**CLOSED)), OVER, 15, ("over", None)),
        (incident(outbox=published()), Context(over=True, spoken_for=True), 15, ("over", None)),
        (incident(outbox=published(HIGH)), Context(over=True, spoken_for=True), 15, ("over", RESOLVED)),
        (replace(incident(outbox=published()), ended_by="rolled back"), Context(), 0, ("over", RESOLVED)),
        (replace(incident(HIGH), ended_by="rolled back"), Context(), 0, ("over", None)),
    ],
    ids=[
        "quiet",
        "not for long enough",
        "nobody looked",
        "it stands",
        "never heard",
        "low by now",
        "closed before",
        "spoken for",
        "spoken for, high",
        "end known",
        "end known, never heard",
    ],
)
def test_over(one: Incident, context: Context, minute: float, expected: tuple[str, Any]) -> None:
    """Quiet for 15 minutes and found well, or its end known; RESOLVED closes what stands."""
    assert step(one, minute, context) == expected


@pytest.mark.parametrize(
    ("level", "over"), [(Level.NONE, True), (Level.DEGRADED, False), (Level.DOWN, False), (None, True)]
)
def test_nothing_is_over_while_its_service_lacks_tasks(level: Level | None, over: bool) -> None:  # noqa: FBT001 - a column of the table
    """Degraded or down, or just about to become so: a single reading is enough to wait."""
    one = replace(incident(HIGH, published(HIGH)), impact=impact(level) if level else None)
    assert (step(one, 60, OVER)[0] == "over") is over
    lacks = replace(impact(Level.NONE), below_since=minutes(59), checked_at=minutes(59))
    assert step(replace(one, impact=lacks), 60, OVER)[0] == "else"


@pytest.mark.parametrize(
    ("count", "before", "expected"),
    [(9, 1, False), (10, 1, True), (10, 9, True), (99, 10, False), (100, 99, True), (5000, 7, True)],
)
def test_milestone(count: int, before: int, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """10, 100, 1,000 are published, in however many steps they came; not of what returns, or is high."""
    one = grown(count, published(notified_count=before))
    assert (step(one, 1) == ("milestone", ONGOING)) is expected
    again = replace(
        one, occurrences=replace(TWICE, newest_last=(TWICE.newest_last[0], *one.occurrences.newest_last))
    )
    high = grown(count, published(HIGH, notified_count=before), HIGH)
    assert step(again, 1) == step(high, 1) == NOTHING


@pytest.mark.parametrize(
    ("severity", "reminders", "hours"),
    [
        (MEDIUM, 0, 4),
        (MEDIUM, 1, 12),
        (MEDIUM, 2, 24),
        (MEDIUM, 3, 72),
        (MEDIUM, 4, 168),
        (MEDIUM, 9, 168),
        (HIGH, 0, 4),
        (HIGH, 1, 12),
        (HIGH, 2, 24),
        (HIGH, 3, 24),
        (HIGH, 9, 24),
    ],
)
def test_reminder(severity: Any, reminders: int, hours: float) -> None:
    """After 4 h, 12 h, 1 d, 3 d, then weekly, daily while it is high, if anything came since or it is bad."""
    one = incident(severity, published(severity, reminders=reminders, news_since=START))
    assert step(one, hours * 60) == ("reminder", ONGOING)
    assert step(one, hours * 60 - 1) == NOTHING
    quiet = replace(one, outbox=replace(one.outbox, news_since=None))
    assert step(quiet, hours * 60) == NOTHING
    bad = replace(quiet, impact=impact(Level.DEGRADED, START + hours * HOUR - MINUTE))
    assert step(bad, hours * 60) == ("reminder", ONGOING)


def test_what_is_resolved_does_nothing() -> None:
    """Whatever was read or comes to be due."""
    over = replace(incident(HIGH), status="RESOLVED")
    assert step(over, 10) == step(over, 10, OVER) == ("resolved", None)
