"""The lives of tasks since a time, each with the history that a question about that time needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from reconciler.arns import cluster_name

from ...output.times import stamp
from ..stack import Unusable
from .known import known_since, proving, read_closures
from .lives import lives, most_option
from .query import clusters_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from reconciler.model.entry import LedgerEntry

    from ..ledger import DeployedLedger
    from .known import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tasks, None standing for any, and how many may be read for them."""

    cluster: str | None
    service: str | None
    most: int

    def includes(self, entry: LedgerEntry) -> bool:
        return self.service in (None, entry.state.service)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The lives in the clusters that are known at that time, and since when each cluster is.

    `known_since` is at the latest; None where nothing is known of a cluster.
    """

    since: datetime
    known_since: Mapping[str, datetime | None]
    lives: Sequence[Recorded]

    def not_known(self) -> Iterator[str]:
        """A line for each cluster of which it is not known what ran then."""
        for arn in _unknown(self.known_since, self.since):
            known = _known(arn, self.known_since[arn])
            yield f"Left out, as it is not known what ran then: the ledger knows {known}."


def past_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of which tasks, and their values as one argument `wanted`."""

    @click.option("--cluster", metavar="NAME|ARN", help="Only tasks of this cluster.")
    @click.option("--service", metavar="NAME", help="Only tasks of this service.")
    @most_option
    @wraps(command)
    def run(*, cluster: str | None, service: str | None, most: int, **arguments: Any) -> None:  # noqa: ANN401 - whatever the command's own options are
        command(wanted=Wanted(cluster=cluster, service=service, most=most), **arguments)

    return run


def read_past(
    ledger: DeployedLedger,
    wanted: Wanted,
    since: datetime,
    now: datetime,
    needs_rows: Callable[[LedgerEntry], bool],
) -> Past:
    """The lives since then, with the history of those that need theirs.

    Raises `Unusable` where of no cluster it is known what ran then, or where there are too many.
    """
    clusters = clusters_named(ledger.clusters(), wanted.cluster)
    if not clusters:
        raise Unusable("The ledger has no tasks yet, so it is not known what ran. It fills as events come.")
    closures = read_closures(ledger, clusters, now)
    if since < closures.horizon:
        raise Unusable(_deleted(since, closures.horizon))
    entries = list(lives(ledger, clusters, since, now, wanted.most))
    asked = [one for one in entries if wanted.includes(one) and needs_rows(one)]
    asked += proving(closures, clusters, entries, since)
    rows = ledger.histories(list(dict.fromkeys(one.state.task_arn for one in asked)))
    found = [(one, rows.get(one.state.task_arn, ())) for one in entries]
    known = known_since(closures, clusters, found)
    unknown = _unknown(known, since)
    if len(unknown) == len(clusters):
        raise Unusable(_before(since, known))
    kept = [(one, of) for one, of in found if wanted.includes(one) and one.state.cluster_arn not in unknown]
    return Past(since=since, known_since=known, lives=kept)


def _unknown(known: Mapping[str, datetime | None], moment: datetime) -> Sequence[str]:
    return [arn for arn, since in known.items() if since is None or since > moment]


def _deleted(moment: datetime, horizon: datetime) -> str:
    return (
        f"What ran at {stamp(moment)} is not known: what closed before {stamp(horizon)} may be deleted by "
        "now. Give a later time."
    )


def _before(moment: datetime, known: Mapping[str, datetime | None]) -> str:
    clusters = ", ".join(_known(arn, since) for arn, since in known.items())
    return f"What ran at {stamp(moment)} is not known: the ledger knows {clusters}. Give a later time."


def _known(cluster_arn: str, known: datetime | None) -> str:
    name = cluster_name(cluster_arn) or cluster_arn
    return f"{name} since {stamp(known)}" if known else f"nothing of {name}"
