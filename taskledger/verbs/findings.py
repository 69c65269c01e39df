"""`taskledger findings`: what a deployed stack has found wrong, the latest first."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import itemgetter
from typing import TYPE_CHECKING

import click
from rich.text import Text

from reconciler.arns import cluster_name, task_id
from reconciler.incidents.reported import key_of

from ..deployed.incidents import deployed_incidents
from ..deployed.ledger import deployed_ledger
from ..deployed.selection import selection_options
from ..deployed.stack import ledger_command
from ..output import payload
from ..output.terminal import console, fault_heading, indented, literal, note_unreadable, print_json, short_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.findings.model import Finding

    from ..deployed.incidents import DeployedIncidents
    from ..deployed.selection import Selection
    from ..deployed.stack import Stack

    Dated = tuple[datetime, Finding]


@click.command()
@selection_options
@ledger_command
def findings(stack: Stack, *, as_json: bool, selection: Selection) -> None:
    """List what is or was wrong with single tasks and services.

    For each, why it happened and what to look at next.

    With --open, lists the findings of open incidents, however old these are, as far back as --since.
    """
    incidents = deployed_incidents(stack)
    found = _select(incidents, selection.clusters(deployed_ledger(stack)), selection)
    note_unreadable(incidents.unreadable)
    if as_json:
        documents = [payload.finding(each) | {"foundAt": payload.time(at)} for at, each in found]
        print_json({"findings": documents})
    else:
        _report(found)


def _select(incidents: DeployedIncidents, clusters: Sequence[str], selection: Selection) -> Sequence[Dated]:
    now = datetime.now(UTC)
    found = (dated for cluster in clusters for dated in _of_cluster(incidents, cluster, selection, now))
    selected = [(at, one) for at, one in found if selection.covers([one.owner], one.kind, one.severity)]
    return sorted(selected, key=itemgetter(0), reverse=True)


def _of_cluster(
    incidents: DeployedIncidents, cluster: str, selection: Selection, now: datetime
) -> Iterator[Dated]:
    """Those of one cluster; with `--open` only those since their incident opened."""
    found = incidents.findings(cluster, selection.since, now)
    if not selection.only_open:
        return found
    opened = {one.key: one.opened_at for one in incidents.open_incidents(cluster, now)}
    return ((at, one) for at, one in found if key_of(one) in opened and at >= opened[key_of(one)])


def _report(found: Sequence[Dated]) -> None:
    screen = console()
    if not found:
        screen.print(Text("nothing was found", "dim"))
    for at, finding in found:
        heading = fault_heading(finding.severity, finding.kind, finding.cause)
        screen.print(
            heading.append_text(literal(f"  {finding.owner}  {_subject(finding)}  {at:%Y-%m-%dT%H:%M:%SZ}"))
        )
        screen.print(indented(finding.summary))
        screen.print(indented(finding.remedy, "dim"))


def _subject(finding: Finding) -> str:
    """The start of its task's id; of a service the deployment, and where it is of none, its cluster."""
    if finding.task_arn:
        return short_id(task_id(finding.task_arn) or finding.task_arn)
    return finding.deployment_id or cluster_name(finding.cluster_arn) or finding.cluster_arn
