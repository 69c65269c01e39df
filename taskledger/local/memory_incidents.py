"""The ports `Incidents` and `Notifier` in memory, under the same contract as the table and the topic."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from reconciler.errors import LedgerError
from reconciler.findings.model import Finding
from reconciler.incidents.model import Incident, IncidentKey, ReportedFinding
from reconciler.notifications.message import Message
from reconciler.ports.incidents import Refused


def _no_mark(cluster_arn: str, until: datetime) -> None:
    """Marks nothing: a ledger in memory knows its clusters without."""


class MemoryIncidents:
    """Keeps everything; many threads may save at once. `mark_active` lets the watch find what is due."""

    def __init__(self, mark_active: Callable[[str, datetime], None] = _no_mark) -> None:
        self._mark_active = mark_active
        self._findings: dict[tuple[str, str], Finding] = {}
        self._open: dict[IncidentKey, Incident] = {}
        self._resolved: dict[str, Incident] = {}
        self._due: dict[str, Incident] = {}
        self._lock = Lock()

    def not_stored(self, found: Sequence[ReportedFinding]) -> Sequence[ReportedFinding]:
        return [one for one in found if _row(one.finding) not in self._findings]

    def current(self, key: IncidentKey) -> Incident | None:
        return self._open.get(key)

    def last_resolved(self, key: IncidentKey, since: datetime) -> Incident | None:
        with self._lock:
            of_key = [one for one in self._resolved.values() if one.key == key]
        newest = max(of_key, key=lambda one: one.opened_at, default=None)
        return newest if newest and newest.resolved_at and newest.resolved_at >= since else None

    def unresolved(self, cluster_arn: str) -> Sequence[Incident]:
        with self._lock:
            return [one for one in self._open.values() if one.key.cluster_arn == cluster_arn]

    def latest(self, incident: Incident) -> Incident | None:
        with self._lock:
            return self._latest(incident)

    def save(
        self,
        incident: Incident,
        before: Incident | None,
        found: Sequence[ReportedFinding],
        now: datetime,  # noqa: ARG002 - nothing expires here
    ) -> Refused | None:
        with self._lock:
            known = frozenset(one.finding.finding_id for one in found if _row(one.finding) in self._findings)
            standing = self._latest(before) if before else self._open.get(incident.key)
            overtaken = standing != before
            if known or overtaken:
                return Refused(known=known, overtaken=overtaken)
            self._findings |= {_row(one.finding): one.finding for one in found}
            self._put(incident)
        return None

    def save_all(self, incidents: Sequence[Incident]) -> bool:
        with self._lock:
            for incident in incidents:
                standing = self._latest(incident)
                if standing is None or standing.revision != incident.revision - 1:
                    return False
            for incident in incidents:
                self._put(incident)
        return True

    def due(self, cluster_arn: str, now: datetime) -> Sequence[Incident]:
        with self._lock:
            of_cluster = [one for one in self._due.values() if one.key.cluster_arn == cluster_arn]
        return [one for one in of_cluster if one.due_at and one.due_at <= now]

    def next_due(self) -> datetime | None:
        """When an incident of any cluster is to be looked at next; None where none is waiting."""
        with self._lock:
            return min((one.due_at for one in self._due.values() if one.due_at), default=None)

    def everything(self) -> Sequence[Incident]:
        """All incidents, the resolved ones first."""
        return [*self._resolved.values(), *self._open.values()]

    def findings(self) -> Sequence[Finding]:
        return list(self._findings.values())

    def _latest(self, incident: Incident) -> Incident | None:
        current = self._open.get(incident.key)
        if current and current.incident_id == incident.incident_id:
            return current
        return self._resolved.get(incident.incident_id)

    def _put(self, incident: Incident) -> None:
        if incident.due_at:
            self._mark_active(incident.key.cluster_arn, incident.due_at)
            self._due[incident.incident_id] = incident
        else:
            self._due.pop(incident.incident_id, None)
        if incident.open:
            self._open[incident.key] = incident
            return
        current = self._open.get(incident.key)
        if current and current.incident_id == incident.incident_id:
            del self._open[incident.key]
        self._resolved[incident.incident_id] = incident


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message, and when it was published."""

    at: datetime
    message: Message


@dataclass(slots=True)
class MemoryNotifier:
    """Everything that was published, in its order."""

    clock: Callable[[], datetime]
    sent: list[SentMessage] = field(default_factory=list)
    destinations: Sequence[str] = ("alerts",)

    def publish(self, message: Message, to: Sequence[str]) -> Mapping[str, LedgerError]:  # noqa: ARG002 - one of one
        self.sent.append(SentMessage(self.clock(), message))
        return {}


def _row(finding: Finding) -> tuple[str, str]:
    return finding.subject_arn, finding.finding_id
