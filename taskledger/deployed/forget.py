"""Deleting a task from a deployed ledger: the one thing that the command deletes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reconciler.adapters.dynamodb.task_rows import TaskRows, delete_task_rows, read_task_rows

from .ledger import deployed_ledger
from .tasks.find import find_task, is_task_arn

if TYPE_CHECKING:
    from datetime import datetime

    from .stack import Stack


def rows_of_task(stack: Stack, wanted: str, closed_since: datetime) -> TaskRows:
    """The rows of the one such task; ends the command with exit code 1 when there are none.

    By its ARN a task is found also where its entry is missing or cannot be read.
    """
    if is_task_arn(wanted):
        task_arn = wanted
    else:
        task_arn = find_task(deployed_ledger(stack), wanted, closed_since).state.task_arn
    rows = read_task_rows(stack.client("dynamodb"), stack.output("LedgerTableName"), task_arn)
    if not rows.sort_keys:
        raise click.ClickException(f'The ledger has no task "{wanted}".')
    return rows


def forget(stack: Stack, rows: TaskRows) -> None:
    delete_task_rows(stack.client("dynamodb"), stack.output("LedgerTableName"), rows)


def document(rows: TaskRows) -> dict[str, Any]:
    """What was deleted, as JSON: by the sort keys of the table."""
    return {
        "taskArn": rows.task_arn,
        "deleted": {
            "entry": list(rows.entry),
            "history": list(rows.history),
            "tags": list(rows.tags),
            "findings": list(rows.findings),
        },
    }
