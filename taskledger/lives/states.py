"""The state that a task had at a time, from its entry and its rows of history.

    the entry's version was reported by then   that is its state then
    rows were reported by then                 the highest version of them, but for those a reset refuted
    no row, or its own times contradict it     what its own times prove, `inferred`; else not known

A version that only a sweep saw counts from the latest of its own times, which is the nearest that ECS gives,
and never from before an event of a lower version.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from reconciler.model.task import CLOSED_STATUSES, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from reconciler.model.entry import HistoryRow, LedgerEntry
    from reconciler.model.task import TaskState

_BEFORE_RUNNING = frozenset({"PROVISIONING", "PENDING", "ACTIVATING"})
_NEAREST_FIRST = (Source.EVENT, Source.DESCRIBE, Source.RESET)  # whose time is nearest to the version's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A task's entry as it is now, and its rows as far as a question needs them."""

    entry: LedgerEntry
    rows: Sequence[HistoryRow] = ()

    @property
    def began_at(self) -> datetime:
        """When the task was created; at the latest, where ECS does not say."""
        return self.entry.state.created_at or min((self.entry.observed_at, *(row.at for row in self.rows)))


@dataclass(frozen=True, slots=True, kw_only=True)
class StateThen:
    """What a task was at a time; a status is None where it is not known.

    `version` is None where it is `inferred`, from times that ECS gave later.
    """

    entry: LedgerEntry
    at: datetime
    last_status: str | None
    desired_status: str | None
    version: int | None

    @property
    def inferred(self) -> bool:
        return self.version is None


def needs_rows(entry: LedgerEntry, moment: datetime) -> bool:
    """Whether only its history says what the task was then, or whether it had begun."""
    created_at = entry.state.created_at
    may_have_begun = created_at is None or created_at <= moment
    return may_have_begun and moment < entry.observed_at and not _was_over(entry, moment)


def state_at(life: Life, moment: datetime) -> StateThen | None:
    """Its state then; None for a task that had not begun, or was over."""
    if life.began_at > moment or _was_over(life.entry, moment):
        return None
    found = _reported(life, moment)
    if found is None or _is_outdated(found, life.entry.state, moment):
        found = _inferred(life.entry, moment)
    return None if found.last_status in CLOSED_STATUSES else found


def _was_over(entry: LedgerEntry, moment: datetime) -> bool:
    return entry.closed is not None and entry.closed.at <= moment


def _reported(life: Life, moment: datetime) -> StateThen | None:
    """The highest version that was reported by then; None where no row is that old."""
    entry, state = life.entry, life.entry.state
    if entry.observed_at <= moment:
        return StateThen(
            entry=entry,
            at=moment,
            last_status=state.last_status,
            desired_status=state.desired_status,
            version=state.version,
        )
    rows = [row for at, row in _versions(_credible(life)) if at <= moment]
    if not rows:
        return None
    last = rows[-1]
    return StateThen(
        entry=entry,
        at=moment,
        last_status=last.last_status,
        desired_status=last.desired_status,
        version=last.version,
    )


def _versions(rows: Iterable[HistoryRow]) -> Iterator[tuple[datetime, HistoryRow]]:
    """One row for each version, in ascending order, and since when the task was that."""
    ordered = sorted(rows, key=lambda row: (row.version, _NEAREST_FIRST.index(row.source)))
    reported_at = None
    for _, same in groupby(ordered, key=lambda row: row.version):
        row = next(same)
        if row.source is Source.EVENT:
            reported_at = max(reported_at or row.at, row.at)
        yield (max(reported_at or row.at, row.at) if row.source is Source.DESCRIBE else row.at), row


def _credible(life: Life) -> list[HistoryRow]:
    """The rows without events above what ECS described at a reset after them, unless confirmed since."""
    confirmed = {row.version for row in life.rows if row.source is Source.DESCRIBE}
    resets = [row for row in life.rows if row.source is Source.RESET]
    return [
        row
        for row in life.rows
        if row.version in confirmed
        or not any(row.version > reset.version and row.at <= reset.at for reset in resets)
    ]


def _is_outdated(found: StateThen, state: TaskState, moment: datetime) -> bool:
    """Whether the task's own times prove that more had happened by then: an event was lost or is late."""
    started = found.last_status in _BEFORE_RUNNING and _is_by(state.started_at, moment)
    return started or (found.desired_status == "RUNNING" and _is_by(state.stopping_at, moment))


def _inferred(entry: LedgerEntry, moment: datetime) -> StateThen:
    """What the times of the task prove: between them, a status that passes is not known."""
    state = entry.state
    last_status = desired_status = None
    if _is_by(state.stopping_at, moment):
        desired_status = "STOPPED"
    elif state.stopping_at or state.desired_status == "RUNNING":
        desired_status = "RUNNING"
        last_status = "RUNNING" if _is_by(state.started_at, moment) else None
    return StateThen(
        entry=entry, at=moment, last_status=last_status, desired_status=desired_status, version=None
    )


def _is_by(time: datetime | None, moment: datetime) -> bool:
    return time is not None and time <= moment
