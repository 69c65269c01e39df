"""`taskledger incidents`: what people were told of, what goes on and what is over."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from rich.text import Text

from ..deployed.incidents import deployed_incidents
from ..deployed.ledger import deployed_ledger
from ..deployed.selection import Asked, asking, fault
from ..deployed.stack import on_a_stack
from ..output import payload
from ..output.terminal import SEVERITY_STYLE, console, indented, shown
from ..output.times import age

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.incidents.model import Incident

    from ..deployed.incidents import DeployedIncidents
    from ..deployed.stack import Stack


@click.command()
@asking
@on_a_stack
def incidents(stack: Stack, *, as_json: bool, **asked: object) -> None:
    """List the incidents that go on, however old, and those that were over since --since.

    Those that go on come first; of each, those of which something came last.
    """
    question = Asked(**asked)  # type: ignore[arg-type]  # as click checked
    now = datetime.now(UTC)
    found = answer(deployed_incidents(stack), question.clusters(deployed_ledger(stack)), question, now)
    if as_json:
        click.echo(json.dumps({"incidents": [payload.incident(each) for each in found]}, indent=2))
    else:
        _report(found, now)


def answer(
    incidents: DeployedIncidents, clusters: Sequence[str], asked: Asked, now: datetime
) -> Sequence[Incident]:
    found: list[Incident] = []
    for cluster in clusters:
        found += incidents.open_ones(cluster, now)
        if not asked.only_open:
            found += incidents.over(cluster, asked.since, now)
    covered = [one for one in found if asked.covers(one.key.owner, one.key.kind, one.severity)]
    return sorted(covered, key=lambda one: (one.open, one.last_seen_at), reverse=True)


def _report(found: Sequence[Incident], now: datetime) -> None:
    screen = console()
    if not found:
        screen.print(Text("no incidents", "dim"))
    for one in found:
        severity = Text(f"{one.severity:<6}", SEVERITY_STYLE.get(one.severity, ""))
        told = fault(one.key.kind, one.key.cause)
        of = f"  {shown(one.key.owner)} in {shown(one.cluster)}"
        screen.print(Text.assemble(severity, "  ", (told, "bold"), of))
        screen.print(indented(_state(one, now), "yellow" if one.open else "dim"))
        screen.print(indented(shown(one.summary)))
        screen.print(indented(one.remedy, "dim"))


def _state(one: Incident, now: datetime) -> str:
    times = "once" if one.count == 1 else f"{one.count} times"
    since, last = age(now, one.first_seen_at), age(now, one.last_seen_at)
    return f"{'goes on' if one.open else 'is over'}: {times}, first {since} ago, last {last} ago"
