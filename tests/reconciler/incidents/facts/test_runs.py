"""Which tasks are one run of standalone work, and when it is over."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.incidents.facts.runs import Run, Started, run_of
from tests.support.courses import minutes

Task = tuple[float, bool]
RUNS, ENDED = False, True


def run(tasks: Sequence[Task], failed: float, now: float) -> Run:
    started = [Started(minutes(minute), ended=ended) for minute, ended in tasks]
    return run_of(started, minutes(failed), minutes(now))


@pytest.mark.parametrize(
    ("tasks", "failed", "now", "expected"),
    [
        ([(0, ENDED)], 1, 10, Run(1, over=True)),
        ([(0, ENDED)], 1, 9.9, Run(1, over=False)),
        ([(0, ENDED), (0, RUNS)], 1, 60, Run(2, over=False)),
        ([(0, ENDED), (9, ENDED), (18, ENDED)], 1, 28, Run(3, over=True)),
        ([(0, ENDED), (10, RUNS)], 1, 12, Run(1, over=True)),
        ([(0, RUNS), (10, ENDED)], 11, 20, Run(1, over=True)),
        ([(0, ENDED), (10, ENDED), (20, ENDED)], 12, 25, Run(1, over=True)),
        ([(10, ENDED), (0, ENDED), (5, ENDED)], 1, 20, Run(3, over=True)),
        ([], 1, 60, Run(0, over=True)),
    ],
    ids=[
        "one task",
        "another one may follow",
        "one goes on",
        "less than ten minutes apart",
        "the next run",
        "the run before",
        "the one in the middle",
        "in any order",
        "of none that is known",
    ],
)
def test_runs(tasks: Sequence[Task], failed: float, now: float, expected: Run) -> None:
    """Starts less than ten minutes apart; over once all have ended and no other can belong to it."""
    assert run(tasks, failed, now) == expected


@given(st.lists(st.tuples(st.integers(0, 200), st.booleans()), min_size=1, max_size=20), st.data())
def test_each_failure_is_of_the_run_of_its_task(tasks: list[Task], data: st.DataObject) -> None:
    """Whichever of its tasks failed as it started, and whatever ran before and after."""
    failed = data.draw(st.sampled_from([at for at, _ in tasks]))
    starts = sorted(at for at, _ in tasks)
    index = starts.index(failed)
    first, last = index, index
    while first and starts[first] - starts[first - 1] < 10:
        first -= 1
    while last + 1 < len(starts) and starts[last + 1] - starts[last] < 10:
        last += 1
    assert run(tasks, failed, 1000).tasks == last - first + 1
