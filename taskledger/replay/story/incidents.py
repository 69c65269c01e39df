"""Incidents and messages of a replay, in the time of the events: there is no now that they have an age by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.notifications.fault_words import faults, who

from ...output.reports.incident import print_summary
from ...output.tables.columns import Column, print_table
from ...output.tables.incidents import happened
from ...output.terminal import SEVERITY_STYLE, literal, print_grid
from .moments import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from rich.console import Console

    from reconciler.findings.policy import Policy
    from reconciler.incidents.model import Incident

    from ...local.memory_incidents import SentMessage

LONGEST_WHAT = 32  # for which a line of 80 columns has place, beside what is never left out


def by_severity(incidents: Iterable[Incident]) -> list[Incident]:
    """Those of the highest severity first, of these the open ones, then as often as they happened."""
    return sorted(
        incidents, key=lambda one: (-one.severity.rank, not one.open, -faults(one), one.first_seen_at)
    )


def print_incidents(screen: Console, incidents: Sequence[Incident]) -> None:
    whole = all(happened(one).cell_len <= LONGEST_WHAT for one in incidents)
    columns = (
        Column("severity"),
        Column("owner", whole=False),
        Column("cluster", whole=False, weight=3),
        Column("what", whole=whole),
        Column("count", right=True),
        Column("first"),
        Column("last", weight=2),
        Column("status", weight=1),
    )
    print_table(screen, columns, [_row(one, piped=not screen.is_terminal) for one in incidents])


def print_words(screen: Console, incidents: Iterable[Incident], now: datetime, policy: Policy) -> None:
    """What happened in each, how bad it is, what it began with, and what to look at next."""
    for one in incidents:
        screen.print()
        print_summary(screen, one, now, policy)


def print_messages(screen: Console, sent: Sequence[SentMessage]) -> None:
    """When each would have been published, in the time of the events, and its subject."""
    piped = not screen.is_terminal
    lines = [(Text(moment(one.at, piped=piped), "dim"), one.message.subject) for one in sent]
    print_grid(screen, "messages", lines)


def _row(one: Incident, *, piped: bool) -> tuple[Text, ...]:
    return (
        literal(one.severity, SEVERITY_STYLE.get(one.severity, "")),
        literal(who(one)),
        literal(one.cluster),
        happened(one),
        Text(f"{faults(one):,}"),
        Text(moment(one.first_seen_at, piped=piped)),
        Text(moment(one.last_seen_at, piped=piped)),
        Text(one.status, "yellow" if one.open else "dim"),
    )
