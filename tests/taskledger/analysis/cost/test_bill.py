"""What lives cost by service and day: split at midnight, and adding up."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.costs.lives import Reason, Unpriced, cost_of
from reconciler.costs.total import Total
from reconciler.findings.policy import DEFAULT, Policy, Scope
from reconciler.gate import succeed
from reconciler.model.entry import Closure, LedgerEntry
from reconciler.model.task import ClosedAs, Container
from taskledger.analysis.cost.bill import Bill, bill
from tests.support.priced import FRANKFURT, HOURLY, PRICES, SIZED
from tests.support.values import CLUSTER, START, event, task_arn

POLICY = Policy(prices=PRICES)
MIDNIGHT = START.replace(hour=0)
SINCE, NOW = MIDNIGHT - timedelta(days=6), MIDNIGHT + timedelta(days=1)
HOUR = timedelta(hours=1)
OWNER = (CLUSTER, "service:checkout")
CRASHED = {
    "stop_code": "EssentialContainerExited",
    "containers": (Container(name="app", exit_code=1),),
}


def ran(begin: datetime | None, end: datetime | None, number: int = 1, **values: Any) -> LedgerEntry:
    """A task that was stopped as planned; one without an end still runs."""
    facts = SIZED | {"task_arn": task_arn(number), "pull_started_at": begin, "started_at": begin}
    over = {
        "last_status": "STOPPED",
        "desired_status": "STOPPED",
        "stop_code": "UserInitiated",
        "stopped_at": end,
    }
    return succeed(None, event(6, **(facts | (over if end else {}) | values)))


def of(*entries: LedgerEntry, since: datetime = SINCE, policy: Policy = POLICY) -> Bill:
    return bill(entries, since, NOW, policy)


def days(found: Bill) -> dict[str, Decimal | None]:
    return {f"{day:%d}": found.all.spent.day(day) for day in found.days}


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        (MIDNIGHT + HOUR, MIDNIGHT + 3 * HOUR, {"20": 2, "21": 0}),
        (MIDNIGHT - HOUR, MIDNIGHT + 3 * HOUR, {"19": 1, "20": 3, "21": 0}),
        (MIDNIGHT - 25 * HOUR, MIDNIGHT + 3 * HOUR, {"18": 1, "19": 24, "20": 3, "21": 0}),
        (MIDNIGHT - HOUR, MIDNIGHT, {"19": 1, "20": 0, "21": 0}),
        (NOW - HOUR, None, {"20": 1, "21": 0}),
        (
            SINCE - 100 * HOUR,
            SINCE + HOUR,
            {"14": 1, "15": 0, "16": 0, "17": 0, "18": 0, "19": 0, "20": 0, "21": 0},
        ),
        (SINCE - 2 * HOUR, SINCE - HOUR, {"21": 0}),
    ],
)
def test_each_day_has_its_hours(begin: datetime, end: datetime | None, hours: dict[str, int]) -> None:
    """From the first day that cost something until today; only what is within the span."""
    assert days(of(ran(begin, end))) == {day: number * HOURLY for day, number in hours.items()}


moments = st.integers(0, 10**12).map(lambda microseconds: MIDNIGHT - timedelta(microseconds=microseconds))
spans = st.tuples(moments, moments).map(sorted)


@given(st.lists(st.tuples(spans, st.sampled_from(["EC2", "FARGATE"])), max_size=8))
def test_days_add_up(lives: Sequence[tuple[Sequence[datetime], str]]) -> None:
    """To the whole, to the last unit; each life is in the bill once, with a price or without."""
    entries = [
        ran(begin, end, number, launch_type=launch, group=f"service:s{number % 3}")
        for number, ((begin, end), launch) in enumerate(lives)
    ]
    found = of(*entries, since=MIDNIGHT - timedelta(days=20))
    costs = [cost_of(one.state, one.state.stopped_at, PRICES) for one in entries]
    whole = sum((one for one in costs if isinstance(one, Decimal)), Decimal(0))
    known = [amount for amount in days(found).values() if amount is not None]
    assert sum(known, Decimal(0)) == found.all.spent.total.amount == whole
    assert sum((line.spent.total for line in found.lines.values()), Total()) == found.all.spent.total
    unpriced = Counter(one for one in costs if isinstance(one, Unpriced))
    assert found.all.spent.unpriced == unpriced
    assert found.all.spent.total.priced + unpriced.total() == len(entries)


def test_a_day_is_not_0_beside_lives_without_a_price() -> None:
    """They may have run that day, whatever the others cost on another one."""
    ends = MIDNIGHT - HOUR
    found = of(ran(ends - HOUR, ends), ran(ends - HOUR, ends, 2, capacity_provider_name="FARGATE_SPOT"))
    assert days(found) == {"19": HOURLY, "20": None, "21": None}
    free = of(ran(None, ends, started_at=None), ran(ends - HOUR, ends, 2, launch_type="EC2"))
    assert (free.all.spent.total.priced, free.all.spent.total.usd) == (1, None)


def test_the_last_minute_is_of_its_day() -> None:
    """A life of no time costs a minute of the day on which it was."""
    found = of(ran(MIDNIGHT - timedelta(microseconds=1), MIDNIGHT - timedelta(microseconds=1)))
    assert days(found) == {"19": HOURLY / 60, "20": 0, "21": 0}


def test_a_stop_in_the_future() -> None:
    """What a clock that is ahead adds is of today: no day after it has a cost."""
    found = of(ran(NOW - HOUR, NOW + timedelta(days=300_000)))
    assert found.days[-1] == NOW.date()
    assert found.all.spent.total.amount == sum(days(found).values())


def test_the_dearest_first() -> None:
    """Each service and task family, by cluster."""
    report = {
        "group": "family:report",
        "task_definition_arn": CLUSTER.replace("cluster/shop", "task-definition/report:1"),
    }
    found = of(ran(MIDNIGHT, MIDNIGHT + HOUR), ran(MIDNIGHT, MIDNIGHT + 2 * HOUR, 2, **report))
    assert [owner for _, owner in found.lines] == ["family:report", "service:checkout"]


def test_what_was_wasted() -> None:
    """By its finding, and only if it failed early; what the policy accepts is no failure."""
    early, late = (
        ran(MIDNIGHT, MIDNIGHT + HOUR / 2, **CRASHED),
        ran(MIDNIGHT, MIDNIGHT + 2 * HOUR, 2, **CRASHED),
    )
    found = of(early, late, ran(MIDNIGHT, MIDNIGHT + HOUR / 2, 3))
    assert found.lines[OWNER].wasted.total == Total(HOURLY / 2, 1)
    assert found.all.wasted.day(date(2026, 11, 20)) == HOURLY / 2
    assert found.all.spent.total == Total(3 * HOURLY, 3)
    fine = replace(POLICY, accepted_exit_codes=((Scope(), frozenset({1})),))
    assert of(early, policy=fine).all.wasted.total == Total()


def test_what_nobody_knows() -> None:
    """Is counted by its reason: an end that nobody saw, and a price that is not set."""
    vanished = replace(ran(MIDNIGHT, None), closed=Closure(ClosedAs.UNOBSERVED, NOW))
    found = of(vanished, ran(MIDNIGHT, NOW, 2, capacity_provider_name="FARGATE_SPOT"))
    keys = (f"prices.{FRANKFURT}.spot_vcpu", f"prices.{FRANKFURT}.spot_gb")
    expected = {Unpriced(Reason.TIMES_UNKNOWN): 1, Unpriced(Reason.PRICE_UNKNOWN, keys): 1}
    assert found.all.spent.unpriced == expected
    assert found.all.spent.total == Total(unpriced=2)
    assert of(policy=DEFAULT).days == (NOW.date(),)
