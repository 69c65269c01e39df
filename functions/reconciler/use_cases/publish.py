"""Publishing what incidents have pending: stored before it is sent, and settled after.

    incident with a full outbox --publish--> topics --save--> incident with an empty one

What one destination lacks stays pending for that one alone. If the function dies before the last save, the
same message is sent again under the same notificationId.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..chunks import chunks
from ..errors import LedgerError, TransientError
from ..findings.policy import Policy
from ..incidents.lifecycle import mark_published, queue_digest
from ..incidents.model import Incident
from ..incidents.outbox import NotificationType, PendingNotification
from ..model.logs import LogLine
from ..notifications.digest import compose_digest, digest_id
from ..notifications.message import Message, compose
from ..ports.incidents import MAX_FOUND, Incidents
from ..ports.notifier import Notifier
from .checks.task_logs import TaskLogs

ATTEMPTS = 8  # against others who write the same incident: each is overtaken by one that got through

Lacking = Mapping[str, tuple[str, ...] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyResult:
    """What became of the findings of one incident.

    `queued` when a message is to be sent of it. `error` when they were not stored and have to be reported
    again; `unsent` when the message did not reach all destinations, which is left to the watch; `unread` when
    ECS should have said how its service runs, and did not.
    """

    incident: Incident | None = None
    new: int = 0
    queued: bool = False
    error: LedgerError | None = None
    unsent: LedgerError | None = None
    unread: LedgerError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The incidents as they stand after it, and why some destinations did not get a message.

    `down` when none of them got one and SNS may answer later: then others need not be tried now.
    """

    incidents: Sequence[Incident]
    failed: Mapping[str, LedgerError] = field(default_factory=dict)
    down: bool = False

    @property
    def error(self) -> LedgerError | None:
        return next(iter(self.failed.values()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Where incidents are stored, and where their messages are published; `clock` says when.

    With `logs` incidents are linked to logs, and their messages have lines of them where the policy says so.
    """

    incidents: Incidents
    notifier: Notifier
    policy: Policy
    clock: Callable[[], datetime]
    logs: TaskLogs | None = None

    def publish(self, incident: Incident) -> Published:
        """Sends what is pending of the incident, but digests; raises as the store does."""
        failed: dict[str, LedgerError] = {}
        lacking = {
            pending.notification_id: self._send(self._composed(incident, pending), pending, failed)
            for pending in incident.outbox.pending
            if pending.type is not NotificationType.DIGEST
        }
        published = self._settle([incident], lacking, failed)
        if sent := sum(left is not None for left in lacking.values()):
            self.incidents.count_messages(self.clock(), sent)
        return published

    def take_refused(self) -> Mapping[str, LedgerError]:
        """By what was asked about logs in this run, why it was not answered."""
        return self.logs.take_failed() if self.logs else {}

    def publish_new(
        self, stored: NotifyResult, down: LedgerError | None
    ) -> tuple[NotifyResult, LedgerError | None]:
        """The result, and why SNS is not to be tried for others."""
        if not stored.queued or not stored.incident:
            return stored, down
        if down:
            return replace(stored, unsent=down), down
        try:
            published = self.publish(stored.incident)
        except LedgerError as error:
            return replace(stored, unsent=error), down
        return replace(stored, unsent=published.error), published.error if published.down else None

    def publish_digest(self, pending: PendingNotification, listed: Sequence[Incident]) -> Published:
        """Sends the digest that is pending of these incidents, and settles all of them at once."""
        failed: dict[str, LedgerError] = {}
        message = compose_digest(listed, pending.notification_id, self.clock())
        lacking = {pending.notification_id: self._send(message, pending, failed)}
        return self._settle(listed, lacking, failed)

    def queue_digest(self, listed: Sequence[Incident]) -> Sequence[Incident]:
        """The incidents with one digest pending of all of them, but those that have moved on."""
        now, name = self.clock(), digest_id(listed)
        queued = [queue_digest(one, name, now, self.policy) for one in listed]
        saved = (chunk for chunk in chunks(queued, MAX_FOUND) if self.incidents.save_all(chunk))
        return [one for chunk in saved for one in chunk]

    def _composed(self, incident: Incident, pending: PendingNotification) -> Message:
        """The same message again may have other lines of a log, which goes on."""
        lines = self._log_lines(incident) if pending.type is NotificationType.OPENED else ()
        return compose(incident, pending, self.clock(), self.policy, lines)

    def _log_lines(self, incident: Incident) -> Sequence[LogLine]:
        key, place = incident.key, incident.log
        if self.logs is None or place is None:
            return ()
        groups = self.policy.log_groups(key.cluster_arn, key.owner, key.kind, incident.cause)
        return self.logs.lines(place) if place.group in groups else ()

    def _send(
        self, message: Message, pending: PendingNotification, failed: dict[str, LedgerError]
    ) -> tuple[str, ...] | None:
        """The destinations that still lack the message; None where nobody got it before or now."""
        to = self.notifier.destinations if pending.to is None else pending.to
        errors = self.notifier.publish(message, to)
        failed |= errors
        lacking = tuple(name for name in to if name in errors)
        return None if pending.to is None and len(lacking) == len(to) else lacking

    def _settle(
        self, sent: Sequence[Incident], lacking: Lacking, failed: Mapping[str, LedgerError]
    ) -> Published:
        before = {one.notification_id: one.to for one in sent[0].outbox.pending}
        if any(left != before[name] for name, left in lacking.items()):
            sent = self._mark(sent, lacking)
        down = len(failed) == len(self.notifier.destinations)
        transient = all(isinstance(error, TransientError) for error in failed.values())
        return Published(incidents=sent, failed=failed, down=bool(failed) and down and transient)

    def _mark(self, sent: Sequence[Incident], lacking: Lacking) -> Sequence[Incident]:
        """Settles all of them, each as it stands by now; one that is settled twice is as if it were once."""
        for _ in range(ATTEMPTS):
            marked = list(self._marked(sent, lacking))
            if all(map(self.incidents.save_all, chunks(marked, MAX_FOUND))):
                return marked
        raise TransientError(f"{sent[0].incident_id} was overtaken {ATTEMPTS} times")

    def _marked(self, sent: Sequence[Incident], lacking: Lacking) -> Iterator[Incident]:
        now = self.clock()
        for one in sent:
            if latest := self.incidents.latest(one):
                yield mark_published(latest, one, now, self.policy, lacking)
