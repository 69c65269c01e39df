"""The life of a task: its moments, how long each took, and between them the versions that were reported."""

from __future__ import annotations

from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

from rich.text import Text

from ..payload import time
from ..terminal import STATUS_STYLE, literal
from ..times import age

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from reconciler.model.entry import HistoryRow, LedgerEntry

    from ..terminal import Cell

    Line = tuple[datetime, tuple[Cell, ...]]


def timeline(entry: LedgerEntry, rows: Sequence[HistoryRow], now: datetime) -> list[tuple[Cell, ...]]:
    """Lines by time, each with a name, a time, and how long it took since the moment before."""
    lines = [*_moments(entry, now), *map(_version, rows)]
    return [cells for _, cells in sorted(lines, key=itemgetter(0))]


def _moments(entry: LedgerEntry, now: datetime) -> Iterator[Line]:
    reached = list(_reached(entry, now))
    took = [None, *(age(after, before) for (_, before), (_, after) in pairwise(reached))]
    for (name, at), span in zip(reached, took, strict=True):
        yield at, (Text(name, "bold"), time(at), span)


def _reached(entry: LedgerEntry, now: datetime) -> Iterator[tuple[str, datetime]]:
    """What it came through; of one that is open, up to now."""
    state = entry.state
    moments = {
        "created": state.created_at,
        "started": state.started_at,
        "stopping": state.stopping_at,
        "stopped": state.stopped_at,
        "closed": entry.closed.at if entry.closed and state.stopped_at is None else None,
        "now": now if entry.open else None,
    }
    yield from ((name, at) for name, at in moments.items() if at)


def _version(row: HistoryRow) -> Line:
    wanted = f"-> {row.desired_status}, " if row.desired_status not in (None, row.last_status) else ""
    status = literal(row.last_status, STATUS_STYLE.get(row.last_status, ""))
    return row.at, (
        f"  v{row.version}",
        Text(time(row.at) or "", "dim"),
        None,
        status,
        f"{wanted}{row.source}",
    )
