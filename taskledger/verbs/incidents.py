"""`taskledger incidents`: the open incidents of a deployed stack, and those resolved of late."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from rich.text import Text

from reconciler.notifications.blame_words import blame_words
from reconciler.notifications.fault_words import again, faults, running, times, who

from ..deployed.incidents import deployed_incidents
from ..deployed.ledger import deployed_ledger
from ..deployed.policy import policy_with_mutes
from ..deployed.selection import selection_options
from ..deployed.stack import ledger_command
from ..output import payload
from ..output.reports.incident import muted_words
from ..output.terminal import console, fault_heading, indented, literal, note_unreadable, print_json
from ..output.times import age

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.findings.policy import Policy
    from reconciler.incidents.model import Incident

    from ..deployed.incidents import DeployedIncidents
    from ..deployed.selection import Selection
    from ..deployed.stack import Stack


@click.command()
@selection_options
@ledger_command
def incidents(stack: Stack, *, as_json: bool, selection: Selection) -> None:
    """List the open incidents, however old, and those that were resolved since --since.

    Open incidents come first; within both groups, the one with the latest finding is first.
    """
    now = datetime.now(UTC)
    incidents = deployed_incidents(stack)
    found = _select(incidents, selection.clusters(deployed_ledger(stack)), selection, now)
    note_unreadable(incidents.unreadable)
    policy = policy_with_mutes(stack, now)
    if as_json:
        print_json({"incidents": [payload.incident(each, now, policy) for each in found]})
    else:
        _report(found, now, policy)


def _select(
    incidents: DeployedIncidents, clusters: Sequence[str], selection: Selection, now: datetime
) -> Sequence[Incident]:
    """Each once, and as open where it is: an index may still hold it as it was before."""
    found: dict[str, Incident] = {}
    for cluster in clusters:
        if not selection.only_open:
            resolved = incidents.resolved(cluster, selection.since, now)
            found |= {one.incident_id: one for one in resolved}
        found |= {one.incident_id: one for one in incidents.open_incidents(cluster, now)}
    selected = [one for one in found.values() if selection.covers(_owners(one), one.key.kind, one.severity)]
    return sorted(selected, key=lambda one: (one.open, one.last_seen_at), reverse=True)


def _owners(one: Incident) -> Sequence[str]:
    return [each.name for each in one.shared.owners] if one.shared else [one.key.owner]


def _report(found: Sequence[Incident], now: datetime, policy: Policy) -> None:
    screen = console()
    if not found:
        screen.print(Text("no incidents", "dim"))
    for one in found:
        heading = fault_heading(one.severity, one.key.kind, one.cause)
        screen.print(
            heading.append_text(literal(f"  {who(one) if one.shared else one.key.owner} in {one.cluster}"))
        )
        screen.print(indented(_state(one, now), "yellow" if one.open else "dim"))
        if muted := muted_words(one, now, policy):
            screen.print(indented(muted, "yellow"))
        screen.print(indented(one.summary))
        if one.blame:
            screen.print(indented(blame_words(one.blame, one.first_seen_at, now)))
        screen.print(indented(one.remedy, "dim"))


def _state(one: Incident, now: datetime) -> str:
    """Whether it is open, how often it happened and came back, and what its service runs."""
    since, last = age(now, one.first_seen_at), age(now, one.last_seen_at)
    happened = f"{times(faults(one))}, first {since} ago, last {last} ago"
    ran = f"{running(one.impact)} running" if one.impact and one.open else None
    returned = next(iter(again(one, now)), None)
    return f"{'open' if one.open else 'resolved'}: {', '.join(filter(None, (happened, returned, ran)))}"
