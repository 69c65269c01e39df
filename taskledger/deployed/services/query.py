"""Which services of a deployed ledger to list, each with what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.arns import cluster_name
from reconciler.services.outcomes import Outcome, histories, is_settled

from ..tasks.query import clusters_named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from reconciler.findings.model import Finding
    from reconciler.model.service import ServiceRecord

    from .ledger import DeployedServices

    Judge = Callable[[ServiceRecord], Sequence[Finding]]
    Judged = tuple[ServiceRecord, Sequence[Finding]]

_FAILED = (Outcome.FAILED, Outcome.ROLLED_BACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceQuery:
    """Which services; None stands for any."""

    cluster: str | None = None
    since: datetime | None = None
    unwell: bool = False

    def covers(self, record: ServiceRecord) -> bool:
        """Whether it is to be listed if it is unwell: one that is over only for a deployment of the time."""
        if self.since is None:
            return record.closed_at is None
        return any(one.began.at >= self.since for one in record.deployments)


def query_services(
    services: DeployedServices, clusters: Sequence[str], query: ServiceQuery, judge: Judge
) -> Sequence[Judged]:
    """The services that the query covers, by cluster and name, with what is wrong with each."""
    named = sorted(clusters_named(clusters, query.cluster), key=lambda arn: (cluster_name(arn) or "", arn))
    records = (record for cluster in named for record in services.of_cluster(cluster))
    judged = [(record, judge(record)) for record in records if query.covers(record)]
    return [(record, found) for record, found in judged if not query.unwell or is_unwell(record, found)]


def is_unwell(record: ServiceRecord, found: Sequence[Finding]) -> bool:
    """Whether something is wrong with it now, by the policy or not; never once it is deleted.

    That is a finding, fewer tasks than are desired, or a deployment that failed or is being rolled back, and
    that no later one has made up for.
    """
    if record.closed_at:
        return False
    if found or record.below_desired_since:
        return True
    known = histories(record)
    return any(
        one.outcome in _FAILED and not is_settled(known, one.deployment.deployment_id) for one in known
    )
