"""`taskledger tasks`: what the ledger of a deployed stack holds, newest first."""

from __future__ import annotations

import heapq
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING

import click

from . import views
from .counting import counted
from .deployed import EVER, deployed_ledger
from .stack import Unusable, on_a_stack
from .tasks_table import table
from .times import Since

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model import LedgerEntry

    from .deployed import DeployedLedger, Placed
    from .stack import Stack

LIMIT = 100  # of what people are shown, unless they say otherwise
MAX_PAGE = 1000
RECENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which tasks; None stands for any."""

    now: datetime
    cluster: str | None = None
    service: str | None = None
    status: str | None = None
    stop_code: str | None = None
    since: datetime | None = None
    only_open: bool | None = None
    limit: int | None = None

    @property
    def closed_since(self) -> datetime:
        return self.since or self.now - RECENT

    def asks_for(self, entry: LedgerEntry) -> bool:
        state = entry.state
        return (
            (self.only_open is None or entry.open == self.only_open)
            and self.service in (None, state.service)
            and _same(self.status, state.last_status)
            and _same(self.stop_code, state.stop_code)
        )


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
        click.echo(json.dumps({"tasks": [views.task(entry) for entry in found]}, indent=2))
    else:
        table(found, question.now)
    for note in _notes(question, found, more=more):
        click.echo(note, err=True)


def answer(ledger: DeployedLedger, question: Question) -> tuple[list[LedgerEntry], bool]:
    """The newest tasks that are asked for, and whether there are more than the limit lets through."""
    clusters = clusters_named(ledger.clusters(), question.cluster)
    read = counted(_newest_first(ledger, clusters, question), "tasks read")
    asked_for = (entry for entry in read if question.asks_for(entry))
    found = list(islice(asked_for, question.limit and question.limit + 1))
    return found[: question.limit], question.limit is not None and len(found) > question.limit


def _newest_first(
    ledger: DeployedLedger, clusters: Sequence[str], question: Question
) -> Iterator[LedgerEntry]:
    """Each entry once, though one that is just closing can be in both indexes."""
    streams = [stream for cluster in clusters for stream in _streams(ledger, cluster, question)]
    seen = set()
    for _, entry in heapq.merge(*streams, key=itemgetter(0), reverse=True):
        if entry.state.task_arn not in seen:
            seen.add(entry.state.task_arn)
            yield entry


def _streams(ledger: DeployedLedger, cluster: str, question: Question) -> Iterator[Iterator[Placed]]:
    if question.only_open is not False:
        yield ledger.opened(cluster, question.since if question.only_open and question.since else EVER)
    if not question.only_open:
        yield ledger.closed(cluster, question.closed_since, question.now)


def clusters_named(known: Sequence[str], wanted: str | None) -> Sequence[str]:
    """The clusters of that name or ARN, or all; wrong usage when the ledger has none such."""
    if wanted is None or not known:
        return known
    found = [arn for arn in known if wanted in (arn, _name(arn))]
    if not found:
        names = ", ".join(sorted(map(_name, known)))
        raise Unusable(f'The ledger has no task of a cluster "{wanted}". It has tasks of: {names}.')
    return found


def _notes(question: Question, found: Sequence[LedgerEntry], *, more: bool) -> Iterator[str]:
    """What is not seen, for people: where a program reads the output, it is no part of it."""
    if more:
        yield f"There are more than these {len(found)}: --limit shows more, --json all."
    if question.only_open is not True and question.since is None:
        yield "Closed tasks are those of the last hour: --since 1d shows those of a day."


def _name(cluster_arn: str) -> str:
    return cluster_arn.partition("/")[2]


def _same(asked: str | None, told: str | None) -> bool:
    return asked is None or asked.lower() == (told or "").lower()
