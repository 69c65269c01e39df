"""The ports `Incidents` and `Notifier` in memory, under the same contract as the table and the topic."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from reconciler.errors import LedgerError
from reconciler.findings.model import Finding
from reconciler.incidents.model import Incident
from reconciler.incidents.reported import IncidentKey, ReportedFinding
from reconciler.notifications.message import Message
from reconciler.ports.incidents import Member, Refused


def _no_mark(cluster_arn: str, until: datetime) -> None:
    """Marks nothing: a ledger in memory knows its clusters without."""


class MemoryIncidents:
    """Keeps everything; many threads may save at once. `mark_active` lets the watch find what is due."""

    def __init__(self, mark_active: Callable[[str, datetime], None] = _no_mark) -> None:
        self._mark_active = mark_active
        self._findings: dict[tuple[str, str], Finding] = {}
        self._current: dict[IncidentKey, Incident] = {}
        self._archived: dict[str, Incident] = {}
        self._members: dict[IncidentKey, dict[str, datetime]] = {}
        self._messages: Counter[datetime] = Counter()
        self._due: dict[str, Incident] = {}
        self._lock = Lock()

    def not_stored(self, found: Sequence[ReportedFinding]) -> Sequence[ReportedFinding]:
        return [one for one in found if _row(one.finding) not in self._findings]

    def current(self, keys: Collection[IncidentKey]) -> Mapping[IncidentKey, Incident]:
        with self._lock:
            return {key: self._current[key] for key in keys if key in self._current}

    def unresolved(self, cluster_arn: str) -> Sequence[Incident]:
        with self._lock:
            of_cluster = [one for one in self._current.values() if one.key.cluster_arn == cluster_arn]
        return [one for one in of_cluster if one.open]

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
            standing = self._latest(before) if before else self._current.get(incident.key)
            overtaken = standing != before
            if known or overtaken:
                return Refused(known=known, overtaken=overtaken)
            self._findings |= {_row(one.finding): one.finding for one in found}
            if before and before.incident_id != incident.incident_id:
                self._put(replace(before, archived=True, revision=before.revision + 1))
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

    def join(self, shared: IncidentKey, owner: str, now: datetime) -> None:
        with self._lock:
            self._members.setdefault(shared, {})[owner] = now

    def members(self, shared: IncidentKey, since: datetime) -> Sequence[Member]:
        with self._lock:
            known = dict(self._members.get(shared, {}))
        return [Member(owner, at) for owner, at in known.items() if at >= since]

    def messages(self, hour: datetime) -> int:
        return self._messages[_full(hour)]

    def count_messages(self, hour: datetime, number: int) -> None:
        with self._lock:
            self._messages[_full(hour)] += number

    def everything(self) -> Sequence[Incident]:
        """All incidents, the resolved ones first."""
        return sorted([*self._archived.values(), *self._current.values()], key=lambda one: one.open)

    def findings(self) -> Sequence[Finding]:
        return list(self._findings.values())

    def _latest(self, incident: Incident) -> Incident | None:
        current = self._current.get(incident.key)
        if current and current.incident_id == incident.incident_id:
            return current
        return self._archived.get(incident.incident_id)

    def _put(self, incident: Incident) -> None:
        if incident.due_at:
            self._mark_active(incident.key.cluster_arn, incident.due_at)
            self._due[incident.incident_id] = incident
        else:
            self._due.pop(incident.incident_id, None)
        if incident.archived:
            self._archived[incident.incident_id] = incident
        else:
            self._current[incident.key] = incident


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


def _full(hour: datetime) -> datetime:
    return hour.replace(minute=0, second=0, microsecond=0)
