"""`taskledger latency`: how long tasks took to start and to stop, by service and revision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from reconciler.arns import cluster_name, service_of

from ..deployed.ledger import deployed_ledger
from ..deployed.stack import ledger_command
from ..deployed.tasks.lives import lives, most_option
from ..deployed.tasks.query import clusters_named
from ..lives import latency as measuring
from ..output import payload, times
from ..output.options import limit_option, since_option
from ..output.tables.latency import table
from ..output.terminal import console, note, note_unreadable, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.entry import LedgerEntry

    from ..deployed.ledger import DeployedLedger
    from ..deployed.stack import Stack
    from ..lives.latency import Durations, OwnerLatency, RevisionLatency


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """Which lives; None stands for any."""

    cluster: str | None
    service: str | None
    since: datetime
    most: int

    def read(self, ledger: DeployedLedger) -> Iterator[LedgerEntry]:
        clusters = clusters_named(ledger.clusters(), self.cluster)
        read = lives(ledger, clusters, self.since, times.now(), self.most)
        return (one for one in read if self.service in (None, one.state.service))


@click.command()
@click.option("--cluster", metavar="NAME|ARN", help="Only tasks of this cluster.")
@click.option("--service", metavar="NAME", help="Only tasks of this service.")
@since_option("Only phases that began since then.")
@limit_option("The first N services and task families; --json has all.")
@most_option
@ledger_command
def latency(stack: Stack, *, as_json: bool, limit: int, **chosen: object) -> None:
    """Show how long tasks take to start and to stop.

    For each service, and each family of standalone tasks: how long the newest revision takes to provision,
    prepare, pull, start and stop, the slowest task, and what changed against the revision before. A phase
    counts if it began since --since: of a task that was started last week and stopped today, that is the
    stop. What is not over yet does not count.
    """
    asked = _Chosen(**chosen)  # type: ignore[arg-type]  # as click checked
    ledger = deployed_ledger(stack)
    found, without = measuring.latency(asked.read(ledger), asked.since)
    note_unreadable(ledger.unreadable)
    if as_json:
        print_json(_document(asked.since, found, without))
        return
    table(console(), found[:limit])
    for line in _notes(len(found), limit, without):
        note(line)


def _notes(found: int, limit: int, without: int) -> Iterator[str]:
    if not found:
        yield "No phases match."
    if found > limit:
        yield f"{found - limit:,} more: --limit shows more, --json all."
    if without:
        yield (
            f"Left out, as they have no phases: {without:,}. These tasks were recorded by an earlier "
            "version, or have not come to the end of a phase."
        )


def _document(since: datetime, found: Sequence[OwnerLatency], without: int) -> dict[str, Any]:
    services = [_service(one) for one in found]
    return {"since": payload.time(since), "services": services, "withoutPhases": without}


def _service(one: OwnerLatency) -> dict[str, Any]:
    return {
        "clusterArn": one.cluster_arn,
        "cluster": cluster_name(one.cluster_arn) or one.cluster_arn,
        "group": one.owner,
        "service": service_of(one.owner),
        "revisions": [_revision(each) for each in one.revisions],
    }


def _revision(one: RevisionLatency) -> dict[str, Any]:
    return {
        "taskDefinitionArn": one.task_definition_arn,
        "lives": one.lives,
        "phases": {name: took and _durations(took) for name, took in one.durations.items()},
    }


def _durations(took: Durations) -> dict[str, Any]:
    """In seconds."""
    return {
        "n": took.number,
        "p50": times.seconds(took.p50),
        "p90": times.seconds(took.p90),
        "p99": times.seconds(took.p99),
        "slowest": {"seconds": times.seconds(took.slowest), "taskArn": took.slowest_task_arn},
    }
