"""The state that a task had at a time, from what is left of its life."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from reconciler.gate import history_row, reset_row, succeed
from reconciler.model.entry import Closure
from reconciler.model.task import ClosedAs, Observation
from taskledger.lives.states import Life, needs_rows, state_at
from tests.support.past_lives import TrueLife, times, true_lives
from tests.support.values import at, describe, event

if TYPE_CHECKING:
    from datetime import datetime

STOPPED: Any = {"last_status": "STOPPED", "desired_status": "STOPPED"}
PENDING: Any = {"last_status": "PENDING"}


def life(*observed: Observation, entry: Observation | None = None) -> Life:
    """A task of which this was observed; its entry is the last, unless given."""
    return Life(entry=succeed(None, entry or observed[-1]), rows=tuple(map(history_row, observed)))


def shown(found: Life, seconds: float) -> tuple[Any, ...] | None:
    """Version, status and desired status at that second; None where it did not run."""
    then = state_at(found, at(seconds))
    return then and (then.version, then.last_status, then.desired_status)


@given(true_lives(), times())
def test_what_was_reported_is_what_ran(true: TrueLife, moment: datetime) -> None:
    """With each version reported, the state at any time is the one that the task had."""
    then = state_at(true.recorded(), moment)
    assert (then and (then.version, then.last_status, then.desired_status)) == true.at(moment)


@given(true_lives(losing=True), times())
def test_lost_events_are_never_made_up(true: TrueLife, moment: datetime) -> None:
    """A task is there when it was, as it was wanted, with its last known status, or RUNNING once it was."""
    then, truth = state_at(true.recorded(), moment), true.at(moment)
    assert (then is None) == (truth is None)
    if then is None or truth is None:
        return
    reported = [one for one in true.moments if one.reported and one.at <= moment]
    known = {None} if then.inferred else {reported[-1].last_status}
    assert then.last_status in {truth[1], *known}
    assert then.version in {None, *(one.version for one in reported[-1:])}
    assert then.desired_status == truth[2]
    if truth[1] == "RUNNING" and true.moments[-1].at >= moment:
        assert then.last_status == "RUNNING"


@given(true_lives(losing=True), times())
def test_rows_are_asked_for_only_where_they_say_more(true: TrueLife, moment: datetime) -> None:
    """What needs no rows is the same without them."""
    known = true.recorded()
    if not needs_rows(known.entry, moment):
        assert state_at(replace(known, rows=()), moment) == state_at(known, moment)


def of_times(**moments: int) -> Life:
    """A task that is over, without its rows, and with these times of its own."""
    own = {f"{name}_at": at(second) for name, second in moments.items()}
    return replace(life(event(9, seconds=400, **STOPPED, **own)), rows=())


@pytest.mark.parametrize(
    ("seconds", "state"),
    [
        (-1, None),
        (0, (None, None, "RUNNING")),
        (99, (None, None, "RUNNING")),
        (100, (None, "RUNNING", "RUNNING")),
        (299, (None, "RUNNING", "RUNNING")),
        (300, (None, None, "STOPPED")),
        (389, (None, None, "STOPPED")),
        (390, None),
    ],
)
def test_a_task_that_outlived_its_rows(seconds: int, state: tuple[Any, ...] | None) -> None:
    """It has the state that its own times prove; a status that passes between them is not known."""
    found = of_times(started=100, stopping=300, stopped=390)
    assert shown(found, seconds) == state
    then = state_at(found, at(seconds))
    assert then is None or then.inferred


@pytest.mark.parametrize(("seconds", "state"), [(50, (None, None, None)), (150, (None, None, None))])
def test_an_end_that_was_asked_for_at_an_unknown_time(seconds: int, state: tuple[Any, ...]) -> None:
    """Nothing says whether the task still ran, or was to."""
    assert shown(of_times(started=100, stopped=390), seconds) == state


@pytest.mark.parametrize(
    ("seconds", "state"),
    [
        (99, (1, "PENDING", "RUNNING")),
        (100, (None, "RUNNING", "RUNNING")),
        (300, (None, None, "STOPPED")),
        (400, None),
    ],
)
def test_lost_versions(seconds: int, state: tuple[Any, ...] | None) -> None:
    """A row that the task's own times contradict is outdated."""
    over = event(6, seconds=401, started_at=at(100), stopping_at=at(300), stopped_at=at(400), **STOPPED)
    assert shown(life(event(1, seconds=1, **PENDING), over), seconds) == state


@pytest.mark.parametrize(
    ("seconds", "state"),
    [
        (9, (None, None, "RUNNING")),
        (10, (1, "PENDING", "RUNNING")),
        (29, (1, "PENDING", "RUNNING")),
        (30, (3, "RUNNING", "RUNNING")),
        (99, (3, "RUNNING", "RUNNING")),
        (100, (4, "RUNNING", "RUNNING")),
        (101, (5, "RUNNING", "RUNNING")),
    ],
)
def test_what_a_sweep_saw(seconds: int, state: tuple[Any, ...]) -> None:
    """It counts from the latest of its own times; where an event had the version too, from the event."""
    running = {"started_at": at(30)}
    found = life(
        event(1, seconds=10, **PENDING),
        describe(1, **PENDING),
        describe(3, **running),
        event(4, seconds=100, **running),
        describe(4, **running),
        event(5, seconds=101, **running),
        entry=event(6, seconds=700, **running),
    )
    assert shown(found, seconds) == state


def test_a_description_without_a_nearer_time() -> None:
    """Between two events, it is not before the lower one."""
    seen = life(
        event(1, seconds=10, last_status="PROVISIONING"), describe(2, **PENDING), entry=event(3, seconds=700)
    )
    assert [shown(seen, second) for second in (9, 10)] == [
        (None, None, "RUNNING"),
        (2, "PENDING", "RUNNING"),
    ]


FALSE = event(50, seconds=100, **STOPPED)
RESET = describe(3, seconds=1000, started_at=at(30))


@pytest.mark.parametrize("seconds", [40, 100, 500, 999, 1000, 1500])
def test_a_reset_refutes_what_was_above_it(seconds: float) -> None:
    """A task that one false event had stopped ran all the time, as ECS described it later."""
    entry = event(5, seconds=2000, started_at=at(30))
    rows = (*life(event(3, seconds=30), FALSE).rows, reset_row(RESET), history_row(entry))
    assert shown(Life(entry=succeed(None, entry), rows=rows), seconds) == (3, "RUNNING", "RUNNING")


def test_lower_versions_count_again_after_a_reset() -> None:
    """Those that came after it are above it, and below the false one."""
    entry = event(5, seconds=2000)
    rows = [history_row(one) for one in (event(3, seconds=30), FALSE, event(4, seconds=1200), entry)]
    found = Life(entry=succeed(None, entry), rows=(*rows, reset_row(RESET)))
    assert [shown(found, second) for second in (1100, 1200, 2000)] == [
        (version, "RUNNING", "RUNNING") for version in (3, 4, 5)
    ]


@pytest.mark.parametrize("confirmed", [describe(7, started_at=at(30)), None])
def test_a_reset_that_was_wrong(confirmed: Observation | None) -> None:
    """A version that ECS describes after all, or the entry has, was true although the API lagged."""
    late = event(7, seconds=100, desired_status="STOPPED", stopping_at=at(100))
    seen = [event(3, seconds=30), late, *([confirmed] if confirmed else [])]
    entry = event(8, seconds=2000, **STOPPED, stopping_at=at(100)) if confirmed else late
    found = Life(entry=succeed(None, entry), rows=(*map(history_row, seen), reset_row(RESET)))
    assert shown(found, 500) == (7, "RUNNING", "STOPPED")


def test_a_stop_within_the_second() -> None:
    """Once it was reported, the task is over, though ECS gave its time to the millisecond later."""
    over = event(6, seconds=400, stopping_at=at(300), stopped_at=at(400.4), **STOPPED)
    found = life(event(3, stopping_at=at(300), desired_status="STOPPED"), over)
    assert [shown(found, second) is None for second in (399, 400, 400.2, 400.4)] == [False, True, True, True]


def test_a_creation_that_is_not_known() -> None:
    """A task is there from its first row on."""
    found = life(event(1, created_at=None), event(5, created_at=None))
    assert [shown(found, second) for second in (9, 10, 49, 50)] == [
        None,
        *((version, "RUNNING", "RUNNING") for version in (1, 1, 5)),
    ]
    assert needs_rows(found.entry, at(9))


def test_a_stop_that_nobody_saw() -> None:
    """The task is there with its last state until it was closed."""
    entry = replace(succeed(None, event(3)), closed=Closure(ClosedAs.UNOBSERVED, at(900)))
    assert shown(Life(entry=entry), 899) == (3, "RUNNING", "RUNNING")
    assert shown(Life(entry=entry), 900) is None
