"""Since when a service lacks tasks, by the times of the tasks themselves; pure.

A ledger would have looked each minute. Here one reading has to do: what ran at each moment of the last hour
follows from when the tasks that ECS still knows began to run and stopped. It begins with the first sign that
something was missing, as nobody knows how many tasks were desired before that; without a sign, and with
nothing on its way, with the last change that is known.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from reconciler.incidents.facts.impact import STEADY, Impact, Running, checked
from reconciler.services.below import least

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from reconciler.model.service import ServiceReading
    from reconciler.model.task import TaskState

REMEMBERED: Final = timedelta(hours=1)  # for which ECS shows a task that stopped


def impact_by_tasks(
    reading: ServiceReading, tasks: Sequence[TaskState], signs: Iterable[datetime], now: datetime
) -> Impact:
    """How the service runs, folded over the moments at which that changed.

    `tasks` are all that run, and those that stopped of late. `signs` are times at which something was wrong.
    """
    pending = (
        one.created_at for one in tasks if one.created_at and not _is_steady(one, now) and not one.closed
    )
    began = min([*signs, *pending], default=_last_change(reading, tasks, now))
    moments = sorted({began, *(one for one in _changes(tasks) if began < one < now), now})
    impact: Impact | None = None
    for at in moments:
        impact = checked(impact, _running(reading, tasks, at), at)
    return impact or checked(None, _running(reading, tasks, now), now)


def _last_change(reading: ServiceReading, tasks: Iterable[TaskState], now: datetime) -> datetime:
    if reading.state.pending_count:
        return now
    deployed = (one.created_at for one in reading.deployments)
    known = [*deployed, *(one for one in map(_ended_at, tasks) if one), now - REMEMBERED]
    return min(max(known), now)


def impact_by_counts(reading: ServiceReading, now: datetime) -> Impact:
    """How the service runs by its own numbers, where nothing is known of its tasks."""
    state = reading.state
    return checked(None, _of(reading, state.running_count), now)


def _running(reading: ServiceReading, tasks: Iterable[TaskState], at: datetime) -> Running:
    return _of(reading, sum(_is_steady(one, at) for one in tasks))


def _of(reading: ServiceReading, steady: int) -> Running:
    state = reading.state
    active = state.status == "ACTIVE"
    return Running(
        desired=state.desired_count if active else 0,
        least=least(reading) if active else 0,
        steady=steady,
        pending=state.pending_count,
    )


def _is_steady(task: TaskState, at: datetime) -> bool:
    """Whether it had been RUNNING for a while then, and had not been asked to stop."""
    if task.started_at is None or task.started_at + STEADY > at:
        return False
    ended_at = _ended_at(task)
    return ended_at > at if ended_at else task.desired_status == "RUNNING" and not task.closed


def _changes(tasks: Iterable[TaskState]) -> Iterator[datetime]:
    for one in tasks:
        if one.started_at:
            yield one.started_at + STEADY
        yield from filter(None, (_ended_at(one),))


def _ended_at(task: TaskState) -> datetime | None:
    return task.stopping_at or task.stopped_at
