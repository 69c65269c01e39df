"""Incidents for people: all of them in a table, and of the worst that are open what to look at next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.incidents.facts.impact import Level

from ..tables.incidents import table
from ..terminal import console
from .incident import print_brief

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reconciler.incidents.model import Incident

IN_WORDS = 3


def report(incidents: Sequence[Incident], now: datetime) -> None:
    """Prints the table, of those that are open the worst first.

    Where it is not piped, the words follow: there a terminal ends.
    """
    screen = console()
    opened = (one for one in incidents if one.open)
    worst = sorted(opened, key=lambda one: _gravity(one, now), reverse=True)
    listed = [*worst, *(one for one in incidents if not one.open)]
    table(screen, listed, now)
    if not listed or not screen.is_terminal:
        return
    for one in worst[:IN_WORDS]:
        screen.print()
        print_brief(screen, one, now)
    screen.print()
    screen.print(Text(f"`taskledger show {listed[0].short_id}` has all of one.", "dim"))


def _gravity(incident: Incident, now: datetime) -> tuple[int, bool, datetime]:
    down = incident.impact is not None and incident.impact.level(now) is Level.DOWN
    return incident.severity.rank, down, incident.last_seen_at
