"""`taskledger tasks`: the tasks in the ledger of a deployed stack, newest first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from reconciler.findings.rules import findings

from ..deployed.ledger import deployed_ledger
from ..deployed.policy import policy_in_force, policy_option
from ..deployed.stack import ledger_command
from ..deployed.tasks.query import MAX_PAGE, TaskQuery, query_tasks
from ..output import payload, times
from ..output.options import Since
from ..output.tables.tasks import table
from ..output.terminal import console, note, note_unreadable, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.findings.policy import Policy
    from reconciler.model.entry import LedgerEntry

    from ..deployed.stack import Stack

LIMIT = 100  # tasks shown to people by default


@click.command()
@click.option("--cluster", metavar="NAME|ARN", help="Only tasks of this cluster.")
@click.option("--service", metavar="NAME", help="Only tasks of this service.")
@click.option("--status", metavar="STATUS", help="Only this lastStatus, such as RUNNING or STOPPED.")
@click.option("--stop-code", metavar="CODE", help="Only this stopCode, such as TaskFailedToStart.")
@click.option(
    "--since",
    type=Since(),
    metavar="TIME",
    help="Closed tasks that closed since then; with --open, open tasks that opened since then. A time span"
    " before now (90m, 2h, 3d) or a time (2026-11-20T09:00Z).  [default: 1h, and any open task]",
)
@click.option("--open/--closed", "only_open", default=None, help="Only open tasks, or only closed ones.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"The newest N tasks.  [default: {LIMIT}; with --json all]",
)
@policy_option
@ledger_command
def tasks(
    stack: Stack, *, as_json: bool, limit: int | None, policy: Policy | None, **filters: object
) -> None:
    """List the open tasks, and those that closed in the last hour.

    The newest are first: an open task is as new as the time it opened, a closed one as the time it closed.
    """
    limit = limit or (None if as_json else LIMIT)
    query = TaskQuery(now=times.now(), limit=limit, **filters)  # type: ignore[arg-type]  # as click checked
    if query.only_open and (query.status or "").upper() == "STOPPED":
        raise click.UsageError("A task is closed once it is STOPPED: leave out --open or --status.")
    ledger = deployed_ledger(stack, page=min(limit + 1, MAX_PAGE) if limit else None)
    found, more = query_tasks(ledger, query)
    if as_json:
        found = ledger.with_tags(found)
    note_unreadable(ledger.unreadable)
    if as_json:
        print_json({"tasks": [payload.task(entry) for entry in found]})
    else:
        judge = partial(findings, now=query.now, policy=policy or policy_in_force(stack))
        table(console(), found, query.now, judge)
        if not found:
            note("No tasks match.")
    for line in _notes(query, found, more=more):
        note(line)


def _notes(query: TaskQuery, found: Sequence[LedgerEntry], *, more: bool) -> Iterator[str]:
    """What is not listed, for people; it is not part of the output that a program reads."""
    if more:
        yield f"There are more than these {len(found)}: --limit shows more, --json all."
    if query.only_open is not True and query.since is None:
        yield "Closed tasks are those of the last hour: --since 1d shows those of a day."
