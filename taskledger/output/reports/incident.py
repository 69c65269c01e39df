"""One incident for people, in the words of its messages: what is broken, how badly, since which change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.incidents.outbox import NotificationType
from reconciler.notifications.body import Body, body
from reconciler.notifications.fault_words import who
from reconciler.notifications.payload import incident_facts

from ..tables.incidents import happened
from ..terminal import SEVERITY_STYLE, indented, literal, print_grid

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from reconciler.incidents.model import Incident


def print_incident(screen: Console, incident: Incident, now: datetime) -> None:
    """Its heading and sentences; below them facts, the tasks it struck, and what to look at next."""
    print_summary(screen, incident, now)
    parts = _body(incident, now)
    print_grid(screen, "", [(name.lower(), value) for name, value in parts.facts])
    if parts.listed:
        screen.print()
        screen.print(literal(parts.heading, "bold"))
        for line in parts.listed:
            screen.print(literal(f"  {line}"))
    print_grid(screen, "links", [(name.lower(), link) for name, link in (parts.links or {}).items()])
    screen.print()
    screen.print(literal(incident.incident_id, "dim"))


def print_summary(screen: Console, incident: Incident, now: datetime) -> None:
    """Its heading, what happened, how bad it is, what it began with, and what to look at next."""
    parts = _body(incident, now)
    screen.print(heading(incident))
    for line in parts.head:
        screen.print(indented(line))
    for step in parts.next_steps:
        screen.print(indented(step, "dim"))


def heading(incident: Incident) -> Text:
    """`high    checkout (shop)  crash loop, exit 1  inc-3f2a91bc`."""
    severity = Text(f"{incident.severity:<6}", SEVERITY_STYLE.get(incident.severity, ""))
    name = literal(f"{who(incident)} ({incident.cluster})", "bold")
    return Text.assemble(severity, "  ", name, "  ", happened(incident), ("  " + incident.short_id, "dim"))


def _body(incident: Incident, now: datetime) -> Body:
    type_ = NotificationType.ONGOING if incident.open else NotificationType.RESOLVED
    return body(incident, type_, incident_facts(incident, now), now)
