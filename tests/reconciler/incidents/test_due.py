"""When an incident is to be looked at again, and when it is in a digest."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.findings.model import Cause, Kind
from reconciler.findings.policy import Policy, Scope
from reconciler.incidents.case import Context
from reconciler.incidents.facts.impact import Level
from reconciler.incidents.lifecycle import queue_digest
from reconciler.incidents.model import Incident, Status
from reconciler.incidents.outbox import Outbox
from reconciler.incidents.steps import awaits_digest, next_step
from tests.support.courses import (
    DAY,
    DIGEST,
    HIGH,
    HOUR,
    LOW,
    MEDIUM,
    MINUTE,
    ONGOING,
    POLICY,
    RESOLVED,
    Course,
    impact,
    incident,
    minutes,
    of_several,
    pending,
    published,
)
from tests.support.values import START

MIDNIGHT = START.replace(hour=0) + DAY
PULL: dict[str, Any] = {"kind": Kind.TASK_FAILED_TO_START, "cause": Cause("IMAGE_PULL")}
PROTECTED: dict[str, Any] = {"kind": Kind.STOPPED_WHILE_PROTECTED, "cause": Cause("OTHER")}
RUN: dict[str, Any] = {"group": "family:report"}
FALLS_SHORT = replace(impact(Level.NONE), below_since=START)
NONE_RUNS = replace(impact(Level.NONE), zero_since=START)


def due(one: Incident, minute: float, policy: Policy = POLICY, **context: Any) -> datetime | None:
    return next_step(one, Context(**context), minutes(minute), policy).due_at


@pytest.mark.parametrize(
    ("one", "minute", "expected"),
    [
        (incident(HIGH, Outbox(pending=(pending(),))), 0, MINUTE),
        (incident(HIGH, published(pending=(pending(to=("one",)),))), 0, MINUTE),
        (incident(HIGH, published(), **PULL), 0, MINUTE),
        (incident(HIGH, published()), 14, MINUTE),
        (replace(incident(HIGH, published()), impact=FALLS_SHORT), 59, MINUTE),
        (replace(incident(HIGH, published()), impact=NONE_RUNS), 59, MINUTE),
        (replace(incident(HIGH, published()), impact=FALLS_SHORT), 60, 5 * MINUTE),
        (incident(HIGH, published()), 15, 5 * MINUTE),
        (incident(HIGH, published(), **PROTECTED), 5, 10 * MINUTE),
        (incident(HIGH, published(), **PROTECTED), 20, 5 * MINUTE),
        (of_several("", ""), 1, MINUTE),
        (incident(MEDIUM, **RUN), 58, 2 * MINUTE),
        (incident(MEDIUM, **RUN), 5, 5 * MINUTE),
        (incident(HIGH, published(HIGH, START - 4 * HOUR, news_since=START), **PROTECTED), 2, MINUTE),
        (incident(HIGH, published(HIGH, START - 3.9 * HOUR, news_since=START), **PROTECTED), 2, 4 * MINUTE),
    ],
    ids=[
        "pending",
        "pending to one",
        "held, but read each minute",
        "read each minute after a fault",
        "it lacks tasks",
        "none runs, and none has to",
        "it has lacked tasks for an hour",
        "quiet, until somebody finds it well",
        "until it is quiet",
        "of what has no impact, quiet",
        "of several owners",
        "a run until its hour is over",
        "a run, whether it is over",
        "a reminder that something keeps back",
        "a reminder",
    ],
)
def test_it_is_looked_at_again(one: Incident, minute: float, expected: timedelta) -> None:
    """At the first time at which anything can change."""
    assert due(one, minute, messages=30) == minutes(minute) + expected


def test_what_is_held_is_due_when_it_is_no_more() -> None:
    """After 30 s, at the end of a mute, and at the full hour where it is over the cap."""
    assert due(incident(MEDIUM, **PULL), 0) == START + timedelta(seconds=30)
    muted = Policy(muted=((Scope(service="check*"), minutes(10)),))
    assert due(incident(MEDIUM, **PROTECTED), 1, muted) == minutes(10)
    waits = replace(incident(MEDIUM, **PROTECTED), noted_at=minutes(50))
    assert due(waits, 55, messages=30) == minutes(60)


def test_a_reminder_waits_for_the_end_of_a_mute() -> None:
    """Nobody looks each minute whether it may be published now."""
    overdue = incident(HIGH, published(HIGH, START - DAY, news_since=START), **PROTECTED)
    assert due(overdue, 20, Policy(muted=((Scope(service="checkout"), minutes(23)),))) == minutes(23)
    assert due(overdue, 20, Policy(muted=((Scope(service="checkout"), START + 7 * DAY),))) == minutes(25)


@pytest.mark.parametrize("day", [DAY, HOUR])
def test_news_is_in_the_next_digest(day: timedelta) -> None:
    """At the full day, or whatever else is the policy's, after the first finding that nobody heard of."""
    policy = Policy(digest=day)
    one = replace(incident(LOW), outbox=Outbox(news_since=minutes(20)), noted_at=START + 3 * DAY)
    first = MIDNIGHT if day is DAY else START + HOUR
    assert not awaits_digest(one, first - timedelta(seconds=1), policy)
    assert awaits_digest(one, first, policy)
    assert awaits_digest(replace(one, status=Status.RESOLVED), first, policy)
    assert not awaits_digest(replace(one, outbox=Outbox()), first, policy)


def test_a_digest_waits_for_the_message_before_it() -> None:
    """Nor is it queued twice: what is pending lists the incident already."""
    news = Outbox(news_since=START)
    unsent = replace(news, pending=(pending(ONGOING),))
    assert awaits_digest(replace(incident(), outbox=news), MIDNIGHT, POLICY)
    assert not awaits_digest(replace(incident(), outbox=unsent), MIDNIGHT, POLICY)
    queued = queue_digest(replace(incident(), outbox=news), "DIGEST|1", MIDNIGHT, POLICY)
    assert [one.type for one in queued.outbox.pending] == [DIGEST]
    assert not awaits_digest(queued, MIDNIGHT, POLICY)


def test_what_is_over_is_due_for_what_is_left_to_send() -> None:
    """A minute for its RESOLVED, the next digest for its news; then never again."""
    over = replace(incident(), status=Status.RESOLVED)
    assert due(replace(over, outbox=Outbox(pending=(pending(RESOLVED),))), 7) == minutes(8)
    assert due(replace(over, outbox=Outbox(news_since=START)), 7) == MIDNIGHT
    assert due(over, 7) is None


def test_news_after_the_end_is_in_a_digest() -> None:
    """A fault from before the end that is reported after it, and that opens nothing again."""
    course = Course()
    course.fault(0)
    course.read(1, steady=4)
    course.fault(16)
    course.look(31, over=True)
    assert not course.one.open
    course.fault(14, late=20)
    assert (course.one.open, course.one.count, course.one.due_at) == (False, 3, MIDNIGHT)
    assert awaits_digest(course.one, MIDNIGHT, POLICY)
