"""What time brings to incidents: reminders, ends, digests, and messages that could not be sent before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..chunks import chunks
from ..errors import InvalidInput, LedgerError
from ..incidents.lifecycle import advance_time, touch
from ..incidents.model import Incident
from ..incidents.outbox import NotificationType, PendingNotification
from ..incidents.timing import awaits_digest, needs_recovery_check
from ..notifications.digest import MAX_LISTED
from .checks.recovery import SecondLook
from .publish import Published, Publisher


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
    leaves the others alone.
    """

    alerts: Publisher
    second_look: SecondLook
    result: MaintenanceResult = field(default_factory=MaintenanceResult)
    due: dict[str, Incident] = field(default_factory=dict)

    def run(self, clusters: Sequence[str]) -> MaintenanceResult:
        self.send(clusters)
        return self.advance()

    def send(self, clusters: Sequence[str]) -> None:
        """Publishes what is pending of the incidents that are due, and the digest."""
        for cluster_arn in clusters:
            self._find(cluster_arn)
        for incident in list(self.due.values()):
            if any(one.type is not NotificationType.DIGEST for one in incident.outbox.pending):
                self._publish(incident)
        for pending, listed in self._pending_digests().items():
            self._publish_digest(pending, listed)
        now, policy = self._now(), self.alerts.policy
        waiting = [one for one in self.due.values() if awaits_digest(one, now, policy)]
        for chunk in chunks(waiting, MAX_LISTED):
            self._digest(chunk)

    def advance(self) -> MaintenanceResult:
        """Advances those that wait for no message, the ones first of which ECS need not be asked."""
        now, policy = self._now(), self.alerts.policy
        still_due = [one for one in self.due.values() if one.open and one.due_at and one.due_at <= now]
        free = [one for one in still_due if not one.outbox.waits and not self._is_for_digest(one, now)]
        for incident in sorted(free, key=lambda one: needs_recovery_check(one, now, policy)):
            try:
                self._advance(incident)
            except LedgerError as error:
                self.result.errors.append(error)
        return self.result

    def _is_for_digest(self, incident: Incident, now: datetime) -> bool:
        return incident.outbox.digest_pending or awaits_digest(incident, now, self.alerts.policy)

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

    def _digest(self, listed: Sequence[Incident]) -> None:
        try:
            queued = self.alerts.queue_digest(listed)
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
        now, policy = self._now(), self.alerts.policy
        over = self._is_over(incident, now) if needs_recovery_check(incident, now, policy) else None
        seen = touch(incident, now, policy) if over is False else None
        after = advance_time(seen or incident, recovered=over is True, now=now, policy=policy)
        if self.alerts.incidents.save(after, incident, (), now):
            return  # something was reported meanwhile: the next round looks at it again
        if not after.open:
            self.result.resolved.append(after.incident_id)
        if after.outbox.sequence > incident.outbox.sequence:
            self._publish(after)

    def _is_over(self, incident: Incident, now: datetime) -> bool | None:
        """None where that cannot be known: it is not resolved then, and looked at again later."""
        try:
            return self.second_look.is_over(incident, now)
        except LedgerError as error:
            self.result.errors.append(error)
            return None

    def _now(self) -> datetime:
        return self.alerts.clock()
