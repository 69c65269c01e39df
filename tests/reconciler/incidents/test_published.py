"""When an incident is published, and when not: each row of `steps` at its limits."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.incidents.case import Context
from reconciler.incidents.facts.impact import Level
from reconciler.incidents.facts.occurrences import Occurrence, Occurrences
from reconciler.incidents.model import Incident
from tests.support.courses import (
    DAY,
    HIGH,
    HOUR,
    LOW,
    MEDIUM,
    MINUTE,
    ONGOING,
    OPENED,
    RESOLVED,
    grown,
    impact,
    incident,
    minutes,
    of_several,
    published,
    step_of,
)
from tests.support.values import START

OVER = Context(over=True)
NOTHING: tuple[str, Any] = ("else", None)
TWICE = Occurrences((Occurrence(START - DAY, START - DAY), Occurrence(START, START)), 0, START - DAY)
CLOSED = {"standing": None}


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
    assert (step_of(incident(severity, outbox), 0)[0] == "rise") is expected


@pytest.mark.parametrize(
    ("severity", "standing", "expected"),
    [(HIGH, None, True), (HIGH, MEDIUM, True), (HIGH, HIGH, False), (MEDIUM, None, False)],
)
def test_back(severity: Any, standing: Any, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """High again, with no message at high that stands, is published however soon after the last."""
    outbox = published(HIGH, standing=standing)
    assert (step_of(incident(severity, outbox), 1)[0] == "back") is expected


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
    assert (step_of(of_several(down, named), minute)[0] == "owner down") is expected


def test_whoever_is_named_as_down_is_opened() -> None:
    """Also where the message is due for other owners, sooner than one for those that are down would be."""
    assert step_of(of_several("", ""), 9) == ("owners", ONGOING)
    assert step_of(of_several("b", ""), 9) == ("owners", OPENED)


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
    assert step_of(one, minute, context) == expected


@pytest.mark.parametrize(
    ("level", "over"), [(Level.NONE, True), (Level.DEGRADED, False), (Level.DOWN, False), (None, True)]
)
def test_nothing_is_over_while_its_service_lacks_tasks(level: Level | None, over: bool) -> None:  # noqa: FBT001 - a column of the table
    """Degraded or down, or just about to become so: a single reading is enough to wait."""
    one = replace(incident(HIGH, published(HIGH)), impact=impact(level) if level else None)
    assert (step_of(one, 60, OVER)[0] == "over") is over
    lacks = replace(impact(Level.NONE), below_since=minutes(59), checked_at=minutes(59))
    assert step_of(replace(one, impact=lacks), 60, OVER)[0] == "else"


@pytest.mark.parametrize(
    ("count", "before", "expected"),
    [(9, 1, False), (10, 1, True), (10, 9, True), (99, 10, False), (100, 99, True), (5000, 7, True)],
)
def test_milestone(count: int, before: int, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """10, 100, 1,000 are published, in however many steps they came; not of what returns, or is high."""
    one = grown(count, published(notified_count=before))
    assert (step_of(one, 1) == ("milestone", ONGOING)) is expected
    again = replace(
        one, occurrences=replace(TWICE, newest_last=(TWICE.newest_last[0], *one.occurrences.newest_last))
    )
    high = grown(count, published(HIGH, notified_count=before), HIGH)
    assert step_of(again, 1) == step_of(high, 1) == NOTHING


@pytest.mark.parametrize(
    ("named", "minute", "expected"),
    [
        (1, 5, True),
        (2, 5, True),
        (2, 4.9, False),
        (3, 5, False),
        (3, 29.9, False),
        (3, 30, True),
        (4, 600, False),
    ],
)
def test_owners(named: int, minute: float, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    """Of four owners some were named: twice as many are published soon, any at last."""
    one = of_several("", "")
    assert one.shared
    one = replace(one, shared=replace(one.shared, others=1, named=named))
    assert step_of(one, minute) == (("owners", ONGOING) if expected else NOTHING)


def test_of_several_owners_there_are_no_milestones() -> None:
    """How many are struck says more than how often."""
    one = of_several("", "")
    assert one.shared
    many = replace(one, severity=MEDIUM, occurrences=grown(100, published()).occurrences)
    assert step_of(replace(many, shared=replace(one.shared, named=3)), 1) == NOTHING


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
    assert step_of(one, hours * 60) == ("reminder", ONGOING)
    assert step_of(one, hours * 60 - 1) == NOTHING
    quiet = replace(one, outbox=replace(one.outbox, news_since=None))
    assert step_of(quiet, hours * 60) == NOTHING
    bad = replace(quiet, impact=impact(Level.DEGRADED, START + hours * HOUR - MINUTE))
    assert step_of(bad, hours * 60) == ("reminder", ONGOING)


def test_what_is_resolved_does_nothing() -> None:
    """Whatever was read or comes to be due."""
    over = replace(incident(HIGH), status="RESOLVED")
    assert step_of(over, 10) == step_of(over, 10, OVER) == ("resolved", None)
