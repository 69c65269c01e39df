"""The life of a task, packed: what it came through, how it stands, and what it runs, each in a table.

Lives that came through the same in the same order share a course, and have their own times alone.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from reconciler.arns import revision
from reconciler.notifications.fault_words import title

from .moments import look, moments
from .offsets import Table, text

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from reconciler.findings.model import Finding
    from reconciler.model.protection import Protection
    from reconciler.model.task import Container, TaskState

    from .content import Life
    from .moments import Moment
    from .offsets import Offsets


class PackedLives:
    """Packs lives; what they share is in its tables."""

    def __init__(self, offsets: Offsets) -> None:
        self._offsets = offsets
        self.courses = Table()
        self.standings = Table()
        self.kinds = Table()
        self.hosts = Table()
        self.containers = Table()
        self.faults = Table()

    @property
    def tables(self) -> dict[str, list[Hashable]]:
        return {
            "courses": self.courses.values,
            "standings": self.standings.values,
            "kinds": self.kinds.values,
            "hosts": self.hosts.values,
            "containers": self.containers.values,
            "faults": self.faults.values,
        }

    def pack(self, lives: Sequence[Life]) -> list[list[Any]]:
        """The lives, the first to begin first.

        Each is its id, the places of its course, standing, version and host, and the times of its course. Its
        first time is counted from that of the life before, and each other one from the one before it.
        """
        packed, before = [], 0
        for life in in_order(lives):
            course = sorted(moments(life), key=itemgetter(0))
            times = [self._offsets.of(at) for at, _ in course]
            gaps = [after - earlier for earlier, after in zip([before, *times], times, strict=False)]
            packed.append([text(life.entry.state.task_id), *self._shared(life, course), *gaps])
            before = times[0]
        return packed

    def protected(self, lives: Sequence[Life]) -> dict[int, list[Any]]:
        """By the place of each life with protection: from when to when it was on, and whether it is."""
        held = enumerate(one.entry.protection for one in in_order(lives))
        return {place: _protected(one, self._offsets) for place, one in held if one}

    def _shared(self, life: Life, course: Sequence[Moment]) -> tuple[int, ...]:
        state = life.entry.state
        return (
            self.courses.place(tuple(what for _, what in course)),
            self.standings.place(self._standing(life)),
            self.kinds.place(_kind(state)),
            self.hosts.place(_host(state)),
        )

    def _standing(self, life: Life) -> tuple[Hashable, ...]:
        state, entry = life.entry.state, life.entry
        worst_first = sorted(life.findings, key=lambda one: -one.severity.rank)
        return (
            look(life),
            text(state.last_status),
            text(state.health_status),
            text(state.stop_code),
            text(state.stopped_reason),
            entry.closed.how if entry.closed else None,
            tuple(self.containers.place(_container(one)) for one in state.containers),
            tuple(self.faults.place(fault(one)) for one in worst_first),
        )


def in_order(lives: Sequence[Life]) -> Sequence[Life]:
    """The first to begin first."""
    return sorted(lives, key=lambda one: (min(at for at, _ in moments(one)), one.entry.state.task_arn))


def fault(found: Finding) -> tuple[str, ...]:
    """Its severity, what it is called, and what it says in one sentence and advises."""
    words = title(found.kind, found.cause)
    return shown_all(found.severity, words, found.summary, found.remedy)


def shown_all(*texts: str) -> tuple[str, ...]:
    return tuple(text(one) or "" for one in texts)


def _container(one: Container) -> tuple[Hashable, ...]:
    texts = (one.last_status, one.health_status, one.reason, one.image)
    return text(one.name), one.exit_code, *map(text, texts)


def _kind(state: TaskState) -> tuple[Hashable, ...]:
    definition = revision(state.task_definition_arn) or state.task_definition_arn
    return text(definition), text(state.started_by)


def _host(state: TaskState) -> tuple[Hashable, ...]:
    runs_on = state.capacity_provider_name or state.launch_type
    size = (state.cpu, state.memory)
    return text(runs_on), text(state.availability_zone), *size, text(state.platform_version)


def _protected(protection: Protection, offsets: Offsets) -> list[Any]:
    cleared = not protection.enabled and protection.expires_at is None
    until = protection.checked_at if cleared else protection.expires_at
    since = protection.since or protection.checked_at
    return [offsets.of(since), offsets.of(until), int(protection.enabled)]
