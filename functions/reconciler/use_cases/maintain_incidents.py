"""What time brings to incidents: reminders, ends, digests, and messages that could not be sent before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ..errors import InvalidInput, LedgerError
from ..findings.model import Kind
from ..incidents.lifecycle import end
from ..incidents.model import Incident
from ..incidents.outbox import NotificationType, PendingNotification
from ..incidents.reported import ReportedFinding
from ..incidents.steps import awaits_digest
from .alerting.next_steps import NextSteps
from .alerting.progress import IncidentProgress
from .alerting.unmuted import unmuted
from .publish import Published, Publisher

_MINUTE = timedelta(minutes=1)
_SHARED_END = "what it shared with others is over"


@dataclass(slots=True)
class MaintenanceResult:
    """What a round did: incidents that it resolved, by id, and errors.

    `notifier_down` when SNS does not answer: what is to be sent waits for the next round.
    """

    resolved: list[str] = field(default_factory=list)
    errors: list[LedgerError] = field(default_factory=list)
    notifier_down: bool = False


@dataclass(slots=True, kw_only=True)
class IncidentMaintenance:
    """One round over the incidents that are due: first what can be sent, then what has to be looked at.

    Sending asks ECS nothing, so an ECS that does not answer keeps no message back. An incident that fails
    leaves the others alone. Those that are `unmuted`, by id, are looked at whether they are due or not.
    """

    alerts: Publisher
    progress: IncidentProgress
    steps: NextSteps
    result: MaintenanceResult = field(default_factory=MaintenanceResult)
    due: dict[str, Incident] = field(default_factory=dict)
    unmuted: set[str] = field(default_factory=set)

    def send(self, clusters: Sequence[str]) -> None:
        """Publishes what is pending of the incidents that are due, and the digest."""
        for cluster_arn in clusters:
            self._find(cluster_arn)
        for incident in list(self.due.values()):
            if any(one.type is not NotificationType.DIGEST for one in incident.outbox.pending):
                self._publish(incident)
        for pending, listed in self._pending_digests().items():
            self._publish_digest(pending, listed)
        self._digest()

    def unmute(self, clusters: Sequence[str]) -> None:
        """Takes up what a mute held back that is over now."""
        try:
            found = unmuted(self.alerts.incidents, self.steps.mutes, clusters, self._now())
        except LedgerError as error:
            self.result.errors.append(error)
            return
        self.unmuted = {one.incident_id for one in found}
        self.due = {one.incident_id: one for one in found} | self.due

    def look(self) -> Sequence[ReportedFinding]:
        """Asks ECS about the services of what is due; what it shows of deployments that fail."""
        return self.progress.look(self._still_due(), self._now())

    def advance(self) -> MaintenanceResult:
        """Takes the next step of those of which no message is unsent, the members of one of several first."""
        for incident in sorted(self._still_due(), key=_order):
            try:
                self._advance(incident)
            except LedgerError as error:
                self.result.errors.append(error)
        self.result.errors += self.progress.errors
        return self.result

    def _still_due(self) -> Sequence[Incident]:
        now = self._now()
        return [
            one for one in self.due.values() if one.open and not one.outbox.waits and self._is_due(one, now)
        ]

    def _is_due(self, one: Incident, now: datetime) -> bool:
        return one.incident_id in self.unmuted or (one.due_at is not None and one.due_at <= now)

    def _find(self, cluster_arn: str) -> None:
        try:
            found = self.alerts.incidents.due(cluster_arn, self._now())
        except LedgerError as error:
            self.result.errors.append(error)
        else:
            self.result.errors += (one for one in found if isinstance(one, InvalidInput))
            self.due |= {one.incident_id: one for one in found if not isinstance(one, InvalidInput)}

    def _publish(self, incident: Incident) -> None:
        """Sends what is pending, unless SNS has just failed for another incident."""
        if self.result.notifier_down:
            return
        try:
            self._note(self.alerts.publish(incident))
        except LedgerError as error:
            self.result.errors.append(error)

    def _pending_digests(self) -> Mapping[PendingNotification, Sequence[Incident]]:
        digests: dict[PendingNotification, list[Incident]] = {}
        for incident in self.due.values():
            for pending in incident.outbox.pending:
                if pending.type is NotificationType.DIGEST:
                    digests.setdefault(pending, []).append(incident)
        return digests

    def _digest(self) -> None:
        """Queues and publishes one digest of all that waits for it."""
        now = self._now()
        waiting = [one for one in self.due.values() if awaits_digest(one, now, self.alerts.policy)]
        if not waiting:
            return
        try:
            queued = self.alerts.queue_digest(waiting)
        except LedgerError as error:
            self.result.errors.append(error)
            return
        self.due |= {one.incident_id: one for one in queued}
        if queued:
            self._publish_digest(queued[0].outbox.pending[-1], queued)

    def _publish_digest(self, pending: PendingNotification, listed: Sequence[Incident]) -> None:
        if self.result.notifier_down:
            return
        try:
            self._note(self.alerts.publish_digest(pending, listed))
        except LedgerError as error:
            self.result.errors.append(error)

    def _note(self, published: Published) -> None:
        self.due |= {one.incident_id: one for one in published.incidents}
        self.result.errors += published.failed.values()
        self.result.notifier_down = self.result.notifier_down or published.down

    def _advance(self, incident: Incident) -> None:
        now = self._now()
        found = self.progress.of(incident, now)
        for member in found.closing:
            self._save(self.steps.take(end(member, _SHARED_END), now), member)
        after = self.steps.take(found.incident, now, over=found.over)
        if not _is_same(incident, after, now):  # else it stays due
            self._save(after, incident)

    def _save(self, after: Incident, before: Incident) -> None:
        """Where something was reported meanwhile, the next round looks at it again."""
        if self.alerts.incidents.save(after, before, (), self._now()):
            return
        self.due[after.incident_id] = after
        self.steps.note(after)
        if not after.open:
            self.result.resolved.append(after.incident_id)
        if after.outbox.sequence > before.outbox.sequence:
            self._publish(after)

    def _now(self) -> datetime:
        return self.alerts.clock()


def _order(incident: Incident) -> tuple[bool, bool]:
    """What others speak for, or are counted in, comes after these."""
    return incident.shared is not None, incident.key.kind is Kind.SERVICE_IMPAIRED


def _is_same(before: Incident, after: Incident, now: datetime) -> bool:
    """Whether only time has passed, and it is to be looked at again with the next round."""
    if after.due_at is None or after.due_at > now + _MINUTE:
        return False
    impact = after.impact and before.impact and replace(after.impact, checked_at=before.impact.checked_at)
    return before == replace(
        after, due_at=before.due_at, revision=before.revision, impact=impact or after.impact
    )
