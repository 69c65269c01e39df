"""Tasks as a table: what each is, since when, and why it stopped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ..terminal import SEVERITY_STYLE, STATUS_STYLE, console, literal, short_id
from ..times import age

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from reconciler.findings.model import Finding
    from reconciler.model.entry import LedgerEntry

    Judge = Callable[[LedgerEntry], Sequence[Finding]]

TITLES = ("task", "of", "cluster", "status", "since", "stop code", "finding")
UNCUT = 10_000  # columns where the output is piped: no value is cut short there


def table(entries: Sequence[LedgerEntry], now: datetime, judge: Judge) -> None:
    """Prints them; `judge` finds what is wrong with an entry."""
    piped = not sys.stdout.isatty()
    rows = Table(box=None, pad_edge=False, header_style="dim")
    for title in TITLES:
        rows.add_column(title, no_wrap=True)
    for entry in entries:
        rows.add_row(*_row(entry, now, piped=piped), _findings(judge(entry)))
    screen = console()
    if piped:
        screen.width = UNCUT
    screen.print(rows)


def _row(entry: LedgerEntry, now: datetime, *, piped: bool) -> tuple[Text, ...]:
    """Whole ids and times for a program; for people, the start of an id and an age."""
    state = entry.state
    since = entry.closed.at if entry.closed else state.created_at or entry.observed_at
    return (
        literal(state.task_id if piped else short_id(state.task_id)),
        literal(state.group or "-"),
        literal(state.cluster),
        literal(state.last_status, STATUS_STYLE.get(state.last_status, "")),
        Text(f"{since:%Y-%m-%dT%H:%M:%SZ}" if piped else age(now, since)),
        literal(state.stop_code or "-"),
    )


def _findings(found: Sequence[Finding]) -> Text:
    """By their causes; by their kind where they have none."""
    if not found:
        return Text("-")
    causes = ", ".join(each.cause or each.kind for each in found)
    return literal(causes, SEVERITY_STYLE.get(found[0].severity, ""))
