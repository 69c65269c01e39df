"""How incidents that are due stand: what their services run, whether runs are over, who else was struck.

Each is read at most once a minute, and nothing is concluded from what did not answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ...errors import ClusterNotFound, LedgerError
from ...findings.policy import Policy
from ...incidents.course import goes_on, stands
from ...incidents.lifecycle import touch, with_running, with_target_group
from ...incidents.model import Incident
from ...incidents.reported import ReportedFinding
from ...incidents.severity import STOPS, has_impact, is_run
from ...incidents.shared import TOGETHER, is_over, with_members
from ...incidents.timing import is_of_service, is_standing, quiet_at
from ...model.service import ServiceReading, ServiceRecord
from ...ports.incidents import Incidents
from ...ports.services import ServiceLedger
from ..checks.deployments import with_reading
from ..checks.recovery import SecondLook
from .cluster_looks import ClusterLooks
from .runs import find_run
from .service_look import Asked, Look
from .several import members_of

AT_ONCE = 100  # members of one of several that are closed in a round


@dataclass(frozen=True, slots=True)
class Progress:
    """An incident with what was read of it, and whether nothing keeps it open; None where that is not known.

    `closing` are open members of one of several that is over: they end with it, and before it.
    """

    incident: Incident
    over: bool | None = None
    closing: Sequence[Incident] = ()


@dataclass(slots=True, kw_only=True)
class IncidentProgress:
    """Reads for one round; `errors` are why something is not known."""

    incidents: Incidents
    services: ServiceLedger
    looks: ClusterLooks
    second_look: SecondLook
    policy: Policy
    errors: list[LedgerError] = field(default_factory=list)

    def look(self, due: Iterable[Incident], now: datetime) -> Sequence[ReportedFinding]:
        """Asks ECS about the services of these incidents; what it shows of deployments that fail."""
        asked = (
            (one.key.cluster_arn, Asked(one.service or "", one.first_seen_at, one.impact))
            for one in due
            if has_impact(one.key)
        )
        self.looks.ask(asked, now)
        self.errors += (one.error for one in self.looks.by_cluster.values() if one.error)
        return [one for reading in self.looks.readings for one in self._failing(reading, now)]

    def of(self, incident: Incident, now: datetime) -> Progress:
        """What has become of the incident."""
        try:
            if incident.shared:
                return self._of_several(incident, now)
            if is_run(incident):
                return self._of_run(incident, now)
            return self._of_one(self._with_running(incident, now), now)
        except LedgerError as error:
            self.errors.append(error)
            return Progress(incident)

    def _failing(self, reading: ServiceReading, now: datetime) -> Sequence[ReportedFinding]:
        try:
            return self.looks.failing([reading], now)
        except LedgerError as error:
            self.errors.append(error)
            return ()

    def _with_running(self, incident: Incident, now: datetime) -> Incident:
        look = self.looks.of(incident) if has_impact(incident.key) else Look()
        return with_running(with_target_group(incident, look.target_group_arn), look.running, now)

    def _of_one(self, incident: Incident, now: datetime) -> Progress:
        if now < quiet_at(incident, self.policy):
            return Progress(incident)
        if is_standing(incident):
            return self._of_condition(incident, now)
        if incident.key.kind not in STOPS:
            return Progress(incident, over=True)
        if incident.impact is None or incident.impact.checked_at < now:
            return Progress(incident)
        return Progress(incident, over=not self._fails_on(incident, now))

    def _of_condition(self, incident: Incident, now: datetime) -> Progress:
        if is_of_service(incident):
            record = self._record(incident, now)
            if record is None and self.looks.error(incident.key.cluster_arn):
                return Progress(incident)
            over = record is None or bool(record.closed_at) or not stands(incident, record, now)
        else:
            try:
                over = not self.second_look.stands(incident, now)
            except ClusterNotFound:
                over = True
        seen = None if over else touch(incident, now, self.policy)
        return Progress(seen or incident, over=over)

    def _fails_on(self, incident: Incident, now: datetime) -> bool:
        """Whether a deployment whose tasks failed is still under way."""
        record = self._record(incident, now)
        return record is not None and goes_on(incident, record)

    def _record(self, incident: Incident, now: datetime) -> ServiceRecord | None:
        record = self.services.service(incident.key.cluster_arn, incident.service or "")
        reading = self.looks.of(incident).reading
        return with_reading(record, reading, now) if reading else record

    def _of_run(self, incident: Incident, now: datetime) -> Progress:
        run = find_run(self.second_look.ledger, incident, now)
        if run is None:
            return Progress(incident)
        return Progress(replace(incident, tasks_of_run=run.tasks or None), over=run.over)

    def _of_several(self, incident: Incident, now: datetime) -> Progress:
        since = incident.began_at - TOGETHER
        owners = {one.owner for one in self.incidents.members(incident.key, since)}
        members = members_of(self.incidents, incident.key, owners)
        recent = [one for one in members if one.open or one.last_seen_at >= since]
        after = with_members(incident, recent, now)
        if now < quiet_at(after, self.policy) or not is_over(recent):
            return Progress(after, over=False)
        closing = [one for one in recent if one.open]
        return Progress(after, over=len(closing) <= AT_ONCE, closing=closing[:AT_ONCE])
