"""`taskledger incidents`: the open incidents of a deployed stack, and those resolved of late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..deployed.incidents import deployed_incidents
from ..deployed.ledger import deployed_ledger
from ..deployed.policy import policy_with_mutes
from ..deployed.selection import selection_options
from ..deployed.stack import ledger_command
from ..output import payload, times
from ..output.options import limit_option
from ..output.reports.overview import report
from ..output.terminal import note, note_unreadable, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reconciler.incidents.model import Incident

    from ..deployed.incidents import DeployedIncidents
    from ..deployed.selection import Selection
    from ..deployed.stack import Stack


@click.command()
@selection_options
@limit_option("All that are open, and the latest N of those resolved; --json has all.", least=0)
@ledger_command
def incidents(stack: Stack, *, as_json: bool, limit: int, selection: Selection) -> None:
    """List the open incidents, and those resolved of late.

    All that are open come first, however old, the worst of them at the top; then those that were resolved
    since --since, the latest fault first. --json has them all by their latest faults. In a terminal, the
    worst three that are open follow in words, with what to look at next. `taskledger show INCIDENT` has all
    of one.
    """
    now = times.now()
    incidents = deployed_incidents(stack)
    found = _select(incidents, selection.clusters(deployed_ledger(stack)), selection, now)
    note_unreadable(incidents.unreadable)
    policy = policy_with_mutes(stack, now)
    if as_json:
        print_json({"incidents": [payload.incident(each, now, policy) for each in found]})
        return
    shown = found[: sum(one.open for one in found) + limit]
    report(shown, now, policy)
    if not found:
        note("No incidents match.")
    if len(found) > len(shown):
        note(f"{len(found) - len(shown):,} more were resolved: --limit shows more, --json all.")


def _select(
    incidents: DeployedIncidents, clusters: Sequence[str], selection: Selection, now: datetime
) -> Sequence[Incident]:
    if selection.only_open:
        found = [one for cluster in clusters for one in incidents.open_incidents(cluster, now)]
    else:
        found = list(incidents.known(clusters, selection.since, now))
    selected = [one for one in found if selection.covers(_owners(one), one.key.kind, one.severity)]
    return sorted(selected, key=lambda one: (one.open, one.last_seen_at), reverse=True)


def _owners(one: Incident) -> Sequence[str]:
    return [each.name for each in one.shared.owners] if one.shared else [one.key.owner]
