"""How bad it is for a service: a table of what was read of it, minute by minute."""

from collections.abc import Sequence

import pytest

from reconciler.incidents.facts.impact import Impact, Level, Running, checked, level_of
from tests.support.courses import MINUTE, minutes
from tests.support.values import START

FOUR_OF_FOUR, NONE_OF_FOUR, TWO_OF_FOUR = (4, 4, 4), (4, 4, 0), (4, 4, 2)
ONE_OF_FOUR, ROLLING, STOPPED = (4, 4, 1), (4, 2, 2), (0, 0, 0)
Read = tuple[int, int, int]


def read(readings: Sequence[tuple[float, Read]]) -> Impact:
    """After the service was read at these minutes to have so many desired, needed, and steady tasks."""
    found: Impact | None = None
    for minute, (desired, least, steady) in readings:
        found = checked(
            found, Running(desired=desired, least=least, steady=steady, pending=1), minutes(minute)
        )
    assert found
    return found


@pytest.mark.parametrize(
    ("readings", "minute", "level"),
    [
        ([(0, FOUR_OF_FOUR)], 60, "none"),
        ([(0, NONE_OF_FOUR)], 0, "none"),
        ([(0, NONE_OF_FOUR), (1, NONE_OF_FOUR)], 1.9, "none"),
        ([(0, NONE_OF_FOUR), (1, NONE_OF_FOUR)], 2, "down"),
        ([(0, NONE_OF_FOUR), (1, ONE_OF_FOUR), (2, NONE_OF_FOUR), (3, NONE_OF_FOUR)], 3, "degraded"),
        ([(0, NONE_OF_FOUR), (1, FOUR_OF_FOUR), (2, NONE_OF_FOUR), (3, NONE_OF_FOUR)], 3, "none"),
        ([(0, NONE_OF_FOUR), (1, NONE_OF_FOUR), (5, FOUR_OF_FOUR)], 5, "none"),
        ([(0, STOPPED), (5, STOPPED)], 60, "none"),
        ([(0, ONE_OF_FOUR), (1, ONE_OF_FOUR)], 1.9, "none"),
        ([(0, ONE_OF_FOUR), (1, ONE_OF_FOUR)], 2, "degraded"),
        ([(0, TWO_OF_FOUR), (9, TWO_OF_FOUR)], 9.9, "none"),
        ([(0, TWO_OF_FOUR), (9, TWO_OF_FOUR)], 10, "degraded"),
        ([(0, TWO_OF_FOUR), (9, FOUR_OF_FOUR), (10, TWO_OF_FOUR)], 12, "none"),
        ([(0, ROLLING), (20, ROLLING)], 60, "none"),
        ([(0, (4, 0, 0)), (2, (4, 0, 0))], 2, "down"),
    ],
    ids=[
        "all run",
        "none for a moment",
        "none, not for two minutes",
        "none for two minutes",
        "one flickered",
        "all ran in between",
        "all run again",
        "none is to run",
        "under half, not for two minutes",
        "under half for two minutes",
        "half, not for ten minutes",
        "half for ten minutes",
        "half, after all ran",
        "as many as have to while it rolls",
        "none, where none has to while it rolls",
    ],
)
def test_levels(readings: Sequence[tuple[float, Read]], minute: float, level: str) -> None:
    """Down after two minutes with none; degraded after ten with too few, or two with under half."""
    assert level_of(read(readings), minutes(minute)) is Level(level)


@pytest.mark.parametrize("found", [NONE_OF_FOUR, ONE_OF_FOUR, TWO_OF_FOUR])
def test_one_reading_is_never_enough(found: Read) -> None:
    """Where nobody answered again, nobody knows that it lasted."""
    assert level_of(read([(0, found)]), minutes(600)) is Level.NONE
    assert level_of(read([(0, found), (1, found)]), minutes(600)) is not Level.NONE


def test_nothing_read_is_unknown() -> None:
    """That nobody answered is no level."""
    assert level_of(None, START) is Level.UNKNOWN


def test_what_was_read_last_is_kept() -> None:
    """With its time; an answer from before it changes nothing."""
    found = read([(0, NONE_OF_FOUR), (5, TWO_OF_FOUR)])
    assert (found.desired, found.running, found.pending, found.checked_at) == (4, 2, 1, minutes(5))
    assert (found.zero_since, found.half_since, found.below_since) == (None, None, START)
    assert checked(found, Running(desired=4, least=4, steady=0), found.checked_at - MINUTE) is found


@pytest.mark.parametrize(
    ("found", "short"), [(FOUR_OF_FOUR, False), (TWO_OF_FOUR, True), ((4, 0, 0), True), (STOPPED, False)]
)
def test_it_falls_short_at_once(found: Read, short: bool) -> None:  # noqa: FBT001 - a column of the table
    """With fewer than have to run, or none: that it does not matter yet is for its level to say."""
    assert read([(0, found)]).falls_short is short
