"""Drift's truth table, and when a task that ECS lost may be closed."""

from dataclasses import replace
from datetime import datetime

import pytest

from reconciler.drift import CAUGHT_UP, SETTLED, Drift, drift, is_gone, is_in_error, may_vanish
from reconciler.gate import succeed
from reconciler.model.entry import Closure, LedgerEntry
from reconciler.model.task import Absence, ClosedAs, TaskState
from tests.support.values import at, event, state

OPEN = succeed(None, event(3))
STOPPED = succeed(None, event(6, last_status="STOPPED", stopped_at=at(60)))
UNOBSERVED = replace(OPEN, closed=Closure(ClosedAs.UNOBSERVED, at(60)))
SWEEP_BEGAN = at(3600)
NOW = at(3660)


@pytest.mark.parametrize(
    ("entry", "described", "expected"),
    [
        (None, state(1), Drift.UNRECORDED),
        (None, state(0), Drift.UNRECORDED),
        (None, Absence.MISSING, Drift.NONE),
        (None, Absence.UNKNOWN, Drift.UNKNOWN),
        (OPEN, state(4), Drift.MISSED),
        (OPEN, state(9, last_status="STOPPED"), Drift.MISSED),
        (OPEN, state(3), Drift.NONE),
        (OPEN, state(3, health_status="HEALTHY", tags={"team": "shop"}), Drift.NONE),
        (OPEN, state(3, last_status="ACTIVATING"), Drift.NONE),
        (OPEN, state(2), Drift.AHEAD),
        (OPEN, state(0), Drift.AHEAD),
        (OPEN, Absence.MISSING, Drift.VANISHED),
        (OPEN, Absence.UNKNOWN, Drift.UNKNOWN),
        (STOPPED, state(6, last_status="STOPPED"), Drift.NONE),
        (STOPPED, state(5), Drift.AHEAD),
        (STOPPED, state(7), Drift.MISSED),
        (STOPPED, Absence.MISSING, Drift.NONE),
        (STOPPED, Absence.UNKNOWN, Drift.UNKNOWN),
        (UNOBSERVED, Absence.MISSING, Drift.NONE),
        (UNOBSERVED, state(6, last_status="STOPPED"), Drift.MISSED),
    ],
)
def test_drift(entry: LedgerEntry | None, described: TaskState | Absence, expected: Drift) -> None:
    """Versions alone decide where both know the task; no answer never stands for "gone"."""
    assert drift(entry, described) is expected


@pytest.mark.parametrize(
    ("missing_since", "gone"),
    [
        (None, False),
        (at(1800), True),
        (at(3599.999), True),
        (SWEEP_BEGAN, False),
        (at(3630), False),
    ],
    ids=["seen till now", "last sweep", "just before this one", "as this one began", "in this one"],
)
def test_gone_takes_two_sweeps(missing_since: datetime | None, gone: bool) -> None:  # noqa: FBT001 - a column
    """A task is gone only when an earlier sweep missed it too: one that is repeated counts once."""
    assert is_gone(replace(OPEN, missing_since=missing_since), SWEEP_BEGAN, NOW) is gone


@pytest.mark.parametrize(("observed_at", "may"), [(NOW, False), (NOW - SETTLED, True), (at(3361), False)])
def test_what_was_just_observed_cannot_have_vanished(observed_at: datetime, may: bool) -> None:  # noqa: FBT001 - a column
    """MISSING says nothing of a task that was observed in the last five minutes, however often."""
    entry = replace(OPEN, observed_at=observed_at, missing_since=at(0))
    assert (may_vanish(entry, NOW), is_gone(entry, SWEEP_BEGAN, NOW)) == (may, may)


@pytest.mark.parametrize(
    ("above_since", "in_error"),
    [(None, False), (NOW - CAUGHT_UP, True), (at(3060.001), False), (SWEEP_BEGAN, False)],
    ids=["not above", "ten minutes ago", "a moment too soon", "as this sweep began"],
)
def test_in_error(above_since: datetime | None, in_error: bool) -> None:  # noqa: FBT001 - a column
    """An entry is in error only when it was above ten minutes ago, and in an earlier sweep."""
    assert is_in_error(replace(OPEN, above_since=above_since), SWEEP_BEGAN, NOW) is in_error
    late = NOW + 2 * CAUGHT_UP
    assert not is_in_error(replace(OPEN, above_since=SWEEP_BEGAN), SWEEP_BEGAN, late)
