"""A bill for people: a table of services and days, and what it cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.arns import cluster_name, region
from reconciler.costs.lives import Reason
from reconciler.costs.prices import BUILT_IN, BUILT_IN_OF
from reconciler.costs.usd import money
from reconciler.notifications.fault_words import owner_name

from ...output.tables.columns import EMPTY, Column, print_table
from ...output.terminal import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from decimal import Decimal

    from rich.console import Console

    from reconciler.costs.prices import PricesByRegion

    from .bill import Bill, Line

_COLUMNS = (
    Column("service", whole=False),
    Column("cluster", whole=False, weight=1_000_000),
    Column("tasks", right=True),
    Column("no price", right=True),
    Column("cost", right=True),
    Column("wasted", right=True),
)
_WHY = {
    Reason.NOT_ON_FARGATE: "did not run on Fargate: there an instance has a price, and a task has none",
    Reason.LAUNCH_UNKNOWN: "do not say whether they ran on Fargate",
    Reason.SIZE_UNKNOWN: "have no size in the ledger, as those that version 0.1.0 recorded",
    Reason.TIMES_UNKNOWN: "have no time of their image pull or of their stop in the ledger",
    Reason.PLATFORM_UNKNOWN: "do not say on which platform and processor they ran",
}


def table(screen: Console, found: Bill) -> None:
    """A row for each service and task family, and one of all; the first days go first where room is short."""
    days = (Column(_title(day, screen), weight=day.toordinal(), right=True) for day in found.days)
    rows = [
        [literal(owner_name(owner)), literal(cluster_name(arn) or arn), *_cells(line, found.days)]
        for (arn, owner), line in found.lines.items()
    ]
    if len(rows) > 1:
        clusters = {cluster.plain for _, cluster, *_ in rows}
        only = Text(clusters.pop() if len(clusters) == 1 else EMPTY)
        rows.append([Text("all", "bold"), only, *_cells(found.all, found.days)])
    print_table(screen, [*_COLUMNS, *days], rows)


def notes(found: Bill, own: PricesByRegion) -> Iterator[str]:
    """Why tasks have no price, and what would give them one; and by which prices the others are."""
    lacking: dict[tuple[str, ...], int] = {}
    for why, number in found.all.spent.unpriced.items():
        if why.keys:
            lacking[why.keys] = number
        else:
            yield f"{_tasks(number)} {_WHY[why.reason]}."
    for keys, number in sorted(lacking.items()):
        yield f"{_tasks(number)} cost what is not known here: set {' and '.join(keys)} in the policy file."
    if found.all.spent.total.amount and (built_in := _built_in(found, own)):
        yield f"Prices of {', '.join(built_in)} are those of {BUILT_IN_OF}, where the policy sets no other."


def _built_in(found: Bill, own: PricesByRegion) -> Sequence[str]:
    """The Regions of which not the policy sets all prices that are built in."""
    regions = {region(cluster_arn) or "" for cluster_arn, _ in found.lines}
    return sorted(name for name in regions if BUILT_IN.get(name, {}).keys() - own.get(name, {}).keys())


def _tasks(number: int) -> str:
    return "1 task" if number == 1 else f"{number:,} tasks"


def _title(day: date, screen: Console) -> str:
    return f"{day:%m-%d}" if screen.is_terminal else day.isoformat()


def _cells(line: Line, days: Sequence[date]) -> Iterator[Text]:
    total, wasted = line.spent.total, line.wasted.total
    yield Text(f"{total.priced + total.unpriced:,}")
    yield Text(f"{total.unpriced:,}" if total.unpriced else EMPTY, "yellow")
    yield Text(_money(total.usd))
    yield Text(_money(wasted.usd), "red" if wasted.amount else "")
    for day in days:
        yield Text(_money(line.spent.day(day)))


def _money(amount: Decimal | None) -> str:
    """Nothing that was not known is 0."""
    return EMPTY if amount is None else money(amount)
