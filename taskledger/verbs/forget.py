"""`taskledger forget`: deletes one task from the ledger of a deployed stack."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ..deployed.forget import document, forget, rows_of_task
from ..deployed.stack import stack_command
from ..deployed.tasks.find import closed_since_option
from ..output.terminal import note, print_json, shown

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.adapters.dynamodb.task_rows import TaskRows

    from ..deployed.stack import Stack

AGAIN = "An event or a sweep records the task again if ECS knows it. Incidents stay as they are."


@click.command("forget")
@click.argument("task")
@closed_since_option
@click.option("--yes", is_flag=True, help="Delete without a question, as in a script.")
@stack_command
def forget_task(stack: Stack, task: str, *, since: datetime, yes: bool, as_json: bool) -> None:
    """Delete one task from the ledger.

    That is its entry, its history and its findings.

    TASK is an ARN, an id, or the beginning of an id. Lists what there is and asks before it deletes; without
    a terminal it needs --yes. Incidents stay. An event or a sweep records the task again if ECS knows it, and
    what is wrong with it is then found anew.

    \b
    --json prints {"taskArn", "deleted": {"entry", "history", "findings"}},
    the sort keys of the rows.

    Exits with 1 if the ledger has no such task or the answer is no, and with 2 if it cannot ask.
    """  # noqa: D301 - \b makes click keep the lines as they are
    rows = rows_of_task(stack, task, since)
    if not yes:
        _ask(rows, stack)
    forget(stack, rows)
    if as_json:
        print_json(document(rows))
        return
    click.echo(f"{len(rows.sort_keys)} rows of {shown(rows.task_arn)} are deleted. {AGAIN}")


def _ask(rows: TaskRows, stack: Stack) -> None:
    """Ends the command unless a person says yes; all on standard error, as --json owns the other."""
    if not _is_terminal():
        raise click.UsageError(
            "There is no terminal to ask on, and nothing was deleted: --yes deletes at once."
        )
    note(f"{rows.task_arn} in {stack.name}:")
    for kind, keys in (("entry", rows.entry), ("history", rows.history), ("findings", rows.findings)):
        note(f"  {kind:<8}  {', '.join(keys) or '-'}")
    note(AGAIN)
    click.confirm(f"Delete these {len(rows.sort_keys)} rows?", abort=True, err=True)


def _is_terminal() -> bool:
    return sys.stdin.isatty()
