"""How the services of several clusters run, and which of their deployments fail, for one report or round."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ...errors import LedgerError
from ...findings.policy import Policy
from ...incidents.model import Incident
from ...incidents.reported import ReportedFinding
from ...model.service import ServiceReading
from ...ports.incidents import Incidents
from ...ports.services import ServiceLedger
from ..checks.deployments import failing_deployment
from .service_look import Asked, Look, Looks, ServiceLook


@dataclass(slots=True, kw_only=True)
class ClusterLooks:
    """What was asked, by cluster; nothing is known of a service that was not asked about."""

    incidents: Incidents
    services: ServiceLedger
    looker: ServiceLook
    policy: Policy
    by_cluster: dict[str, Looks] = field(default_factory=dict)

    def ask(self, asked: Iterable[tuple[str, Asked]], now: datetime) -> None:
        """Asks about services, each with its cluster; of those that are there twice the last one counts."""
        services: dict[str, dict[str, Asked]] = {}
        for cluster_arn, one in asked:
            services.setdefault(cluster_arn, {})[one.service] = one
        for cluster_arn, by_name in services.items():
            self.by_cluster[cluster_arn] = self.looker.look(cluster_arn, list(by_name.values()), now)

    @property
    def readings(self) -> Sequence[ServiceReading]:
        looks = (look for one in self.by_cluster.values() for look in one.by_service.values())
        return [look.reading for look in looks if look.reading]

    def failing(self, readings: Iterable[ServiceReading], now: datetime) -> Sequence[ReportedFinding]:
        """What these show of deployments that fail, and was not found before."""
        found = [
            one
            for reading in readings
            for one in failing_deployment(self.services, reading, now, self.policy)
        ]
        return self.incidents.not_stored(found) if found else ()

    def of(self, incident: Incident) -> Look:
        """How its service runs."""
        return self._of(incident.key.cluster_arn).of(incident.service)

    def error(self, cluster_arn: str) -> LedgerError | None:
        """Why it is not known how the services of this cluster run."""
        return self._of(cluster_arn).error

    def _of(self, cluster_arn: str) -> Looks:
        return self.by_cluster.get(cluster_arn, Looks())
