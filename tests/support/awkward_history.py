"""Makes the history of a life as awkward as sweeps, resets, lost events and the retention make it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from reconciler.model.task import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from random import Random

    from reconciler.model.entry import HistoryRow, LedgerEntry

    Recorded = tuple[LedgerEntry, Sequence[HistoryRow]]

_MILLISECOND = timedelta(milliseconds=1)
_LATE = timedelta(minutes=5)


def disturbed(random: Random, entry: LedgerEntry, rows: Sequence[HistoryRow]) -> Recorded:
    """In one of these ways; the rows in the order in which they are read."""
    entry, rows = random.choice(_WAYS)(random, entry, rows)
    return entry, sorted(rows, key=lambda row: (row.version, row.source is not Source.EVENT, row.source))


def _only_swept(random: Random, entry: LedgerEntry, rows: Sequence[HistoryRow]) -> Recorded:
    """The event of a version was lost, and a sweep saw it; those of the versions below were late."""
    place = random.randrange(len(rows))
    if rows[place].version == entry.state.version:
        entry = replace(entry, source=Source.DESCRIBE, described_at=entry.observed_at)
    late = [replace(row, at=_between(random, row.at, row.at + _LATE)) for row in rows[:place]]
    return entry, [*late, _described(entry, rows[place]), *rows[place + 1 :]]


def _swept_too(random: Random, entry: LedgerEntry, rows: Sequence[HistoryRow]) -> Recorded:
    """A sweep saw the version of an event."""
    return entry, [*rows, _described(entry, random.choice(rows))]


def _false_event(random: Random, entry: LedgerEntry, rows: Sequence[HistoryRow]) -> Recorded:
    """An event was above all that ECS knew, and a sweep took the entry back to what it described."""
    gap = _gap(random, rows)
    if gap is None:
        return entry, rows
    before, after = gap
    false_at, reset_at = sorted(_between(random, before.at, after.at) for _ in range(2))
    false = replace(before, version=50, last_status="STOPPED", desired_status="STOPPED", at=false_at)
    known = [row for row in rows if row is not before]
    known.append(random.choice((before, _described(entry, before))))
    return entry, [*known, false, replace(before, source=Source.RESET, at=reset_at)]


def _wrong_reset(random: Random, entry: LedgerEntry, rows: Sequence[HistoryRow]) -> Recorded:
    """ECS described a version that was over, and confirmed the one above it in the next sweep."""
    gap = _gap(random, rows)
    if gap is None:
        return entry, rows
    before, after = gap
    reset = replace(before, source=Source.RESET, at=_between(random, after.at, entry.observed_at))
    return entry, [*rows, reset, _described(entry, after)]


def _lost(random: Random, entry: LedgerEntry, rows: Sequence[HistoryRow]) -> Recorded:
    """Any events but the last one."""
    return entry, [*(row for row in rows[:-1] if random.random() < 0.5), rows[-1]]


def _expired(_: Random, entry: LedgerEntry, rows: Sequence[HistoryRow]) -> Recorded:
    """All rows but the last one."""
    return entry, rows[-1:]


def _by_the_second(_: Random, entry: LedgerEntry, rows: Sequence[HistoryRow]) -> Recorded:
    """Events have their time in whole seconds, before the task's own."""
    return (
        replace(entry, observed_at=entry.observed_at.replace(microsecond=0)),
        [replace(row, at=row.at.replace(microsecond=0)) for row in rows],
    )


def _without(*names: str) -> Callable[[Random, LedgerEntry, Sequence[HistoryRow]], Recorded]:
    """ECS did not say some of its times."""

    def left_out(random: Random, entry: LedgerEntry, rows: Sequence[HistoryRow]) -> Recorded:
        state = replace(entry.state, **dict.fromkeys(names))  # type: ignore[arg-type]  # names of times
        return _lost(random, replace(entry, state=state), rows)

    return left_out


_WAYS = (_only_swept, _swept_too, _false_event, _wrong_reset, _lost, _expired, _by_the_second,
         _without("created_at"), _without("stopping_at"))  # fmt: skip


def _described(entry: LedgerEntry, row: HistoryRow) -> HistoryRow:
    """The version as a sweep saw it: from the latest of the task's own times by then."""
    state = entry.state
    own = (state.created_at, state.started_at, state.stopping_at, state.stopped_at)
    at = max((time for time in own if time and time <= row.at), default=row.at)
    return replace(row, source=Source.DESCRIBE, at=at)


def _gap(random: Random, rows: Sequence[HistoryRow]) -> tuple[HistoryRow, HistoryRow] | None:
    """Two rows after each other; None where there is one alone."""
    place = random.randrange(len(rows))
    return (rows[place - 1], rows[place]) if place else None


def _between(random: Random, first: datetime, last: datetime) -> datetime:
    return first + random.randint(0, (last - first) // _MILLISECOND) * _MILLISECOND
