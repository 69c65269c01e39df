"""Incidents as a table, and in the words of a message's subject what happened in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.notifications.fault_words import faults, running, what, who

from ..terminal import SEVERITY_STYLE, literal
from ..times import age, stamp
from .columns import Column, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rich.console import Console

    from reconciler.incidents.model import Incident

COLUMNS = (
    Column("incident"),
    Column("severity"),
    Column("status", weight=4),
    Column("owner", whole=False),
    Column("cluster", weight=2, whole=False),
    Column("what", whole=False),
    Column("count", right=True, weight=1),
    Column("running", weight=3),
    Column("since"),
    Column("last"),
)


def table(screen: Console, incidents: Sequence[Incident], now: datetime) -> None:
    """Prints them with ages; where it is piped, with times."""
    print_table(screen, COLUMNS, [_row(one, now, piped=not screen.is_terminal) for one in incidents])


def happened(incident: Incident) -> Text:
    """`crash loop, exit 1`."""
    return literal(", ".join(filter(None, what(incident))))


def _row(one: Incident, now: datetime, *, piped: bool) -> tuple[Text, ...]:
    when = stamp if piped else (lambda moment: age(now, moment))
    return (
        literal(one.short_id),
        literal(one.severity, SEVERITY_STYLE.get(one.severity, "")),
        Text(one.status, "yellow" if one.open else "dim"),
        literal(who(one)),
        literal(one.cluster),
        happened(one),
        Text(f"{faults(one):,}"),
        Text(running(one.impact) if one.impact and one.open else "-"),
        Text(when(one.first_seen_at)),
        Text(when(one.last_seen_at)),
    )
