"""One report of findings: read what is known, look at the services, store each incident, publish its message.

An incident is stored after what speaks for it: the incident of its deployment, then that of all owners that
its cause struck.

What stands is found again by each look. Which of it is stored is read first, for a tenth at most of what a
refused transaction costs; as that read may be a moment behind, the transaction is what counts a finding once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ...chunks import chunks
from ...errors import LedgerError, TransientError
from ...findings.model import Kind
from ...incidents.course import with_blame
from ...incidents.lifecycle import add_findings, touch, with_running, with_target_group
from ...incidents.model import Incident
from ...incidents.reported import IncidentKey, ReportedFinding
from ...incidents.severity import has_impact, severity_of
from ...incidents.speaking import shared_key
from ...ports.incidents import MAX_FOUND, Incidents
from ...ports.services import ServiceLedger
from ..checks.deployments import known_deployments
from ..publish import ATTEMPTS, NotifyResult, Publisher
from .cluster_looks import ClusterLooks
from .next_steps import NextSteps
from .readable import readable
from .service_look import Asked
from .several import strike

Found = dict[str, ReportedFinding]

_ONCE = timedelta(minutes=5)  # of the clock, in which it is kept once that an owner was struck


@dataclass(slots=True, kw_only=True)
class Report:
    """`services` says what is known of deployments; with `reopen` the conditions stand now.

    `known` are the current incidents as they were read or stored, `stored` the ids of findings that were
    stored before.
    """

    publisher: Publisher
    services: ServiceLedger
    looks: ClusterLooks
    reopen: bool
    steps: NextSteps
    known: dict[IncidentKey, Incident] = field(default_factory=dict)
    stored: Collection[str] = frozenset()
    results: dict[IncidentKey, NotifyResult] = field(default_factory=dict)
    down: LedgerError | None = None

    def run(self, reported: Iterable[ReportedFinding]) -> Mapping[IncidentKey, NotifyResult]:
        """The result for each incident, also for those that the look at a service has brought to light."""
        found = _by_key(reported)
        try:
            self.known.update(readable(self._incidents, list(found)))
            if self.reopen:
                self.stored = self._stored(found)
            self.looks.ask(self._to_ask(found), self.publisher.clock())
            for one in self.looks.failing(self.looks.readings, self.publisher.clock()):
                found.setdefault(one.key, {})[one.finding.finding_id] = one
        except LedgerError as error:
            return {key: NotifyResult(error=error) for key in found}
        for key in sorted(found, key=lambda key: (key.kind is not Kind.DEPLOYMENT_FAILED, _is_last(key))):
            self._publish(key, self._store(key, list(found[key].values())))
        return self.results

    def _stored(self, found: Mapping[IncidentKey, Found]) -> Collection[str]:
        by_id = {finding_id: one for of_key in found.values() for finding_id, one in of_key.items()}
        new = self._incidents.not_stored(list(by_id.values()))
        return by_id.keys() - {one.finding.finding_id for one in new}

    def _to_ask(self, found: Mapping[IncidentKey, Found]) -> Iterable[tuple[str, Asked]]:
        """The services of which no open incident of the same key says how they run, each with its cluster."""
        for key, of_key in found.items():
            known = self.known.get(key)
            if has_impact(key) and not (known and known.open and known.impact):
                since = min(one.at for one in of_key.values())
                yield key.cluster_arn, Asked(key.owner.partition(":")[2], since)

    def _publish(self, key: IncidentKey, stored: NotifyResult) -> None:
        self.results[key], self.down = self.publisher.publish_new(stored, self.down)

    def _store(self, key: IncidentKey, found: Sequence[ReportedFinding]) -> NotifyResult:
        result = NotifyResult(unread=self.looks.error(key.cluster_arn) if has_impact(key) else None)
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

    def _store_chunk(self, key: IncidentKey, reported: Sequence[ReportedFinding]) -> NotifyResult:
        """The incident with those of the findings that were not stored before, and how many these are."""
        found = [one for one in reported if one.finding.finding_id not in self.stored]
        for _ in range(ATTEMPTS):
            current = self.known.get(key)
            if not found and ((current and current.open) or not self.reopen):
                return NotifyResult(incident=self._touched(current))
            now = self.publisher.clock()
            after = self._next(current, found or reported, now)
            refused = self._incidents.save(after, current, found, now)
            if refused is None:
                self._saved(after)
                queued = after.outbox.sequence > _sequence(current, after)
                return NotifyResult(incident=after, new=len(found), queued=queued)
            found = [one for one in found if one.finding.finding_id not in refused.known]
            if refused.overtaken:
                self._read_again(key)
        raise TransientError(f"findings of {key} were overtaken {ATTEMPTS} times")

    def _next(self, current: Incident | None, found: Sequence[ReportedFinding], now: datetime) -> Incident:
        """The incident with these findings, how its service runs, and what it began with, after its step."""
        after = add_findings(current, found, now, self.publisher.policy)
        look = self.looks.of(after)
        if has_impact(after.key):
            after = with_running(with_target_group(after, look.target_group_arn), look.running, now)
        after = with_blame(after, known_deployments(self.services, after, look.reading, now))
        judged = replace(after, severity=severity_of(after, now, self.publisher.policy))
        self._strike(current, judged, now)
        return _still_due(self.steps.take(judged, now), current)

    def _strike(self, before: Incident | None, incident: Incident, now: datetime) -> None:
        """Lets the cause's owners be known, and opens the incident of all of them if they are many now."""
        key = shared_key(incident)
        kept = before and before.open and _span(before.noted_at) == _span(incident.noted_at)
        if key is None or kept or not incident.open:
            return
        known = readable(self._incidents, [key]).get(key)
        opened = strike(self._incidents, incident, known, now)
        if opened is None:
            return
        after = self.steps.take(opened, now)
        if self._incidents.save(after, known, (), now):
            return  # somebody else has opened it
        self._saved(after)
        self._publish(key, NotifyResult(incident=after, queued=after.outbox.waits))

    def _touched(self, incident: Incident | None) -> Incident | None:
        """The incident after all of its findings were known, and its condition was seen once more."""
        now = self.publisher.clock()
        seen = touch(incident, now, self.publisher.policy) if incident and incident.open else None
        if seen is None or incident is None:
            return incident
        after = self.steps.take(seen, now)
        if self._incidents.save(after, incident, (), now):
            return incident
        self._saved(after)
        return after

    def _saved(self, incident: Incident) -> None:
        self.known[incident.key] = incident
        self.steps.note(incident)

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


def _span(moment: datetime) -> float:
    return moment.timestamp() // _ONCE.total_seconds()


def _still_due(after: Incident, before: Incident | None) -> Incident:
    """The incident due when it was before: findings that keep coming put off no look and nothing unsent."""
    if before is None or not before.open or after.outbox.sequence > before.outbox.sequence:
        return after
    return replace(after, due_at=min(filter(None, (before.due_at, after.due_at)), default=None))


def _sequence(before: Incident | None, after: Incident) -> int:
    """How many messages it had before; none if another incident stood in its place."""
    same = before is not None and before.incident_id == after.incident_id
    return before.outbox.sequence if before and same else 0
