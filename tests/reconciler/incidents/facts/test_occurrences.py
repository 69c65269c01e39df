"""When an incident occurred: runs of its faults by their own times, in whatever order these arrive."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.incidents.facts.occurrences import KEPT, Occurrence, Occurrences, add_fault, began
from tests.support.courses import DAY, HOUR, MINUTE, minutes
from tests.support.values import START

GAP = 15 * MINUTE


def occurred(times: Sequence[float], gap: timedelta = GAP) -> Occurrences:
    """Those of faults at these minutes, added in this order."""
    first, *rest = map(minutes, times)
    return reduce(lambda known, at: add_fault(known, at, gap), rest, began(first))


def shown(found: Occurrences) -> list[tuple[float, float, int]]:
    def minute(at: datetime) -> float:
        return (at - START) / MINUTE

    return [(minute(one.first_at), minute(one.last_at), one.count) for one in found.newest_last]


def hours(*times: float) -> list[float]:
    return [60 * time for time in times]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([0], [(0, 0, 1)]),
        ([0, 0, 0], [(0, 0, 3)]),
        ([0, 15], [(0, 15, 2)]),
        ([0, 16], [(0, 0, 1), (16, 16, 1)]),
        ([0, 14, 28, 42], [(0, 42, 4)]),
        ([40, 0], [(0, 0, 1), (40, 40, 1)]),
        ([0, 20, 10], [(0, 20, 3)]),
        ([0, 40, 20], [(0, 0, 1), (20, 20, 1), (40, 40, 1)]),
        ([0, 10, 5], [(0, 10, 3)]),
    ],
)
def test_faults_without_a_longer_gap_are_one_occurrence(
    times: list[float], expected: list[tuple[float, float, int]]
) -> None:
    """One that arrives late joins what it stands between, or stands for itself."""
    assert shown(occurred(times)) == expected


def test_the_last_fifty_are_kept() -> None:
    """And the number of those before them, and when the first one began."""
    found = occurred(hours(*range(KEPT + 7)))
    assert (len(found.newest_last), found.older, found.number) == (KEPT, 7, KEPT + 7)
    assert (found.began_at, found.newest_last[0].first_at) == (START, START + 7 * HOUR)
    assert found.current == Occurrence(START + 56 * HOUR, START + 56 * HOUR)


def test_an_older_one_that_arrives_late_is_counted() -> None:
    """It is one of those that are not kept by their times."""
    found = add_fault(occurred(hours(*range(1, KEPT + 1))), START, GAP)
    assert (len(found.newest_last), found.older, found.began_at) == (KEPT, 1, START)
    assert found.newest_last[0].first_at == START + HOUR


@given(st.lists(st.integers(0, 40 * 15), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_any_order_gives_the_same(times: list[int], shuffled: object) -> None:
    """Occurrences, their times and counts do not depend on which fault is reported first."""
    order = list(times)
    shuffled.shuffle(order)  # type: ignore[attr-defined]  # hypothesis gives a Random
    found = occurred(times)
    assert occurred(order) == found
    assert sum(one.count for one in found.newest_last) == len(times)
    assert found.began_at == minutes(min(times))
    assert found.current.last_at == minutes(max(times))
    starts = sorted(set(times))
    gaps = sum(later - earlier > 15 for earlier, later in pairwise(starts))
    assert found.number == gaps + 1


@pytest.mark.parametrize(
    ("times", "often"),
    [
        ([0, 1], False),
        ([0, 10, 20], True),
        ([0, 30, 60], True),
        ([0, 10, 60], True),
        ([0, 10, 61], False),
        (hours(0, 20, 40), True),
        (hours(0, 100, 168), True),
        (hours(0, 100, 168.1), False),
        (hours(0, 168), False),
        ([*hours(0, 100), 100 * 60 + 20, 100 * 60 + 40], True),
    ],
)
def test_often(times: list[float], often: bool) -> None:  # noqa: FBT001 - a column of the table
    """The third fault within an hour, or the third occurrence within seven days."""
    assert occurred(times).is_often is often


def test_often_stays_so() -> None:
    """It was often once: that single faults follow weeks later changes nothing."""
    found = occurred([*hours(0, 1, 2), *hours(1000, 2000)])
    assert found.is_often


def test_many_faults_in_a_long_occurrence_are_often_only_if_they_are_close() -> None:
    """Of more than two faults only their average is known."""
    gap = 12 * HOUR
    assert not occurred(hours(0, 10, 20, 30), gap).is_often
    assert occurred(hours(0, 0.4, 0.8, 1.2), gap).is_often


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([0], 0),
        (hours(0, 5), 0),
        (hours(0, 5, 12), 7),
        (hours(0, 9, 12), 9),
        (hours(0, 24, 200, 202, 205), 3),
    ],
)
def test_the_longest_gap(times: list[float], expected: float) -> None:
    """Between the occurrences of the last seven days, if there are three of them."""
    assert occurred(times).longest_gap == expected * HOUR


def test_those_of_a_week() -> None:
    """The seven days up to the last one, without what was exactly a week before."""
    found = occurred(hours(0, 24, 168))
    assert [one.first_at for one in found.of_week()] == [START + DAY, START + 7 * DAY]
