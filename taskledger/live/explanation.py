"""What is wrong with a cluster, a service or a task, and which incident speaks for which; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.arns import cluster_name
from reconciler.findings.model import Kind
from reconciler.incidents.facts.impact import Level
from reconciler.incidents.speaking import is_spoken_for
from reconciler.services.outcomes import histories

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from reconciler.incidents.facts.impact import Impact
    from reconciler.incidents.model import Incident
    from reconciler.incidents.reported import IncidentKey
    from reconciler.model.entry import LedgerEntry
    from reconciler.model.service import ServiceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All incidents, the most severe first, and how each service runs.

    `impacts` are by service name, `records` as they were judged, `entries` the tasks by ARN. `ages_known` are
    the services of which it is known how long their tasks have run. What is `asked_for` counts though it is
    over: whoever asks about a task that failed asks why.
    """

    at: datetime
    cluster: str
    incidents: Sequence[Incident]
    impacts: Mapping[str, Impact]
    records: Mapping[str, ServiceRecord]
    entries: Mapping[str, LedgerEntry]
    ages_known: frozenset[str] = frozenset()
    asked_for: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def short(self) -> Sequence[str]:
        """The services that lack tasks, and of which no incident says so.

        A moment is no fault: where it is known since when, it has lasted.
        """
        named = {one.service for one in self.wrong}
        return [
            name
            for name, impact in self.impacts.items()
            if name not in named and impact.falls_short and self._lasts(name, impact)
        ]

    def _lasts(self, name: str, impact: Impact) -> bool:
        return name not in self.ages_known or impact.level(self.at) in (Level.DEGRADED, Level.DOWN)

    def running(self, name: str) -> int:
        """How many tasks the service runs, by ECS's own count; where some lack, how many are steady."""
        impact, state = self.impacts[name], self.records[name].state
        lacks = impact.level(self.at) in (Level.DEGRADED, Level.DOWN)
        return impact.running if lacks or state is None else state.running_count

    @property
    def cluster_name(self) -> str:
        return cluster_name(self.cluster) or self.cluster

    @property
    def speaking(self) -> Sequence[Incident]:
        """Those that no other one speaks for, and that are not why a deployment failed."""
        failed = [one for one in self.incidents if one.key.kind is Kind.DEPLOYMENT_FAILED]
        explained = {one.key for each in failed for one in self.behind(each)}
        speaking = (one for one in self.incidents if not is_spoken_for(one, self.incidents))
        return [one for one in speaking if not self._is_explained(one, explained)]

    def _is_explained(self, incident: Incident, explained: Collection[IncidentKey]) -> bool:
        """Whether it is why a deployment failed; of several, in each that is not said itself."""
        if incident.shared:
            return all(one.key in explained for one in self.behind(incident))
        return incident.key in explained

    @property
    def wrong(self) -> Sequence[Incident]:
        """Those of them that are not over, or whose failed deployment nothing has made up for."""
        return [one for one in self.speaking if self.asked_for or one.open or self._is_last_word(one)]

    @property
    def over(self) -> Sequence[Incident]:
        wrong = {one.key for one in self.wrong}
        return [one for one in self.speaking if one.key not in wrong]

    def behind(self, incident: Incident) -> Sequence[Incident]:
        """The incidents that the incident speaks for; of a deployment that failed, all that it brought."""
        others = [one for one in self.incidents if one.key != incident.key]
        return [one for one in others if is_spoken_for(one, [incident]) or _is_brought_by(one, incident)]

    def _is_last_word(self, incident: Incident) -> bool:
        """Whether the deployment failed that somebody made last: a rollback is nobody's wish."""
        record = self.records.get(incident.service or "")
        if incident.key.kind is not Kind.DEPLOYMENT_FAILED or record is None:
            return False
        wished = [one for one in histories(record) if one.rollback_of is None]
        newest = next(iter(wished), None)
        return newest is not None and newest.deployment.deployment_id == incident.key.about


def _is_brought_by(incident: Incident, failed: Incident) -> bool:
    """Whether it began with the deployment that failed."""
    same = (incident.key.cluster_arn, incident.key.owner) == (failed.key.cluster_arn, failed.key.owner)
    of_deployment = failed.key.kind is Kind.DEPLOYMENT_FAILED and incident.key.kind is not failed.key.kind
    named = incident.blame.deployment_id if incident.blame else None
    return same and of_deployment and named is not None and named == failed.key.about
