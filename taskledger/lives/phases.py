"""The phases of a task's life: those of its start, of which each waits for something, its run and its stop.

    provision   createdAt        connectivityAt    Fargate's host and network interface; on EC2 about nothing
    prepare     connectivityAt   pullStartedAt     the rest of the preparation, such as secrets
    pull        pullStartedAt    pullStoppedAt     all images
    start       pullStoppedAt    startedAt         containers, and the health checks that others wait for
    run         startedAt        end
    stop        end              stoppedAt         signals, stopTimeout, deregistration, network interface

The end is the earlier of stoppingAt and executionStoppedAt: containers that end by themselves are done before
ECS begins to stop the task.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.task import TaskState

_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase that is over: when it began, and how long it took, which is never negative."""

    began_at: datetime
    took: timedelta


def phases(state: TaskState) -> Mapping[str, Phase | None]:
    """Each phase by its name; None where one of its times is not known, or has not come."""
    end = _earlier(state.stopping_at, state.execution_stopped_at)
    return {
        "provision": _phase(state.created_at, state.connectivity_at),
        "prepare": _phase(state.connectivity_at, state.pull_started_at),
        "pull": _phase(state.pull_started_at, state.pull_stopped_at),
        "start": _phase(state.pull_stopped_at, state.started_at),
        "run": _phase(state.started_at, end),
        "stop": _phase(end, state.stopped_at),
    }


def _phase(began: datetime | None, ended: datetime | None) -> Phase | None:
    """ECS's times are those of several clocks: what ends a little before it begins took no time."""
    if began is None or ended is None:
        return None
    return Phase(began, max(_NONE, ended - began))


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """None unless both are known: which is the earlier cannot be said of one."""
    return None if one is None or other is None else min(one, other)
