"""`taskledger at`: what ran at a time, from the ledger of a deployed stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..deployed.ledger import deployed_ledger
from ..deployed.stack import ledger_command
from ..deployed.tasks.past import past_options, read_past
from ..lives.by_owner import tasks_by_owner
from ..lives.states import Life, needs_rows, state_at
from ..output import past_payload, payload, times
from ..output.options import Since, limit_option
from ..output.tables.past import table
from ..output.terminal import console, note, note_unreadable, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ..deployed.stack import Stack
    from ..deployed.tasks.past import Past, Wanted
    from ..lives.states import StateThen


@click.command()
@click.argument("time", type=Since())
@past_options
@limit_option("The N tasks that began last; --json has all.")
@ledger_command
def at(stack: Stack, time: datetime, *, as_json: bool, wanted: Wanted, limit: int) -> None:
    """List the tasks that ran at a time, each as it was then.

    TIME is a time span before now (90m, 2h, 3d) or a time (2026-11-20T09:00Z). Services come first, with the
    task definitions that ran; then the tasks, the one that began last at the top.

    A status is the one reported last before TIME. Where the ledger no longer has that, or never got it, the
    task's own times say what can be said, and the rest is "not known".
    """
    now = times.now()
    ledger = deployed_ledger(stack)
    past = read_past(ledger, wanted, time, now, lambda entry: needs_rows(entry, time))
    states = _states(past, time)
    note_unreadable(ledger.unreadable)
    for line in past.not_known():
        note(line)
    if as_json:
        print_json(
            {
                "at": payload.time(time),
                "clusters": past_payload.clusters(past.known_since),
                "tasks": [past_payload.task_then(one) for one in states],
            }
        )
        return
    table(console(), tasks_by_owner(states), states[:limit])
    if not states:
        note("No tasks ran then.")
    if len(states) > limit:
        note(f"{len(states) - limit:,} more tasks: --limit shows more, --json all.")


def _states(past: Past, time: datetime) -> Sequence[StateThen]:
    """Those that ran, the one that began last first."""
    lives = (Life(entry=entry, rows=rows) for entry, rows in past.lives)
    found = (state_at(life, time) for life in sorted(lives, key=lambda life: life.began_at, reverse=True))
    return [one for one in found if one]
