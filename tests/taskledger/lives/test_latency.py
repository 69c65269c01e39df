"""Which phases count where, and what is made of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from statistics import quantiles
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.gate import succeed
from taskledger.lives.latency import MEASURED, latency, percentile
from tests.support.values import CLUSTER, START, at, event, task_arn

if TYPE_CHECKING:
    from reconciler.model.entry import LedgerEntry
    from taskledger.lives.latency import Durations, OwnerLatency

DEFINITION = "arn:aws:ecs:eu-central-1:111122223333:task-definition/"
SPANS = st.lists(st.integers(0, 10**7).map(lambda each: timedelta(milliseconds=each)), min_size=1)


def life(number: int = 1, began: float = 0, revision: str = "checkout:42", **values: Any) -> LedgerEntry:
    """A task that ran: 1 s provision, 2 prepare, 4 pull, 8 start and, a minute later, 16 stop."""
    times = {
        "created_at": 0,
        "connectivity_at": 1,
        "pull_started_at": 3,
        "pull_stopped_at": 7,
        "started_at": 15,
        "stopping_at": 75,
        "execution_stopped_at": 76,
        "stopped_at": 91,
    }
    facts = {
        "task_arn": task_arn(number),
        "task_definition_arn": f"{DEFINITION}{revision}",
        "group": f"service:{revision.partition(':')[0]}",
        "last_status": "STOPPED",
    }
    known = {name: at(began + each) for name, each in times.items()}
    return succeed(None, event(6, **(facts | known | values)))


def only(*entries: LedgerEntry, since: datetime = START) -> OwnerLatency:
    """What is found, which is of one owner."""
    (found,), without = latency(entries, since)
    assert without == 0
    return found


def seconds(found: Durations | None) -> float | None:
    return found and found.p50.total_seconds()


def test_one_task() -> None:
    """Each percentile is its own, and it is the slowest."""
    (revision,) = only(life()).revisions
    pull = revision.durations["pull"]
    assert pull
    assert {pull.p50, pull.p90, pull.p99, pull.slowest} == {timedelta(seconds=4)}
    assert (pull.number, pull.slowest_task_arn) == (1, task_arn(1))
    assert list(map(seconds, revision.durations.values())) == [1, 2, 4, 8, 16]
    assert tuple(revision.durations) == MEASURED


def test_the_slowest() -> None:
    """Is named, wherever it stands in what is read."""
    slow = life(2, pull_stopped_at=at(14))
    for entries in ([life(1), slow, life(3)], [slow, life(1), life(3)]):
        pull = only(*entries).revisions[0].durations["pull"]
        assert pull
        assert (pull.number, pull.slowest, pull.slowest_task_arn) == (3, timedelta(seconds=11), task_arn(2))


def test_phases_that_began_since() -> None:
    """Of a task that was started before, its stop counts alone, also of its revision's tasks."""
    old, new = life(1, began=-60), life(2, began=20)
    (revision,) = only(old, new).revisions
    numbers = {name: one and one.number for name, one in revision.durations.items()}
    assert numbers == {"provision": 1, "prepare": 1, "pull": 1, "start": 1, "stop": 2}
    assert revision.lives == 2


def test_a_phase_that_was_under_way() -> None:
    """It began before, and does not count; what began at that very moment does."""
    (revision,) = only(life(), since=at(3)).revisions
    assert [name for name, one in revision.durations.items() if one] == ["pull", "start", "stop"]


def test_nothing_of_it_is_of_the_span() -> None:
    """A task that has run since long before is neither measured nor without phases."""
    running = life(began=-1000, stopping_at=None, execution_stopped_at=None, stopped_at=None)
    assert latency([running], START) == ([], 0)


def test_without_phases() -> None:
    """Counted if they began or closed since then, whether recorded by an earlier version or come to none."""
    none = dict.fromkeys(("connectivity_at", "pull_started_at", "pull_stopped_at", "execution_stopped_at"))
    open_ = {"stopped_at": None, "stopping_at": None, "last_status": "RUNNING"}
    closed, young, old = life(1, -1000, stopped_at=at(5), **none), life(2, **none, **open_), life(3, -1000)
    older = life(4, -1000, **none, **open_)
    assert latency([closed, young, old, older], START) == ([], 2)


def test_a_part_is_missing() -> None:
    """What there is counts, and the task is none without phases."""
    (revision,) = only(life(connectivity_at=None, execution_stopped_at=None)).revisions
    assert [name for name, one in revision.durations.items() if one] == ["pull", "start"]


def test_owners() -> None:
    """Services by cluster, and standalone tasks by their family, whatever their group."""
    other = CLUSTER.replace("cluster/shop", "cluster/fleet")
    entries = [
        life(1),
        life(2, cluster_arn=other),
        life(3, revision="nightly:3", group="run-by-hand"),
        life(4, revision="web:1"),
        life(5),
    ]
    found, _ = latency(entries, START)
    assert [(one.cluster_arn, one.owner, one.revisions[0].lives) for one in found] == [
        (other, "service:checkout", 1),
        (CLUSTER, "family:nightly", 1),
        (CLUSTER, "service:checkout", 2),
        (CLUSTER, "service:web", 1),
    ]


def test_revisions() -> None:
    """The newest first: by number, also after a rollback, and of families by which came later."""
    service = {"group": "service:checkout"}
    entries = [
        life(1, 40, "checkout:9"),
        life(2, 0, "checkout:9"),
        life(3, 20, "checkout:10"),
        life(4, 30, "shop-checkout:1", **service),
        life(5, 5, "checkout:8"),
        life(6, 5, "checkout:8", task_definition_arn=None),
    ]
    found = [one.task_definition_arn for one in only(*entries).revisions]
    assert [arn and arn.removeprefix(DEFINITION) for arn in found] == [
        "shop-checkout:1",
        None,
        "checkout:10",
        "checkout:9",
        "checkout:8",
    ]


@given(SPANS, st.integers(0, 100))
def test_percentiles(spans: list[timedelta], percent: int) -> None:
    """Exactly at `p * (n - 1)`, between the neighbours there, in fractions."""
    ordered = sorted(spans)
    place = Fraction(percent, 100) * (len(ordered) - 1)
    low = ordered[int(place)] // timedelta(microseconds=1)
    high = ordered[-(-place.numerator // place.denominator)] // timedelta(microseconds=1)
    exact = low + (high - low) * (place - int(place))
    assert percentile(ordered, percent) / timedelta(microseconds=1) == exact


@given(st.lists(st.integers(0, 10**7).map(lambda each: timedelta(milliseconds=each)), min_size=2))
def test_percentiles_of_the_standard_library(spans: list[timedelta]) -> None:
    """The same as its inclusive quantiles, but for the rounding of these."""
    cuts = quantiles([one.total_seconds() for one in spans], n=100, method="inclusive")
    for percent in (50, 90, 99):
        assert abs(percentile(sorted(spans), percent).total_seconds() - cuts[percent - 1]) < 1e-6
