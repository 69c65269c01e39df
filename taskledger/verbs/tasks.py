"""`taskledger tasks`: what the ledger of a deployed stack holds, newest first."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ..deployed.ledger import deployed_ledger
from ..deployed.stack import on_a_stack
from ..deployed.task_query import MAX_PAGE, Question, answer
from ..output import payload
from ..output.tasks_table import table
from ..output.times import Since

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.entry import LedgerEntry

    from ..deployed.stack import Stack

LIMIT = 100  # of what people are shown, unless they say otherwise


@click.command()
@click.option("--cluster", metavar="NAME|ARN", help="Only tasks of this cluster.")
@click.option("--service", metavar="NAME", help="Only tasks of this service.")
@click.option("--status", metavar="STATUS", help="Only this lastStatus, such as RUNNING or STOPPED.")
@click.option("--stop-code", metavar="CODE", help="Only this stopCode, such as TaskFailedToStart.")
@click.option(
    "--since",
    type=Since(),
    metavar="TIME",
    help="Closed tasks: those that closed since then. With --open: those that opened since then. A time span"
    " before now (90m, 2h, 3d) or a time (2026-11-20T09:00Z).  [default: 1h, and any open task]",
)
@click.option("--open/--closed", "only_open", default=None, help="Only open tasks, or only closed ones.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"The newest N tasks.  [default: {LIMIT}; with --json all]",
)
@on_a_stack
def tasks(stack: Stack, *, as_json: bool, limit: int | None, **asked: object) -> None:
    """List the tasks that are open, and those that closed in the last hour, newest first.

    A task is as new as its last beginning or end: an open one counts by when it opened, a closed one by when
    it closed.
    """
    limit = limit or (None if as_json else LIMIT)
    question = Question(now=datetime.now(UTC), limit=limit, **asked)  # type: ignore[arg-type]  # as click checked
    found, more = answer(deployed_ledger(stack, page=min(limit + 1, MAX_PAGE) if limit else None), question)
    if as_json:
        click.echo(json.dumps({"tasks": [payload.task(entry) for entry in found]}, indent=2))
    else:
        table(found, question.now)
    for note in _notes(question, found, more=more):
        click.echo(note, err=True)


def _notes(question: Question, found: Sequence[LedgerEntry], *, more: bool) -> Iterator[str]:
    """What is not seen, for people: where a program reads the output, it is no part of it."""
    if more:
        yield f"There are more than these {len(found)}: --limit shows more, --json all."
    if question.only_open is not True and question.since is None:
        yield "Closed tasks are those of the last hour: --since 1d shows those of a day."
