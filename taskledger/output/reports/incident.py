"""One incident for people, in the words of its messages: what is broken, how badly, since which change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.incidents import rules
from reconciler.incidents.outbox import NotificationType
from reconciler.notifications.body import Body, body
from reconciler.notifications.fault_words import who
from reconciler.notifications.payload import incident_facts

from ..tables.incidents import happened
from ..terminal import SEVERITY_STYLE, indented, literal, print_grid
from ..times import stamp

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from reconciler.findings.policy import Policy
    from reconciler.incidents.model import Incident


def print_incident(screen: Console, incident: Incident, now: datetime, policy: Policy) -> None:
    """Its heading and sentences; below them facts, the tasks it struck, and what to look at next."""
    print_summary(screen, incident, now, policy)
    parts = _body(incident, now, policy)
    print_grid(screen, "", [(name.lower(), value) for name, value in parts.facts])
    if parts.listed:
        screen.print()
        screen.print(literal(parts.heading, "bold"))
        for line in parts.listed:
            screen.print(literal(f"  {line}"))
    print_grid(screen, "links", [(name, value) for name, value in (parts.links or {}).items()])
    screen.print()
    screen.print(literal(incident.incident_id, "dim"))


def print_summary(screen: Console, incident: Incident, now: datetime, policy: Policy) -> None:
    """Its heading, what happened, how bad it is, what it began with, and what to look at next."""
    parts = _body(incident, now, policy)
    screen.print(heading(incident))
    for line in parts.head:
        screen.print(indented(line))
    if muted := muted_words(incident, now, policy):
        screen.print(indented(f"{muted}."))
    for step in parts.next_steps:
        screen.print(indented(step, "dim"))


def heading(incident: Incident) -> Text:
    """`high    checkout (shop)  crash loop, exit 1  inc-3f2a91bc`."""
    severity = Text(f"{incident.severity:<6}", SEVERITY_STYLE.get(incident.severity, ""))
    name = literal(f"{who(incident)} ({incident.cluster})", "bold")
    return Text.assemble(severity, "  ", name, "  ", happened(incident), ("  " + incident.short_id, "dim"))


def muted_words(incident: Incident, now: datetime, policy: Policy) -> str | None:
    """`muted until 2026-11-20T14:00:00Z`; None where nothing is held back of it."""
    until = rules.muted_until(incident, policy, now) if incident.open else None
    return f"muted until {stamp(until)}" if until else None


def _body(incident: Incident, now: datetime, policy: Policy) -> Body:
    type_ = NotificationType.ONGOING if incident.open else NotificationType.RESOLVED
    return body(incident, type_, incident_facts(incident, now, policy), now)
