"""What a policy changes, for people: how many messages more and fewer, and of which incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.notifications.fault_words import who

from ...output.tables.columns import Column, print_table
from ...output.tables.incidents import happened
from ...output.terminal import literal
from .counts import several

if TYPE_CHECKING:
    from rich.console import Console

    from ..comparison import Change, Comparison

COLUMNS = (
    Column("owner", whole=False),
    Column("cluster", whole=False, weight=1),
    Column("what", whole=False),
    Column("by default", right=True),
    Column("by this policy", right=True),
)


def print_comparison(screen: Console, found: Comparison, most: int | None = None) -> None:
    """A line, and a table of at most so many incidents, those that change most first."""
    screen.print()
    changed = f"{found.more:,} more, {found.fewer:,} fewer" if found.changes else "the same of each incident"
    sent = several(found.by_policy, "message")
    line = f"this policy: {sent}, by default {found.by_default:,}: {changed}"
    screen.print(Text(line, "bold"))
    print_table(screen, COLUMNS, [_row(one) for one in found.changes[:most]])
    if most is not None and len(found.changes) > most:
        screen.print(Text(f"and {len(found.changes) - most:,} more incidents; -v shows all", "dim"))


def _row(one: Change) -> tuple[Text, ...]:
    incident = one.incident
    return (
        literal(who(incident) if incident else "all"),
        literal(incident.cluster if incident else "-"),
        happened(incident) if incident else Text("digest"),
        Text(f"{one.by_default:,}"),
        Text(f"{one.by_policy:,}"),
    )
