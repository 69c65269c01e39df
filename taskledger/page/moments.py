"""What a task came through, moment by moment, and how it stands."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from .offsets import text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator
    from datetime import datetime

    from reconciler.model.entry import LedgerEntry

    from .content import Life

    Moment = tuple[datetime, tuple[Hashable, ...]]


class Look(StrEnum):
    """How a task stands, in a word; the page has a colour for each."""

    STARTING = "starting"
    RUNNING = "running"
    UNHEALTHY = "unhealthy"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


def look(life: Life) -> Look:
    """How it stands: one that is over has failed where anything is wrong with its end."""
    entry = life.entry
    if not entry.open:
        return Look.FAILED if life.findings else Look.STOPPED
    if entry.stopping:
        return Look.STOPPING
    if entry.state.started_at is None and entry.state.last_status != "RUNNING":
        return Look.STARTING
    return Look.UNHEALTHY if entry.state.health_status == "UNHEALTHY" else Look.RUNNING


def moments(life: Life) -> Iterator[Moment]:
    """What ECS dates, and each version: where no rows were read, the one that the entry holds."""
    state, entry = life.entry.state, life.entry
    for name, at in _phases(entry):
        if at:
            yield at, (name,)
    for row in life.rows:
        yield row.at, _version(row.version, row.last_status, row.desired_status, row.source)
    if not life.rows:
        yield (
            entry.observed_at,
            _version(state.version, state.last_status, state.desired_status, entry.source),
        )


def _phases(entry: LedgerEntry) -> Iterator[tuple[str, datetime | None]]:
    state = entry.state
    yield "created", state.created_at
    yield "network attached", state.connectivity_at
    yield "image pull began", state.pull_started_at
    yield "images pulled", state.pull_stopped_at
    yield "started", state.started_at
    yield "stopping", state.stopping_at
    yield "containers stopped", state.execution_stopped_at
    yield "stopped", state.stopped_at
    yield "closed", entry.closed.at if entry.closed and state.stopped_at is None else None


def _version(version: int, status: str, desired: str | None, source: str) -> tuple[Hashable, ...]:
    return "version", version, text(status), text(desired), source
