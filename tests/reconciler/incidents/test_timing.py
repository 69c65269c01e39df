"""For how long an incident must be quiet to be over, and what lasts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.findings.model import Cause, Kind
from reconciler.findings.policy import Policy
from reconciler.incidents.facts.occurrences import Occurrence, Occurrences
from reconciler.incidents.timing import is_standing, quiet_at
from tests.support.courses import DAY, HOUR, MINUTE, POLICY, incident, of_several
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
