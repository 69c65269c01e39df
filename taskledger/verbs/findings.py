"""`taskledger findings`: what a deployed stack has found wrong, the latest first."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

import click

from reconciler.incidents.reported import key_of

from ..deployed.incidents import deployed_incidents
from ..deployed.ledger import deployed_ledger
from ..deployed.selection import selection_options
from ..deployed.stack import ledger_command
from ..output import payload, times
from ..output.options import limit_option
from ..output.tables.findings import grouped, table
from ..output.terminal import console, note, note_unreadable, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from reconciler.findings.model import Finding

    from ..deployed.incidents import DeployedIncidents
    from ..deployed.selection import Selection
    from ..deployed.stack import Stack

    Dated = tuple[datetime, Finding]


@click.command()
@selection_options
@limit_option("The latest N rows; --json has all findings.")
@ledger_command
def findings(stack: Stack, *, as_json: bool, limit: int, selection: Selection) -> None:
    """List what is or was wrong with single tasks and services.

    A row is of all findings of one owner, kind and cause; its times are the faults' own. What to look at
    next follows. --json has each finding by itself. With --open, lists the findings of open incidents,
    however old these are, as far back as --since.
    """
    now = times.now()
    incidents = deployed_incidents(stack)
    found = _select(incidents, selection.clusters(deployed_ledger(stack)), selection, now)
    note_unreadable(incidents.unreadable)
    if as_json:
        print_json({"findings": [_document(at, each) for at, each in found]})
        return
    groups = grouped(each for _, each in found)
    table(console(), groups[:limit], now)
    if not groups:
        note("No findings match.")
    if len(groups) > limit:
        note(f"{len(groups) - limit:,} more: --limit shows more, --json all findings.")


def _select(
    incidents: DeployedIncidents, clusters: Sequence[str], selection: Selection, now: datetime
) -> Sequence[Dated]:
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


def _document(found_at: datetime, found: Finding) -> dict[str, object]:
    occurred = {"occurredAt": payload.time(found.occurred_at), "foundAt": payload.time(found_at)}
    return payload.finding(found) | occurred
