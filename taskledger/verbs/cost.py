"""`taskledger cost`: what the tasks in the ledger cost on Fargate, and what of it was wasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..analysis.cost.bill import bill
from ..analysis.cost.document import document
from ..analysis.cost.table import notes, table
from ..deployed.ledger import deployed_ledger
from ..deployed.policy import policy_in_force, policy_option
from ..deployed.stack import ledger_command
from ..deployed.tasks.known import read_closures
from ..deployed.tasks.lives import lives, most_option
from ..deployed.tasks.query import clusters_named
from ..output import payload, times
from ..output.options import Since
from ..output.terminal import console, note, note_unreadable, print_json

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.findings.policy import Policy

    from ..deployed.stack import Stack


@click.command()
@click.option("--cluster", metavar="NAME|ARN", help="Only tasks of this cluster.")
@click.option("--service", metavar="NAME", help="Only tasks of this service.")
@click.option(
    "--since",
    type=Since(),
    metavar="TIME",
    default="7d",
    show_default=True,
    help="What ran since then: a time span before now (90m, 2h, 3d) or a time (2026-11-20T09:00Z).",
)
@most_option
@policy_option
@ledger_command
def cost(  # noqa: PLR0913 - the options of the command
    stack: Stack,
    *,
    cluster: str | None,
    service: str | None,
    since: datetime,
    most: int,
    policy: Policy | None,
    as_json: bool,
) -> None:
    """Show what tasks cost on Fargate by service and day (UTC).

    Wasted is what tasks cost that failed to start, or failed within an hour of it. Prices are those of the
    policy file, or built in; what has none is counted apart, with the key to set. A task on EC2 has no price.
    """
    now, ledger = times.now(), deployed_ledger(stack)
    policy = policy or policy_in_force(stack)
    clusters = clusters_named(ledger.clusters(), cluster)
    horizon = read_closures(ledger, clusters, now).horizon
    ran = lives(ledger, clusters, since, now, most)
    found = bill((one for one in ran if service in (None, one.state.service)), since, now, policy)
    note_unreadable(ledger.unreadable)
    if as_json:
        print_json(document(found, since, now, policy.prices) | {"deletedBefore": _deleted(since, horizon)})
    else:
        table(console(), found)
    for line in notes(found, policy.prices):
        note(line)
    if since < horizon:
        note(f"Left out, as they may be deleted by now: tasks that closed before {times.stamp(horizon)}.")
    if not found.lines:
        note("No tasks match.")


def _deleted(since: datetime, horizon: datetime) -> str | None:
    """Before when tasks of the span closed that may be deleted by now; None where all are there."""
    return payload.time(horizon) if since < horizon else None
