"""What an incident does next: the table of `steps`, row by row, and each reason why a row does not hold."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.findings.model import Cause, Kind
from reconciler.findings.policy import Policy, Scope
from reconciler.incidents.case import Context
from reconciler.incidents.facts.impact import Level
from reconciler.incidents.model import Incident
from reconciler.incidents.outbox import Outbox
from tests.support.courses import (
    DAY,
    DIGEST,
    HIGH,
    HOUR,
    LOW,
    MEDIUM,
    ONGOING,
    OPENED,
    RESOLVED,
    grown,
    impact,
    incident,
    minutes,
    of_several,
    pending,
    published,
    step_of,
)
from tests.support.values import START

OVER, SPOKEN_FOR, CAPPED = Context(over=True), Context(spoken_for=True), Context(messages=30)
MUTED = Policy(muted=((Scope(service="check*"), START + DAY),))
NOTHING: tuple[str, Any] = ("else", None)
PULL: dict[str, Any] = {"kind": Kind.TASK_FAILED_TO_START, "cause": Cause("IMAGE_PULL")}
FAMILY: dict[str, Any] = {"group": "family:report"}
CLOSED = {"standing": None}


def test_of_several_rows_the_first_counts() -> None:
    """What is first of all pending, then muted, then goes on as a run, then is published, then is over."""
    one = incident(HIGH, Outbox(pending=(pending(),)), **FAMILY)
    assert step_of(one, 1, policy=Policy(muted=((Scope(family="checkout"), START + DAY),)))[0] == "unsent"
    one = replace(one, outbox=Outbox())
    assert step_of(one, 1, policy=Policy(muted=((Scope(family="checkout"), START + DAY),)))[0] == "muted"
    assert [step_of(one, 1)[0], step_of(one, 1, OVER)[0]] == ["run", "first"]
    assert step_of(replace(one, outbox=published(HIGH)), 60, OVER)[0] == "over"


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
    assert step_of(incident(outbox=outbox), 20, OVER) == expected


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
    assert step_of(incident(MEDIUM, outbox), minute, context, MUTED) == expected


def test_a_run_that_goes_on_has_no_milestones() -> None:
    """Hours after it was published, however many of its tasks fail."""
    one = replace(grown(10, published()), key=incident(**FAMILY).key)
    assert step_of(one, 5 * 60, Context(over=False)) == NOTHING


def test_of_a_muted_run_nothing_is_published() -> None:
    """Though it ends before the mute does."""
    muted = Policy(muted=((Scope(cluster="shop"), START + DAY),))
    assert step_of(incident(HIGH, **FAMILY), 5, OVER, muted) == ("over", None)


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
    assert step_of(incident(severity, outbox, **FAMILY), minute, context) == expected


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
    assert step_of(one, 10) == (row, OPENED)
    assert step_of(one, 10, CAPPED) == (row, OPENED)


@pytest.mark.parametrize(("row", "one"), LAST.items())
def test_what_is_ongoing(row: str, one: Incident) -> None:
    """A milestone and a reminder are ONGOING; after a RESOLVED, which they say nothing of, OPENED."""
    assert step_of(one, 10) == (row, ONGOING)
    assert step_of(replace(one, outbox=replace(one.outbox, standing=None)), 10) == (row, OPENED)
    assert step_of(one, 10, CAPPED) == NOTHING


@pytest.mark.parametrize(("row", "one"), (LOUD | LAST).items())
@pytest.mark.parametrize("reason", ["low", "spoken for", "ended"])
def test_what_is_silent(row: str, one: Incident, reason: str) -> None:
    """Of what is low, spoken for, or known to have ended, no row but its end publishes anything."""
    assert step_of(one, 10)[0] == row
    context = SPOKEN_FOR if reason == "spoken for" else Context()
    silent = replace(one, severity=LOW if reason == "low" else one.severity)
    if reason == "ended":
        assert step_of(replace(one, ended_by="rolled back"), 10)[0] == "over"
    else:
        assert step_of(silent, 10, context) == NOTHING


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
    assert step_of(one, 10, Context(over=True if one.service is None else None, messages=30)) == expected
    assert step_of(one, 10, Context(over=True if one.service is None else None, messages=29)) != NOTHING


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
    assert step_of(one, second / 60) == (NOTHING if held else ("first", OPENED))


def test_a_return_is_held_anew() -> None:
    """What was resolved is held again, from its return on; what stands is not."""
    one = replace(incident(HIGH, published(MEDIUM, START - HOUR), **PULL), returned_at=minutes(60))
    assert step_of(one, 60) == ("rise", OPENED)
    assert step_of(replace(one, outbox=replace(one.outbox, standing=None)), 60) == NOTHING
