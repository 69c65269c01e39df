"""`taskledger diff`: what began, ended and changed between two times, from the ledger of a deployed stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..deployed.ledger import deployed_ledger
from ..deployed.stack import ledger_command
from ..deployed.tasks.past import past_options, read_past
from ..lives.by_owner import differences_by_owner
from ..lives.differences import difference
from ..lives.states import Life, needs_rows
from ..output import past_payload, payload, times
from ..output.options import Since, limit_option
from ..output.tables.differences import table
from ..output.terminal import console, note, note_unreadable, print_json

if TYPE_CHECKING:
    from datetime import datetime

    from ..deployed.stack import Stack
    from ..deployed.tasks.past import Wanted


@click.command()
@click.argument("t1", type=Since())
@click.argument("t2", type=Since(), default="0s")
@past_options
@limit_option("The latest N of the tasks that began, ended or changed; --json has all.")
@ledger_command
def diff(  # noqa: PLR0913 - an argument or an option each
    stack: Stack, t1: datetime, t2: datetime, *, as_json: bool, wanted: Wanted, limit: int
) -> None:
    """List what began, ended and changed between two times.

    T1 and T2 are time spans before now (90m, 2h, 3d) or times (2026-11-20T09:00Z); without T2, up to now.
    Services come first, with the task definitions that ran at T1 and at T2, so a deployment shows; then the
    tasks: those that began and still ran at T2, those that ended, those that came and went between, and
    those with another status.
    """
    if t1 >= t2:
        raise click.UsageError("T1 must be before T2.")
    now = times.now()
    ledger = deployed_ledger(stack)
    past = read_past(ledger, wanted, t1, now, lambda one: needs_rows(one, t1) or needs_rows(one, t2))
    found = difference((Life(entry=entry, rows=rows) for entry, rows in past.lives), t1, t2)
    owners = differences_by_owner(found)
    note_unreadable(ledger.unreadable)
    for line in past.not_known():
        note(line)
    if as_json:
        span = {"from": payload.time(t1), "to": payload.time(t2)}
        clusters = past_payload.clusters(past.known_since)
        print_json(span | {"clusters": clusters} | past_payload.differences(found, owners))
        return
    more = table(console(), owners, found, now, limit)
    if not owners:
        note("No tasks ran then, or between.")
    if more:
        note(f"{more:,} more tasks: --limit shows more, --json all.")
