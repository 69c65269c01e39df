"""Findings become incidents, and incidents become messages: stored first, then sent, then marked as sent.

    findings --save--> incident with a full outbox --publish--> SNS --save--> incident with an empty one

The first save is one transaction with the findings' own rows, so a finding is counted once, however often it
is reported. If the function dies after it, the watch sends what is pending; only between publish and the last
save can a message be sent twice, and then under the same notificationId.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..chunks import chunks
from ..errors import LedgerError, TransientError
from ..findings.policy import Policy
from ..incidents.lifecycle import add_findings, mark_digested, mark_published, touch
from ..incidents.model import Incident, IncidentKey, ReportedFinding
from ..notifications.message import compose, compose_digest
from ..ports.incidents import MAX_FOUND, Incidents
from ..ports.notifier import Notifier

_ATTEMPTS = 8  # against others who write the same incident: each is overtaken by one that got through

Mark = Callable[[Incident, Incident, datetime, Policy], Incident]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyResult:
    """What became of the findings of one incident.

    `error` when they were not stored and have to be reported again; `unsent` when the message was not sent,
    which the watch will do.
    """

    incident: Incident | None = None
    new: int = 0
    error: LedgerError | None = None
    unsent: LedgerError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What findings are stored in and published through; `clock` says when each was noted."""

    incidents: Incidents
    notifier: Notifier
    policy: Policy
    clock: Callable[[], datetime]

    def notify(self, reported: Iterable[ReportedFinding]) -> Mapping[IncidentKey, NotifyResult]:
        """Stores the findings and publishes their incidents, each incident apart from the others.

        After one that SNS did not answer for, the others are left to the watch: each would wait as long.
        """
        by_key: dict[IncidentKey, dict[str, ReportedFinding]] = {}
        for one in reported:  # two changes of a task may report the same finding
            by_key.setdefault(one.key, {})[one.finding.finding_id] = one
        results: dict[IncidentKey, NotifyResult] = {}
        down: LedgerError | None = None
        for key, found in by_key.items():
            result = results[key] = self._publish_new(self._store(key, list(found.values())), down)
            down = result.unsent if isinstance(result.unsent, TransientError) else down
        return results

    def publish(self, incident: Incident) -> None:
        """Sends all that is pending of the incident, then marks it as sent; raises as the ports do."""
        for pending in incident.outbox.pending:
            self.notifier.publish(compose(incident, pending.type, pending.notification_id))
        if incident.outbox.pending:
            self._mark([incident], mark_published)

    def publish_digest(self, listed: Sequence[Incident]) -> None:
        """Sends one digest of these incidents, then marks all of them at once.

        So a retry lists the same ones under the same id.
        """
        self.notifier.publish(compose_digest(listed, self.clock()))
        self._mark(listed, mark_digested)

    def _store(self, key: IncidentKey, found: Sequence[ReportedFinding]) -> NotifyResult:
        result = NotifyResult()
        try:
            for chunk in chunks(found, MAX_FOUND):
                incident, new = self._store_chunk(key, chunk)
                result = NotifyResult(incident=incident, new=result.new + new)
        except LedgerError as error:
            return replace(result, error=error)
        return result

    def _publish_new(self, stored: NotifyResult, down: LedgerError | None) -> NotifyResult:
        if stored.error or not stored.incident or not stored.incident.outbox.pending:
            return stored
        if down:
            return replace(stored, unsent=down)
        try:
            self.publish(stored.incident)
        except LedgerError as error:
            return replace(stored, unsent=error)
        return stored

    def _store_chunk(self, key: IncidentKey, found: Sequence[ReportedFinding]) -> tuple[Incident | None, int]:
        """The incident with those of the findings that were not stored before, and how many these are."""
        current = self.incidents.current(key)
        for _ in range(_ATTEMPTS):
            if not found:
                return self._touched(current), 0
            now = self.clock()
            after = add_findings(current, found, now, self.policy)
            refused = self.incidents.save(after, current, found, now)
            if refused is None:
                return after, len(found)
            found = [one for one in found if one.finding.finding_id not in refused.known]
            if refused.overtaken:
                current = self.incidents.current(key)
        raise TransientError(f"findings of {key} were overtaken {_ATTEMPTS} times")

    def _touched(self, incident: Incident | None) -> Incident | None:
        """The incident after all of its findings were known, and its condition was seen once more."""
        now = self.clock()
        after = touch(incident, now, self.policy) if incident else None
        if after is None or self.incidents.save(after, incident, (), now):
            return incident
        return after

    def _mark(self, sent: Sequence[Incident], mark: Mark) -> None:
        """Marks all of them at once, each as it stands by now."""
        for _ in range(_ATTEMPTS):
            now = self.clock()
            pairs = [(latest, one) for one in sent if (latest := self.incidents.latest(one))]
            if self.incidents.save_all([mark(latest, one, now, self.policy) for latest, one in pairs]):
                return
        raise TransientError(f"{sent[0].incident_id} was overtaken {_ATTEMPTS} times")
