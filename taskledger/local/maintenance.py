"""The watch as it is scheduled, at each full minute; minutes in which nothing is due are passed over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from reconciler.model.protection import Protection
from reconciler.use_cases.watch_protection import check_due_at

if TYPE_CHECKING:
    from .system import LocalSystem

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def next_minute(moment: datetime) -> datetime:
    """The first full minute after it."""
    return moment + _MINUTE - (moment - _EPOCH) % _MINUTE


def next_due(system: LocalSystem) -> datetime | None:
    """When a watch next has something to do, be it in the past; None where only events can bring it that."""
    by_task = (system.ledger.protected(cluster_arn) for cluster_arn in system.ledger.active_clusters())
    held = (one for found in by_task for one in found.values() if isinstance(one, Protection))
    checks = (check_due_at(one, system.policy) for one in held)
    return min(filter(None, (system.incidents.next_due(), *checks)), default=None)


def watch_until(system: LocalSystem, moment: datetime) -> None:
    """The clock shows the moment, after all that a watch every minute would have done by then."""
    while (run := _next_run(system)) and run <= moment:
        system.clock.move_to(run)
        system.watch()
    system.clock.move_to(moment)


def watch_for_a_day(system: LocalSystem) -> None:
    """The same for a day after what happened last, by whose end most that was to be published is."""
    watch_until(system, system.clock.now + _DAY)


def _next_run(system: LocalSystem) -> datetime | None:
    due = next_due(system)
    return due and max(next_minute(system.clock.now), next_minute(due - timedelta.resolution))
