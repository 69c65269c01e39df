"""From when to when each phase of a task's life is, and what there is where ECS did not say."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskledger.lives.phases import Phase, phases
from tests.support.values import at, state

LIFE = {
    "created_at": 0,
    "connectivity_at": 4.1,
    "pull_started_at": 17.75,
    "pull_stopped_at": 20,
    "started_at": 23,
    "stopping_at": 100,
    "execution_stopped_at": 104,
    "stopped_at": 130,
}
NEEDED = {
    "provision": ("created_at", "connectivity_at"),
    "prepare": ("connectivity_at", "pull_started_at"),
    "pull": ("pull_started_at", "pull_stopped_at"),
    "start": ("pull_stopped_at", "started_at"),
    "run": ("started_at", "stopping_at", "execution_stopped_at"),
    "stop": ("stopping_at", "execution_stopped_at", "stopped_at"),
}
MOMENTS = st.none() | st.integers(-(10**6), 10**6).map(lambda each: at(each / 1000))


def took(**seconds: float | None) -> dict[str, float | None]:
    """The phases, in seconds, of that life with these times in place of its own."""
    times = {name: None if each is None else at(each) for name, each in (LIFE | seconds).items()}
    return {name: one and one.took.total_seconds() for name, one in phases(state(**times)).items()}


def test_a_whole_life() -> None:
    """From each time to the next; what is asked to stop runs until then."""
    assert took() == {
        "provision": 4.1,
        "prepare": 13.65,
        "pull": 2.25,
        "start": 3,
        "run": 77,
        "stop": 30,
    }


def test_what_ends_by_itself() -> None:
    """Its containers were done before ECS began to stop it: from then on it stops."""
    found = took(execution_stopped_at=80)
    assert (found["run"], found["stop"]) == (57, 50)


def test_when_it_began() -> None:
    """Each phase knows: its first time, and of the stop the earlier of two."""
    found = phases(state(**{name: at(each) for name, each in LIFE.items()}))
    began = {name: one and (one.began_at - at(0)).total_seconds() for name, one in found.items()}
    assert began == {"provision": 0, "prepare": 4.1, "pull": 17.75, "start": 20, "run": 23, "stop": 100}


def test_clocks_that_differ() -> None:
    """What ends before it begins took no time."""
    assert took(pull_started_at=4.05)["prepare"] == 0


@pytest.mark.parametrize(("phase", "times"), NEEDED.items())
def test_a_time_that_is_missing(phase: str, times: tuple[str, ...]) -> None:
    """Each phase that needs it is unknown, and no other."""
    for name in times:
        without = took(**{name: None})
        assert without[phase] is None
        assert {each for each, one in without.items() if one is None} == {
            each for each, needed in NEEDED.items() if name in needed
        }


@given(st.fixed_dictionaries(dict.fromkeys(LIFE, MOMENTS)))
def test_never_negative_and_never_invented(times: dict[str, datetime | None]) -> None:
    """Whatever ECS says: there is a phase where all of its times are known, and only there."""
    found = phases(state(**times))
    assert {name for name, one in found.items() if one} == {
        name for name, needed in NEEDED.items() if all(times[each] for each in needed)
    }
    for name, one in found.items():
        if one:
            assert one.took >= timedelta(0)
            assert one.began_at in [times[each] for each in NEEDED[name]]
            assert one.took == timedelta(0) or one.began_at + one.took in times.values()


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_lengths_are_exact(began: int, length: int) -> None:
    """To the millisecond."""
    start = at(began / 1000)
    one = phases(state(pull_started_at=start, pull_stopped_at=start + timedelta(milliseconds=length)))["pull"]
    assert one == Phase(start, timedelta(milliseconds=length))
