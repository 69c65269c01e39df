"""One report of findings: read what is known, look at the services, store each incident, publish its message.

An incident is stored after what speaks for it: the incident of its deployment, then that of all owners that
its cause struck.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ...chunks import chunks
from ...errors import LedgerError, TransientError
from ...findings.model import Kind
from ...incidents.course import with_blame
from ...incidents.lifecycle import add_findings, touch, with_running
from ...incidents.model import Incident
from ...incidents.reported import IncidentKey, ReportedFinding
from ...incidents.severity import has_impact
from ...incidents.speaking import shared_key
from ...ports.incidents import MAX_FOUND, Incidents
from ...ports.services import ServiceLedger
from ..checks.deployments import failing_deployment, known_deployments
from ..publish import ATTEMPTS, NotifyResult, Publisher
from .next_steps import NextSteps
from .service_look import Asked, Look, Looks, ServiceLook
from .several import strike

_KNOWN = timedelta(minutes=5)  # for which an owner that was struck is known to be so

Found = dict[str, ReportedFinding]


@dataclass(slots=True, kw_only=True)
class Report:
    """`known` are the current incidents as they were read, `looks` how services run, by cluster."""

    publisher: Publisher
    services: ServiceLedger
    looker: ServiceLook
    reopen: bool
    steps: NextSteps
    known: dict[IncidentKey, Incident] = field(default_factory=dict)
    looks: dict[str, Looks] = field(default_factory=dict)
    results: dict[IncidentKey, NotifyResult] = field(default_factory=dict)
    down: LedgerError | None = None

    def run(self, reported: Iterable[ReportedFinding]) -> Mapping[IncidentKey, NotifyResult]:
        """The result for each incident, also for those that the look at a service has brought to light."""
        found = _by_key(reported)
        try:
            self._read(found)
            for one in self._failing():
                found.setdefault(one.key, {})[one.finding.finding_id] = one
        except LedgerError as error:
            return {key: NotifyResult(error=error) for key in found}
        for key in sorted(found, key=lambda key: (key.kind is not Kind.DEPLOYMENT_FAILED, _is_last(key))):
            self._publish(key, self._store(key, list(found[key].values())))
        return self.results

    def _read(self, found: Mapping[IncidentKey, Found]) -> None:
        """What is known of these incidents and of all owners of their causes; and how their services run."""
        shared = (shared_key(key) for key in found)
        self.known.update(self._incidents.current({*found, *filter(None, shared)}))
        now = self.publisher.clock()
        asked: dict[str, dict[str, Asked]] = {}
        for key, of_key in found.items():
            known = self.known.get(key)
            if has_impact(key) and not (known and known.open and known.impact):
                since = min(one.at for one in of_key.values())
                name = key.owner.partition(":")[2]
                asked.setdefault(key.cluster_arn, {})[name] = Asked(name, since)
        for cluster_arn, services in asked.items():
            self.looks[cluster_arn] = self.looker.look(cluster_arn, list(services.values()), now)

    def _failing(self) -> Iterable[ReportedFinding]:
        """What the look at the services shows of deployments that fail, and was not found before."""
        now, policy = self.publisher.clock(), self.publisher.policy
        readings = [
            look.reading
            for looks in self.looks.values()
            for look in looks.by_service.values()
            if look.reading
        ]
        found = [
            one for reading in readings for one in failing_deployment(self.services, reading, now, policy)
        ]
        return self._incidents.not_stored(found) if found else ()

    def _publish(self, key: IncidentKey, stored: NotifyResult) -> None:
        self.results[key], self.down = self.publisher.publish_new(stored, self.down)

    def _store(self, key: IncidentKey, found: Sequence[ReportedFinding]) -> NotifyResult:
        looks = self.looks.get(key.cluster_arn)
        result = NotifyResult(unread=looks.error if looks and has_impact(key) else None)
        try:
            for chunk in chunks(found, MAX_FOUND):
                stored = self._store_chunk(key, chunk)
                result = replace(
                    result,
                    incident=stored.incident,
                    new=result.new + stored.new,
                    queued=result.queued or stored.queued,
                )
        except LedgerError as error:
            return replace(result, error=error)
        return result

    def _store_chunk(self, key: IncidentKey, found: Sequence[ReportedFinding]) -> NotifyResult:
        """The incident with those of the findings that were not stored before, and how many these are."""
        reported = found
        for _ in range(ATTEMPTS):
            current = self.known.get(key)
            if not found and ((current and current.open) or not self.reopen):
                return NotifyResult(incident=self._touched(current))
            now = self.publisher.clock()
            after = self._next(current, found or reported, now)
            refused = self._incidents.save(after, current, found, now)
            if refused is None:
                self.known[key] = after
                queued = after.outbox.sequence > _sequence(current, after)
                return NotifyResult(incident=after, new=len(found), queued=queued)
            found = [one for one in found if one.finding.finding_id not in refused.known]
            if refused.overtaken:
                self._read_again(key)
        raise TransientError(f"findings of {key} were overtaken {ATTEMPTS} times")

    def _next(self, current: Incident | None, found: Sequence[ReportedFinding], now: datetime) -> Incident:
        """The incident with these findings, how its service runs, and what it began with, after its step."""
        after = add_findings(current, found, now, self.publisher.policy)
        look = self._look(after)
        if has_impact(after.key):
            after = with_running(after, look.running, now)
        after = with_blame(after, known_deployments(self.services, after, look.reading, now))
        self._strike(current, after, now)
        return _still_due(self.steps.take(after, now), current)

    def _strike(self, before: Incident | None, incident: Incident, now: datetime) -> None:
        """Lets the cause's owners be known, and opens the incident of all of them if they are many now."""
        key = shared_key(incident.key)
        if key is None or (before and before.open and incident.noted_at - before.noted_at < _KNOWN):
            return
        known = self.known.get(key)
        opened = strike(self._incidents, incident, known, now)
        if opened is None:
            return
        after = self.steps.take(opened, now)
        if self._incidents.save(after, known, (), now):
            self._read_again(key)  # somebody else has opened it
            return
        self.known[key] = after
        self._publish(key, NotifyResult(incident=after, queued=after.outbox.waits))

    def _look(self, incident: Incident) -> Look:
        looks = self.looks.get(incident.key.cluster_arn)
        return looks.of(incident.service) if looks else Look()

    def _touched(self, incident: Incident | None) -> Incident | None:
        """The incident after all of its findings were known, and its condition was seen once more."""
        now = self.publisher.clock()
        seen = touch(incident, now, self.publisher.policy) if incident and incident.open else None
        if seen is None or incident is None:
            return incident
        after = self.steps.take(seen, now)
        return incident if self._incidents.save(after, incident, (), now) else after

    def _read_again(self, key: IncidentKey) -> None:
        self.known.pop(key, None)
        self.known.update(self._incidents.current([key]))

    @property
    def _incidents(self) -> Incidents:
        return self.publisher.incidents


def _by_key(reported: Iterable[ReportedFinding]) -> dict[IncidentKey, Found]:
    by_key: dict[IncidentKey, Found] = {}
    for one in reported:  # two changes of a task may report the same finding
        by_key.setdefault(one.key, {})[one.finding.finding_id] = one
    return by_key


def _is_last(key: IncidentKey) -> bool:
    """What only says how the others affect the service comes after them."""
    return key.kind is Kind.SERVICE_IMPAIRED


def _still_due(after: Incident, before: Incident | None) -> Incident:
    """The incident due when it was before: findings that keep coming put off no look and nothing unsent."""
    if before is None or not before.open or after.outbox.sequence > before.outbox.sequence:
        return after
    return replace(after, due_at=min(filter(None, (before.due_at, after.due_at)), default=None))


def _sequence(before: Incident | None, after: Incident) -> int:
    """How many messages it had before; none if another incident stood in its place."""
    same = before is not None and before.incident_id == after.incident_id
    return before.outbox.sequence if before and same else 0
