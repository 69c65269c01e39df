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
                "cost": _number(line.spent.day(day)),
                "wasted": _number(line.wasted.day(day)),
            }
            for day in days
        ],
    }


def _sum(spent: Spent) -> dict[str, Any]:
    """Where there were no lives, nothing was spent; one that lacks several prices is in a row of each key."""
    total = spent.total
    rows = [
        {"reason": why.reason, "key": key, "lives": number}
        for why, number in spent.unpriced.items()
        for key in why.keys or (None,)
    ]
    return {
        "cost": _number(total.usd if spent.lives else total.amount),
        "lives": total.priced + total.unpriced,
        "unpricedLives": total.unpriced,
        "unpriced": rows,
    }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
