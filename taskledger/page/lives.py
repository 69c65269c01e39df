"""The life of a task, packed: what it came through, how it stands, and what it runs, each in a table.

Lives that came through the same in the same order share a course, and have their own times alone.
"""

from __future__ import annotations

from enum import StrEnum
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from reconciler.arns import revision
from reconciler.notifications.fault_words import title

from .offsets import Table, text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence
    from datetime import datetime

    from reconciler.findings.model import Finding
    from reconciler.model.entry import LedgerEntry
    from reconciler.model.protection import Protection
    from reconciler.model.task import Container, TaskState

    from .content import Life
    from .offsets import Offsets

    Moment = tuple[datetime, tuple[Hashable, ...]]


class Look(StrEnum):
    """How a task stands, in a word; the page has a colour for each."""

    STARTING = "starting"
    RUNNING = "running"
    UNHEALTHY = "unhealthy"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


class PackedLives:
    """Packs lives; what they share is in its tables."""

    def __init__(self, offsets: Offsets) -> None:
        self._offsets = offsets
        self.courses = Table()
        self.standings = Table()
        self.kinds = Table()

    def pack(self, lives: Sequence[Life]) -> list[list[Any]]:
        """The lives, the first to begin first.

        Each is its id, the places of its course, standing and kind, the times of its course, and its
        protection if it had any. The first time of a life is counted from that of the life before, and each
        other one from the one before it.
        """
        packed, before = [], 0
        for times, life in sorted(
            map(self._timed, lives), key=lambda one: (one[0][0][0], one[1].entry.state.task_arn)
        ):
            offsets = [self._offsets.of(at) for at, _ in times]
            course = tuple(what for _, what in times)
            gaps = [after - earlier for earlier, after in zip([before, *offsets], offsets, strict=False)]
            packed.append(self._life(life, course, gaps))
            before = offsets[0]
        return packed

    def _timed(self, life: Life) -> tuple[list[Moment], Life]:
        return sorted(_moments(life), key=itemgetter(0)), life

    def _life(self, life: Life, course: tuple[Hashable, ...], gaps: Sequence[int]) -> list[Any]:
        state = life.entry.state
        shared = (
            self.courses.place(course),
            self.standings.place(_standing(life)),
            self.kinds.place(_kind(state)),
        )
        protected = _protected(life.entry.protection, self._offsets)
        return [text(state.task_id), *shared, gaps, *([protected] if protected else [])]


def moments_of(life: Life) -> Iterator[datetime]:
    """When anything happened to it."""
    return (at for at, _ in _moments(life))


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


def fault(found: Finding) -> tuple[str, ...]:
    """Its severity, what it is called, and what it says in one sentence and advises."""
    words = title(found.kind, found.cause)
    return shown_all(found.severity, words, found.summary, found.remedy)


def shown_all(*texts: str) -> tuple[str, ...]:
    return tuple(text(one) or "" for one in texts)


def _moments(life: Life) -> Iterator[Moment]:
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


def _standing(life: Life) -> tuple[Hashable, ...]:
    state, entry = life.entry.state, life.entry
    return (
        look(life),
        text(state.last_status),
        text(state.health_status),
        text(state.stop_code),
        text(state.stopped_reason),
        entry.closed.how if entry.closed else None,
        tuple(map(_container, state.containers)),
        tuple(map(fault, sorted(life.findings, key=lambda one: -one.severity.rank))),
    )


def _container(one: Container) -> tuple[Hashable, ...]:
    texts = (one.last_status, one.health_status, one.reason, one.image)
    return text(one.name), one.exit_code, *map(text, texts)


def _kind(state: TaskState) -> tuple[Hashable, ...]:
    return (
        text(revision(state.task_definition_arn) or state.task_definition_arn),
        text(state.capacity_provider_name or state.launch_type),
        text(state.availability_zone),
        state.cpu,
        state.memory,
        text(state.platform_version),
        text(state.started_by),
    )


def _protected(protection: Protection | None, offsets: Offsets) -> list[Any] | None:
    """From when to when it was protected as far as is known, and whether it still is."""
    if protection is None:
        return None
    cleared = not protection.enabled and protection.expires_at is None
    until = protection.checked_at if cleared else protection.expires_at
    since = protection.since or protection.checked_at
    return [offsets.of(since), offsets.of(until), int(protection.enabled)]
