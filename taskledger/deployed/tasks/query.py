"""Which tasks of a deployed ledger to list, and those tasks, newest first."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING

from reconciler.arns import cluster_name

from ...output.progress import counted
from ..ledger import EVER
from ..stack import Unusable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.model.entry import LedgerEntry

    from ..ledger import DeployedLedger, Placed


MAX_PAGE = 1000
RECENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQuery:
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

    def matches(self, entry: LedgerEntry) -> bool:
        state = entry.state
        return (
            (self.only_open is None or entry.open == self.only_open)
            and self.service in (None, state.service)
            and _same(self.status, state.last_status)
            and _same(self.stop_code, state.stop_code)
        )


def query_tasks(ledger: DeployedLedger, query: TaskQuery) -> tuple[list[LedgerEntry], bool]:
    """The newest tasks that match, and whether there are more than the limit lets through."""
    clusters = clusters_named(ledger.clusters(), query.cluster)
    read = counted(_newest_first(ledger, clusters, query), "tasks read")
    found = list(islice(filter(query.matches, read), query.limit and query.limit + 1))
    return found[: query.limit], query.limit is not None and len(found) > query.limit


def _newest_first(ledger: DeployedLedger, clusters: Sequence[str], query: TaskQuery) -> Iterator[LedgerEntry]:
    """Each entry once, though one that is just closing can be in both indexes."""
    streams = [stream for cluster in clusters for stream in _streams(ledger, cluster, query)]
    seen = set()
    for _, entry in heapq.merge(*streams, key=itemgetter(0), reverse=True):
        if entry.state.task_arn not in seen:
            seen.add(entry.state.task_arn)
            yield entry


def _streams(ledger: DeployedLedger, cluster: str, query: TaskQuery) -> Iterator[Iterator[Placed]]:
    if query.only_open is not False:
        yield ledger.opened(cluster, query.since if query.only_open and query.since else EVER)
    if not query.only_open:
        yield ledger.closed(cluster, query.closed_since, query.now)


def clusters_named(known: Sequence[str], wanted: str | None) -> Sequence[str]:
    """The clusters of that name or ARN, or all; wrong usage when the ledger has none such."""
    if wanted is None or not known:
        return known
    found = [arn for arn in known if is_named(arn, wanted)]
    if not found:
        names = ", ".join(names_of(known))
        raise Unusable(f'The ledger does not know a cluster "{wanted}". It knows: {names}.')
    return found


def is_named(cluster_arn: str, wanted: str) -> bool:
    """Whether that is the cluster's name or ARN."""
    return wanted in (cluster_arn, cluster_name(cluster_arn))


def names_of(cluster_arns: Iterable[str]) -> Sequence[str]:
    return sorted(cluster_name(arn) or arn for arn in cluster_arns)


def _same(wanted: str | None, value: str | None) -> bool:
    return wanted is None or wanted.lower() == (value or "").lower()
