"""`taskledger findings`: what a deployed stack has flagged, the latest first."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from operator import itemgetter
from typing import TYPE_CHECKING

import click
from rich.text import Text

from reconciler.incidents.model import key_of

from ..deployed.incidents import deployed_incidents
from ..deployed.ledger import deployed_ledger
from ..deployed.selection import Asked, asking, fault
from ..deployed.stack import on_a_stack
from ..output import payload
from ..output.terminal import SEVERITY_STYLE, console, indented, short_id, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.findings.model import Finding

    from ..deployed.incidents import DeployedIncidents
    from ..deployed.stack import Stack

    Placed = tuple[datetime, Finding]


@click.command()
@asking
@on_a_stack
def findings(stack: Stack, *, as_json: bool, **asked: object) -> None:
    """List what is wrong, or was, with single tasks: what was found, why, and what to look at next.

    A finding of an incident that goes on stays with --open, however old it is, as far as --since goes back.
    """
    question = Asked(**asked)  # type: ignore[arg-type]  # as click checked
    found = answer(deployed_incidents(stack), question.clusters(deployed_ledger(stack)), question)
    if as_json:
        told = [payload.finding(each) | {"foundAt": payload.time(at)} for at, each in found]
        click.echo(json.dumps({"findings": told}, indent=2))
    else:
        _report(found)


def answer(incidents: DeployedIncidents, clusters: Sequence[str], asked: Asked) -> Sequence[Placed]:
    """The findings that are asked for, the latest first."""
    now = datetime.now(UTC)
    found = (placed for cluster in clusters for placed in _of(incidents, cluster, asked, now))
    covered = [(at, one) for at, one in found if asked.covers(one.owner, one.kind, one.severity)]
    return sorted(covered, key=itemgetter(0), reverse=True)


def _of(incidents: DeployedIncidents, cluster: str, asked: Asked, now: datetime) -> Iterator[Placed]:
    """Those of one cluster, with `--open` only those that came since their incident opened."""
    found = incidents.findings(cluster, asked.since, now)
    if not asked.only_open:
        return found
    opened = {one.key: one.opened_at for one in incidents.open_ones(cluster, now)}
    return ((at, one) for at, one in found if key_of(one) in opened and at >= opened[key_of(one)])


def _report(found: Sequence[Placed]) -> None:
    screen = console()
    if not found:
        screen.print(Text("nothing was found", "dim"))
    for at, finding in found:
        of = f"{shown(finding.owner)}  {short_id(finding.task_arn.rsplit('/', 1)[1])}"
        severity = Text(f"{finding.severity:<6}", SEVERITY_STYLE.get(finding.severity, ""))
        told = fault(finding.kind, finding.cause)
        screen.print(Text.assemble(severity, "  ", (told, "bold"), f"  {of}  {at:%Y-%m-%dT%H:%M:%SZ}"))
        screen.print(indented(shown(finding.summary)))
        screen.print(indented(finding.remedy, "dim"))
