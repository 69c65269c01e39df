"""For how long an incident must be quiet to be over, and what lasts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.findings.model import Cause, Kind
from reconciler.findings.policy import Policy
from reconciler.incidents.facts.impact import Impact
from reconciler.incidents.facts.occurrences import Occurrence, Occurrences
from reconciler.incidents.model import Incident
from reconciler.incidents.timing import asks_at, is_standing, look_at, quiet_at
from tests.support.courses import DAY, HOUR, MINUTE, POLICY, incident, minutes, of_several
from tests.support.values import START

STUCK: dict[str, Any] = {"kind": Kind.STUCK, "cause": Cause("PENDING")}
RUN: dict[str, Any] = {"group": "family:report"}


def occurred(*hours: float) -> Occurrences:
    """Single faults so many hours before the start, the last one now."""
    times = [START - HOUR * hour for hour in (*hours, 0)]
    return Occurrences(tuple(Occurrence(at, at) for at in times), 0, times[0])


@pytest.mark.parametrize(
    ("values", "hours", "quiet"),
    [
        ({}, (), 15 * MINUTE),
        ({}, (5,), 15 * MINUTE),
        ({}, (10, 5), 10 * HOUR),
        ({}, (9, 2), 14 * HOUR),
        ({}, (48, 24), DAY),
        ({}, (200, 190, 180), 15 * MINUTE),
        ({"kind": Kind.STOPPED_WHILE_PROTECTED}, (), 15 * MINUTE),
        ({"kind": Kind.SERVICE_IMPAIRED}, (), 15 * MINUTE),
        (STUCK, (), HOUR),
        ({"kind": Kind.PROTECTION_EXPIRED, "cause": None}, (), HOUR),
        (RUN, (), timedelta(0)),
    ],
    ids=[
        "once",
        "twice",
        "every five hours",
        "by the longest gap",
        "daily",
        "not this week",
        "protected work",
        "a service",
        "stuck",
        "a protection",
        "a run",
    ],
)
def test_quiet(values: dict[str, Any], hours: tuple[float, ...], quiet: timedelta) -> None:
    """A quarter of an hour; an hour for what tasks are in, and twice the longest gap, at most a day."""
    one = replace(incident(**values), occurrences=occurred(*hours))
    assert quiet_at(one, POLICY) == START + quiet
    longer = POLICY.resolve + 2 * DAY
    if values is not RUN:
        assert quiet_at(one, Policy(resolve=longer)) == START + longer


def test_of_several_owners_all_are_quiet_for_half_an_hour() -> None:
    """Whatever the policy says of a single one."""
    assert quiet_at(of_several("", ""), Policy(resolve=DAY)) == START + 30 * MINUTE


def short(minute: float, *, zero: bool = False, estimated: bool = False) -> Impact:
    """A service that had too few tasks, or only none, from that minute on."""
    read = Impact(desired=4, running=0, pending=0, checked_at=minutes(minute + 1), estimated=estimated)
    since = minutes(minute)
    return replace(read, zero_since=since if zero else None, below_since=None if zero else since)


WELL = replace(short(0), below_since=None)


@pytest.mark.parametrize(
    ("read", "minute", "after"),
    [
        (None, 14, 1),
        (WELL, 14, 1),
        (None, 15, None),
        (WELL, 15, None),
        (short(0), 59, 1),
        (short(0, zero=True), 59, 1),
        (short(0), 60, 5),
        (short(0), 120, 10),
        (short(0), 180, 15),
        (short(0), 6000, 15),
        (short(0, estimated=True), 14, 1),
        (short(0, estimated=True), 15, None),
    ],
)
def test_ecs_is_asked(read: Impact | None, minute: float, after: float | None) -> None:
    """Each minute after a finding and while tasks lack; after an hour of it less often, at last seldom."""
    one = replace(incident(), impact=read)
    assert asks_at(one, minutes(minute)) == (None if after is None else minutes(minute + after))
    assert asks_at(incident(**RUN), minutes(minute)) is None


@pytest.mark.parametrize(
    ("one", "minute", "after"),
    [
        (incident(), 15, 5),
        (incident(), 1600, 5),
        (replace(incident(), impact=short(0, estimated=True)), 16, 5),
        (replace(incident(), impact=short(0, estimated=True)), 80, 10),
        (of_several("", ""), 1, 1),
        (of_several("", ""), 80, 10),
        (of_several("", ""), 1600, 60),
    ],
)
def test_it_is_looked_at_whether_it_is_over(one: Incident, minute: float, after: float) -> None:
    """Every five minutes; the later, the longer nothing happened, where only that can change it."""
    assert look_at(one, minutes(minute)) == minutes(minute + after)


@pytest.mark.parametrize("kind", list(Kind))
def test_what_lasts(kind: Kind) -> None:
    """Conditions of tasks and services last until they are found to be gone; stops and their like happen."""
    happen = {
        Kind.TASK_FAILED_TO_START,
        Kind.ESSENTIAL_CONTAINER_FAILED,
        Kind.HEALTH_CHECK_FAILED,
        Kind.CAPACITY_INTERRUPTED,
        Kind.UNKNOWN_STOP,
        Kind.STOPPED_WHILE_PROTECTED,
        Kind.STOPPED_AFTER_EXPIRY,
    }
    assert is_standing(incident(kind=kind)) is (kind not in happen)
