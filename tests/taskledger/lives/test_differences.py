"""What began, ended and changed between two times."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.arns import cluster_name
from reconciler.gate import succeed
from taskledger.lives.by_owner import differences_by_owner, tasks_by_owner
from taskledger.lives.differences import difference
from taskledger.lives.states import Life, state_at
from tests.support.past_lives import TrueLife, times, true_lives
from tests.support.values import CLUSTER, at, event, task_arn

if TYPE_CHECKING:
    from datetime import datetime

FOUR = st.tuples(*(true_lives(number) for number in range(4)))
TWO_TIMES = st.lists(times(), min_size=2, max_size=2, unique=True).map(sorted)


@given(FOUR, TWO_TIMES)
def test_each_task_is_where_it_truly_belongs(true: tuple[TrueLife, ...], span: list[datetime]) -> None:
    """In one of the lists, or in none where nothing of it changed."""
    before, after = span
    found = difference([one.recorded() for one in true], before, after)
    expected: dict[str, set[str]] = {"began": set(), "ended": set(), "passed": set(), "changed": set()}
    for one in true:
        then, now = one.at(before), one.at(after)
        if then is None and now is None and before < one.created_at <= after:
            expected["passed"].add(one.task_arn)
        elif then is None or now is None:
            expected["began" if now else "ended"] |= {one.task_arn} if then or now else set()
        elif (then[1] != now[1] and then[1]) or then[2] != now[2]:
            expected["changed"].add(one.task_arn)
    assert {
        "began": {one.entry.state.task_arn for one in found.began},
        "ended": {one.entry.state.task_arn for one in found.ended},
        "passed": {one.state.task_arn for one in found.came_and_went},
        "changed": {one.entry.state.task_arn for _, one in found.changed},
    } == expected


@given(FOUR, TWO_TIMES)
def test_the_numbers_add_up(true: tuple[TrueLife, ...], span: list[datetime]) -> None:
    """What ran after is what ran before, with what began and without what ended, also of each owner."""
    found = difference([one.recorded() for one in true], *span)
    before, after, began, ended = (
        Counter(one.entry.state.task_arn for one in states)
        for states in (found.before, found.after, found.began, found.ended)
    )
    assert after == before + began - ended
    for one in differences_by_owner(found):
        assert one.after.number == one.before.number + one.began - one.ended


def running(number: int, **values: Any) -> Life:
    values = {"task_arn": task_arn(number)} | values
    return Life(entry=succeed(None, event(3, seconds=30, **values)))


def test_a_status_that_is_not_known_is_no_change() -> None:
    """It is compared with nothing."""
    over: Any = {"last_status": "STOPPED", "desired_status": "STOPPED", "stopped_at": at(900)}
    task = Life(entry=succeed(None, event(9, seconds=900, started_at=at(100), stopping_at=at(800), **over)))
    assert difference([task], at(50), at(500)).changed == []
    ((before, after),) = difference([task], at(500), at(850)).changed
    assert (before.last_status, after.last_status, after.desired_status) == ("RUNNING", None, "STOPPED")


def test_owners_with_their_task_definitions() -> None:
    """By cluster and name; a standalone task is of its family."""
    definition = CLUSTER.replace("cluster/shop", "task-definition/{}")
    lives = [
        running(1),
        running(2, task_definition_arn=definition.format("checkout:43"), last_status="PENDING"),
        running(3, group="family:job", task_definition_arn=definition.format("job:7")),
        running(4, group="whatever", task_definition_arn=None),
    ]
    states = [one for one in (state_at(life, at(60)) for life in lives) if one]
    counted = {
        f"{cluster_name(cluster)}/{owner}": (one.number, one.running, dict(one.definitions))
        for (cluster, owner), one in tasks_by_owner(states).items()
    }
    assert counted == {
        "shop/family:job": (1, 1, {definition.format("job:7"): 1}),
        "shop/service:checkout": (
            2,
            1,
            {definition.format("checkout:42"): 1, definition.format("checkout:43"): 1},
        ),
        "shop/whatever": (1, 1, {None: 1}),
    }
