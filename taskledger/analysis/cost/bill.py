"""What the lives of tasks cost in a span of time: by service and by day, and what of it was wasted; pure.

A life over midnight is split by the time on either side, so the days, which are those of UTC, add up to the
whole to the last unit. Of a life that began before the span only the part within it counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from reconciler.costs.lives import Unpriced, cost_of
from reconciler.costs.total import Total
from reconciler.costs.usd import dollars, units
from reconciler.findings.model import owner
from reconciler.findings.rules import findings
from reconciler.incidents.facts.waste import is_wasted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from decimal import Decimal

    from reconciler.costs.lives import Cost
    from reconciler.findings.policy import Policy
    from reconciler.model.entry import LedgerEntry

    Shares = Mapping[date, int]

_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Spent:
    """What lives cost each day, in the units of `usd`; how many are priced, and why the others are not."""

    days: Counter[date] = field(default_factory=Counter)
    lives: Counter[Unpriced | None] = field(default_factory=Counter)

    @property
    def total(self) -> Total:
        priced = self.lives[None]
        return Total(dollars(self.days.total()), priced, self.lives.total() - priced)

    @property
    def unpriced(self) -> Mapping[Unpriced, int]:
        return {why: number for why, number in self.lives.items() if why}

    def day(self, day: date) -> Decimal | None:
        """What is known to have been spent then; None where that is nothing, and lives have no price."""
        amount = dollars(self.days[day])
        return amount if amount or not self.unpriced else None

    def add(self, cost: Cost, shares: Shares) -> None:
        """One more life of that cost, with what of it fell on each day of the span."""
        self.lives[cost if isinstance(cost, Unpriced) else None] += 1
        self.days.update(shares)


@dataclass(frozen=True, slots=True)
class Line:
    """What the lives of a service or task family cost, and of that what came to nothing."""

    spent: Spent = field(default_factory=Spent)
    wasted: Spent = field(default_factory=Spent)


@dataclass(frozen=True, slots=True)
class Bill:
    """A line for each owner by its cluster's ARN and its name, the dearest first, and one of them all."""

    days: tuple[date, ...]
    lines: Mapping[tuple[str, str], Line]
    all: Line


def bill(entries: Iterable[LedgerEntry], since: datetime, now: datetime, policy: Policy) -> Bill:
    """What these tasks cost from then until now; what still runs has cost until now."""
    lines: dict[tuple[str, str], Line] = {}
    total = Line()
    for entry in entries:
        state = entry.state
        cost, shares = _of_life(entry, since, now, policy)
        wasted = any(is_wasted(one.kind, state) for one in findings(entry, now, policy))
        key = state.cluster_arn, owner(state.group, state.task_definition_arn)
        for line in (lines.setdefault(key, Line()), total):
            line.spent.add(cost, shares)
            if wasted:
                line.wasted.add(cost, shares)
    ordered = sorted(lines.items(), key=lambda one: (-one[1].spent.total.amount, one[0]))
    return Bill(tuple(_days(total.spent, now)), dict(ordered), total)


def _days(spent: Spent, now: datetime) -> Iterator[date]:
    """Those from the first that is known to have cost something until today."""
    day = min(spent.days, default=now.date())
    while day <= now.date():
        yield day
        day += _DAY


def _of_life(entry: LedgerEntry, since: datetime, now: datetime, policy: Policy) -> tuple[Cost, Shares]:
    """What it cost until it stopped, and its shares of the days; of a stop that nobody saw, no amount."""
    begin, end = entry.state.pull_started_at, entry.state.stopped_at or (now if entry.open else None)
    cost = cost_of(entry.state, end, policy.prices)
    if begin is None or end is None or isinstance(cost, Unpriced):
        return cost, {}
    return cost, dict(_shares(units(cost), begin, end, since, now))


def _shares(
    cost: int, begin: datetime, end: datetime, since: datetime, now: datetime
) -> Iterator[tuple[date, int]]:
    """What of the cost fell on each day; what a clock has after now is of the last day."""
    lasted = (end - begin) // _MICROSECOND
    start = max(begin, since)
    if end < start:
        return
    before = cost * ((start - begin) // _MICROSECOND) // lasted if lasted else 0
    while (midnight := _midnight_after(start)) < min(end, now):
        until = cost * ((midnight - begin) // _MICROSECOND) // lasted
        yield start.date(), until - before
        before, start = until, midnight
    yield start.date(), cost - before


def _midnight_after(moment: datetime) -> datetime:
    return datetime.combine(moment.date() + _DAY, time(), UTC)
