"""One incident for people, in the words of its messages: what is broken, how badly, since which change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.findings.summary import recent
from reconciler.incidents import rules
from reconciler.incidents.outbox import NotificationType
from reconciler.notifications.body import Body, body
from reconciler.notifications.fault_words import who
from reconciler.notifications.payload import incident_facts

from ..tables.incidents import happened
from ..terminal import SEVERITY_STYLE, indented, literal, print_grid, print_unbroken

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from reconciler.findings.policy import Policy
    from reconciler.incidents.model import Incident


def print_incident(screen: Console, incident: Incident, now: datetime, policy: Policy) -> None:
    """Its heading and sentences; below them facts, the tasks it struck, and what to look at next."""
    print_summary(screen, incident, now, policy)
    parts = _body(incident, now, policy)
    screen.print()
    print_grid(screen, "", [(name.lower(), value) for name, value in parts.facts])
    if parts.listed:
        screen.print()
        screen.print(literal(parts.heading, "bold"))
        for line in parts.listed:
            screen.print(indented(line))
    screen.print()
    for name, link in (parts.links or {}).items():
        print_unbroken(screen, f"{name.lower():<10} {link}")
    print_unbroken(screen, incident.incident_id)


def print_summary(screen: Console, incident: Incident, now: datetime, policy: Policy) -> None:
    """Its heading, what happened, how bad it is, what it began with, and what to look at next."""
    parts = _body(incident, now, policy)
    screen.print(heading(incident))
    for line in parts.head:
        screen.print(indented(line))
    if muted := _muted(incident, now, policy):
        screen.print(indented(muted))
    for step in parts.next_steps:
        screen.print(indented(step, "dim"))


def print_brief(screen: Console, incident: Incident, now: datetime, policy: Policy) -> None:
    """Its heading, how bad it is and what it began with, and the first thing to look at."""
    parts = _body(incident, now, policy)
    screen.print(heading(incident))
    screen.print(indented(" ".join(filter(None, (*parts.head[1:], _muted(incident, now, policy))))))
    for step in parts.next_steps[:1]:
        screen.print(indented(step, "dim"))


def heading(incident: Incident) -> Text:
    """`high    checkout (shop)  crash loop, exit 1  inc-3f2a91bc`."""
    severity = literal(f"{incident.severity:<6}", SEVERITY_STYLE.get(incident.severity, ""))
    name = literal(f"{who(incident)} ({incident.cluster})", "bold")
    return Text.assemble(severity, "  ", name, "  ", happened(incident), ("  " + incident.short_id, "dim"))


def _muted(incident: Incident, now: datetime, policy: Policy) -> str | None:
    """`Muted until 14:00 UTC.`; None where nothing is held back of it."""
    until = rules.muted_until(incident, policy, now) if incident.open else None
    return f"Muted until {recent(until, now)}." if until else None


def _body(incident: Incident, now: datetime, policy: Policy) -> Body:
    type_ = NotificationType.ONGOING if incident.open else NotificationType.RESOLVED
    return body(incident, type_, incident_facts(incident, now, policy), now)
