"""The JSON of a bill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.arns import cluster_name, region, service_of
from reconciler.costs.prices import BUILT_IN_OF, prices_of

from ...output.payload import time

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from reconciler.costs.prices import PricesByRegion

    from .bill import Bill, Line, Spent


def document(found: Bill, since: datetime, now: datetime, own: PricesByRegion) -> dict[str, Any]:
    """All of it, in USD, with the prices that it is by; `own` are those of the policy."""
    regions = sorted({region(cluster_arn) or "" for cluster_arn, _ in found.lines})
    return {
        "since": time(since),
        "until": time(now),
        "prices": {name: {key: float(one) for key, one in prices_of(name, own).items()} for name in regions},
        "builtInPricesOf": BUILT_IN_OF,
        **_line(found.all, found.days),
        "services": [
            {
                "clusterArn": cluster_arn,
                "cluster": cluster_name(cluster_arn),
                "group": owner,
                "service": service_of(owner),
                **_line(line, found.days),
            }
            for (cluster_arn, owner), line in found.lines.items()
        ],
    }


def _line(line: Line, days: Sequence[date]) -> dict[str, Any]:
    return {
        **_sum(line.spent),
        "wasted": _sum(line.wasted),
        "days": [
            {
                "day": str(day),
                "cost": _usd(line.spent, line.spent.day(day)),
                "wasted": _usd(line.wasted, line.wasted.day(day)),
            }
            for day in days
        ],
    }


def _sum(spent: Spent) -> dict[str, Any]:
    """A life that lacks several prices is in the row of each of their keys."""
    total = spent.total
    rows = [
        {"reason": why.reason, "key": key, "lives": number}
        for why, number in spent.unpriced.items()
        for key in why.keys or (None,)
    ]
    return {
        "cost": _usd(spent, total.amount),
        "lives": total.priced + total.unpriced,
        "unpricedLives": total.unpriced,
        "unpriced": rows,
    }


def _usd(spent: Spent, amount: Decimal) -> float | None:
    """None where there were lives and none of them is priced; where there were none, nothing was spent."""
    return None if spent.lives and not spent.total.priced else float(amount)
