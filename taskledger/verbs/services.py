"""`taskledger services`: the services in the ledger of a deployed stack, and their deployments."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from ..deployed.ledger import deployed_ledger
from ..deployed.policy import policy_in_force, policy_option
from ..deployed.services.judge import judge_service
from ..deployed.services.ledger import deployed_services
from ..deployed.services.query import ServiceQuery, query_services
from ..deployed.stack import ledger_command
from ..output import times
from ..output.options import Since
from ..output.service_payload import service
from ..output.tables.services import table
from ..output.terminal import console, note, note_unreadable, print_json

if TYPE_CHECKING:
    from reconciler.findings.policy import Policy

    from ..deployed.stack import Stack


@click.command()
@click.option("--cluster", metavar="NAME|ARN", help="Only services of this cluster.")
@click.option(
    "--unwell",
    is_flag=True,
    help="Only services with a finding now, with fewer tasks than desired, or with a deployment that failed"
    " or is being rolled back.",
)
@click.option(
    "--since",
    type=Since(),
    metavar="TIME",
    help="Only services with a deployment that began since then, also deleted ones. A time span before now"
    " (90m, 2h, 3d) or a time (2026-11-20T09:00Z).",
)
@policy_option
@ledger_command
def services(stack: Stack, *, as_json: bool, policy: Policy | None, **filters: object) -> None:
    """List the services, their deployments, and what is wrong.

    They are listed by cluster and name, with how many tasks run, and without deleted ones. `taskledger show
    SERVICE` has all of one.
    """
    now = times.now()
    ledger, known = deployed_ledger(stack), deployed_services(stack)
    judge = partial(judge_service, ledger=ledger, now=now, policy=policy or policy_in_force(stack))
    query = ServiceQuery(**filters)  # type: ignore[arg-type]  # as click checked
    found = query_services(known, ledger.clusters(), query, judge)
    note_unreadable([*known.unreadable, *ledger.unreadable])
    if as_json:
        print_json({"services": [service(record) for record, _ in found]})
        return
    table(console(), found, now)
    if not found:
        note("No services match.")
