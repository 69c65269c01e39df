"""Since when the ledger knows what ran in a cluster, found by index.

Nothing says when a ledger began to record, so each of these proves that it knew of a cluster by then: a task
that closed, a version that was observed, an event. What a sweep described is no proof at the time of its row,
as ECS still describes when a task began that nobody recorded then. What closed a retention ago is deleted, so
nothing from before that is known as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from heapq import nsmallest
from typing import TYPE_CHECKING

from reconciler.model.task import Source

from ..ledger import EVER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from reconciler.model.entry import HistoryRow, LedgerEntry

    from ..ledger import DeployedLedger

    Recorded = tuple[LedgerEntry, Sequence[HistoryRow]]

LEAST_RETENTION = timedelta(days=1)  # that a stack can be deployed with
_EARLIEST = 16  # tasks of a cluster whose history shows since when it is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Closures:
    """When the oldest closed entry of each cluster closed, and since when none that closed is deleted."""

    oldest: Mapping[str, datetime]
    horizon: datetime


def read_closures(ledger: DeployedLedger, cluster_arns: Sequence[str], now: datetime) -> Closures:
    """The retention may have been changed: the shorter one of the oldest and the newest entries counts."""
    oldest: dict[str, datetime] = {}
    kept: list[timedelta] = []
    for arn in cluster_arns:
        first = next(ledger.closures(arn, oldest_first=True), None)
        last = next(ledger.closures(arn, oldest_first=False), None)
        if first and last:
            oldest[arn] = first[0]
            kept += [first[1], last[1]]
    shortest = max(min(kept, default=LEAST_RETENTION), LEAST_RETENTION)
    return Closures(oldest=oldest, horizon=now - min(shortest, now - EVER))


def proving(
    closures: Closures, cluster_arns: Sequence[str], entries: Iterable[LedgerEntry], moment: datetime
) -> Iterator[LedgerEntry]:
    """The entries whose history may prove clusters known by then, of which no closed entry does."""
    unproven = [arn for arn in cluster_arns if arn not in closures.oldest or closures.oldest[arn] > moment]
    by_cluster: dict[str, list[LedgerEntry]] = defaultdict(list)
    for one in entries:
        by_cluster[one.state.cluster_arn].append(one)
    for arn in unproven:
        yield from nsmallest(_EARLIEST, by_cluster[arn], key=lambda one: one.began_at)


def known_since(
    closures: Closures, cluster_arns: Sequence[str], found: Iterable[Recorded]
) -> Mapping[str, datetime | None]:
    """Since when each cluster is known, at the latest; None where nothing is."""
    known = dict(closures.oldest)
    for entry, rows in found:
        arn = entry.state.cluster_arn
        proofs = [entry.observed_at, *(row.at for row in rows if row.source is not Source.DESCRIBE)]
        known[arn] = min(known.get(arn, proofs[0]), *proofs)
    return {arn: max(closures.horizon, known[arn]) if arn in known else None for arn in cluster_arns}
