"""Tasks as a table: what each is, since when, and why it stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.findings.model import owner
from reconciler.notifications.fault_words import owner_name

from ..stop_codes import in_short
from ..terminal import STATUS_STYLE, literal, short_id
from ..times import age, stamp
from .columns import Column, print_table
from .found import causes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from rich.console import Console

    from reconciler.findings.model import Finding
    from reconciler.model.entry import LedgerEntry

    Judge = Callable[[LedgerEntry], Sequence[Finding]]

COLUMNS = (
    Column("task"),
    Column("owner", whole=False),
    Column("cluster", whole=False, weight=1),
    Column("status"),
    Column("since"),
    Column("stop code", whole=False, weight=2),
    Column("finding", whole=False),
)


def table(screen: Console, entries: Sequence[LedgerEntry], now: datetime, judge: Judge) -> None:
    """Prints them; `judge` finds what is wrong with an entry."""
    piped = not screen.is_terminal
    rows = [(*_row(one, now, piped=piped), causes(judge(one), piped=piped)) for one in entries]
    print_table(screen, COLUMNS, rows)


def _row(entry: LedgerEntry, now: datetime, *, piped: bool) -> tuple[Text, ...]:
    """Whole ids, times and codes for a program; for people the start of an id, an age, a code in short."""
    state = entry.state
    since = entry.closed.at if entry.closed else state.created_at or entry.observed_at
    return (
        literal(state.task_id if piped else short_id(state.task_id)),
        literal(state.group or "-" if piped else owner_name(owner(state.group, state.task_definition_arn))),
        literal(state.cluster),
        literal(state.last_status, STATUS_STYLE.get(state.last_status, "")),
        Text(stamp(since) if piped else age(now, since)),
        literal(state.stop_code or "-" if piped else in_short(state.stop_code)),
    )
