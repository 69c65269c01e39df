"""What a report of findings has to know first: the current incidents, and how their services run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ...errors import LedgerError
from ...findings.policy import Policy
from ...incidents.model import Incident
from ...incidents.reported import IncidentKey, ReportedFinding
from ...incidents.severity import has_impact
from ...ports.incidents import Incidents
from ...ports.services import ServiceLedger
from ..checks.deployments import failing_deployment
from .readable import readable
from .service_look import Asked, Look, Looks, ServiceLook

Found = dict[str, ReportedFinding]


@dataclass(slots=True, kw_only=True)
class Background:
    """`known` are the current incidents as they were read or stored, `looks` how services run, by cluster."""

    incidents: Incidents
    services: ServiceLedger
    looker: ServiceLook
    policy: Policy
    known: dict[IncidentKey, Incident] = field(default_factory=dict)
    looks: dict[str, Looks] = field(default_factory=dict)

    def read(self, found: Mapping[IncidentKey, Found], now: datetime) -> None:
        """What is known of these incidents and of all owners of their causes; and how their services run."""
        self.known.update(readable(self.incidents, list(found)))
        asked: dict[str, dict[str, Asked]] = {}
        for key, of_key in found.items():
            known = self.known.get(key)
            if has_impact(key) and not (known and known.open and known.impact):
                since = min(one.at for one in of_key.values())
                name = key.owner.partition(":")[2]
                asked.setdefault(key.cluster_arn, {})[name] = Asked(name, since)
        for cluster_arn, services in asked.items():
            self.looks[cluster_arn] = self.looker.look(cluster_arn, list(services.values()), now)

    def failing(self, now: datetime) -> Iterable[ReportedFinding]:
        """What the look at the services shows of deployments that fail, and was not found before."""
        readings = [
            look.reading
            for looks in self.looks.values()
            for look in looks.by_service.values()
            if look.reading
        ]
        found = [
            one
            for reading in readings
            for one in failing_deployment(self.services, reading, now, self.policy)
        ]
        return self.incidents.not_stored(found) if found else ()

    def look(self, incident: Incident) -> Look:
        looks = self.looks.get(incident.key.cluster_arn)
        return looks.of(incident.service) if looks else Look()

    def error(self, key: IncidentKey) -> LedgerError | None:
        """Why it is not known how the service of this key runs."""
        looks = self.looks.get(key.cluster_arn)
        return looks.error if looks and has_impact(key) else None
