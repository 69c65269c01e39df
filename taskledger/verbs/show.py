"""`taskledger show`: all that the ledger of a deployed stack knows about one task."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from reconciler.findings.rules import findings

from ..deployed.find_task import closed_since_option, find_task
from ..deployed.ledger import deployed_ledger
from ..deployed.policy import policy_in_force, policy_option
from ..deployed.stack import ledger_command
from ..output import payload
from ..output.task_report import report
from ..output.terminal import note_unreadable, print_json

if TYPE_CHECKING:
    from reconciler.findings.policy import Policy

    from ..deployed.stack import Stack


@click.command()
@click.argument("task")
@closed_since_option
@policy_option
@ledger_command
def show(stack: Stack, task: str, *, since: datetime, policy: Policy | None, as_json: bool) -> None:
    """Show one task: its entry, its history, its protection and what is wrong with it.

    TASK is an ARN, an id, or the beginning of an id as `taskledger tasks` shows it. Exits with 1 if there is
    no such task, or more than one.
    """
    ledger = deployed_ledger(stack)
    entry = find_task(ledger, task, since)
    rows = ledger.history(entry.state.task_arn)
    note_unreadable(ledger.unreadable)
    wrong = findings(entry, datetime.now(UTC), policy or policy_in_force(stack))
    if as_json:
        document = payload.task_with_history(entry, rows) | {
            "findings": [payload.finding(each) for each in wrong]
        }
        print_json(document)
    else:
        report(entry, rows, wrong)
