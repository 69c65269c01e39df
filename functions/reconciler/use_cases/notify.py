"""Findings become incidents, and incidents become messages: stored first, then sent, then marked as sent.

    findings --save--> incident with what is pending --publish--> SNS --save--> nothing pending

The first save is one transaction with the findings' own rows, so a finding is counted once, however often it
is brought. Whatever dies after it leaves the pending message to the watch; only between publish and the last
save can one be sent twice, and then it bears the same notificationId.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..errors import LedgerError, TransientError
from ..findings.policy import Policy
from ..incidents.lifecycle import add_findings, mark_published, touch
from ..incidents.model import Incident, IncidentKey, ReportedFinding
from ..notifications.message import compose
from ..ports.incidents import MOST_FOUND, Incidents
from ..ports.notifier import Notifier

_ATTEMPTS = 8  # against others who write the same incident: each is overtaken by one that got through


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyResult:
    """What became of the findings of one incident.

    `error` when they were not stored and have to be brought again; `unsent` when the message was not sent,
    which the watch will do.
    """

    incident: Incident | None = None
    new: int = 0
    error: LedgerError | None = None
    unsent: LedgerError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What findings are told through; `clock` is for what was noted when."""

    incidents: Incidents
    notifier: Notifier
    policy: Policy
    clock: Callable[[], datetime]

    def notify(self, news: Iterable[ReportedFinding]) -> Mapping[IncidentKey, NotifyResult]:
        """Stores the findings and tells of their incidents, each incident apart from the others."""
        by_key: dict[IncidentKey, list[ReportedFinding]] = {}
        for one in news:
            by_key.setdefault(one.key, []).append(one)
        told: dict[IncidentKey, NotifyResult] = {}
        for key, found in by_key.items():
            told[key] = self._tell(key, list(_once(found)), silent=next(_unsent(told.values()), None))
        return told

    def publish(self, incident: Incident) -> None:
        """Sends all that is pending of the incident, then marks it as sent; raises as the ports do."""
        for pending in incident.pending:
            self.notifier.publish(compose(incident, pending.type, pending.notification_id))
        if incident.pending:
            self._settle(incident, lambda latest, now: mark_published(latest, incident, now, self.policy))

    def _tell(
        self, key: IncidentKey, found: Sequence[ReportedFinding], *, silent: LedgerError | None
    ) -> NotifyResult:
        """What became of one incident's findings; when another could just not be sent, nor is this one tried.

        An SNS that does not answer would use up the function's time, and the watch sends it in any case.
        """
        incident, new = None, 0
        try:
            for start in range(0, len(found), MOST_FOUND):
                incident, stored = self._record(key, found[start : start + MOST_FOUND])
                new += stored
        except LedgerError as error:
            return NotifyResult(incident=incident, new=new, error=error)
        if silent and incident and incident.pending:
            return NotifyResult(incident=incident, new=new, unsent=silent)
        try:
            if incident:
                self.publish(incident)
        except LedgerError as error:
            return NotifyResult(incident=incident, new=new, unsent=error)
        return NotifyResult(incident=incident, new=new)

    def _record(self, key: IncidentKey, found: Sequence[ReportedFinding]) -> tuple[Incident | None, int]:
        """The incident with those of the findings that were not told before, and how many these are."""
        brought = len(found)
        current = self.incidents.current(key)
        for _ in range(_ATTEMPTS):
            if not found:
                return self._seen(current), 0
            now = self.clock()
            after = add_findings(current, found, now, self.policy)
            refused = self.incidents.save(after, current, found, now)
            if refused is None:
                return after, len(found)
            found = [one for one in found if one.finding.finding_id not in refused.known]
            if refused.overtaken:
                current = self.incidents.current(key)
        raise TransientError(f"{brought} findings of {key} were overtaken {_ATTEMPTS} times")

    def _seen(self, incident: Incident | None) -> Incident | None:
        """The incident when all of its findings were told before, and its matter was seen once more."""
        if incident is None:
            return None
        now = self.clock()
        after = touch(incident, now, self.policy)
        if after is None or self.incidents.save(after, incident, (), now):
            return incident
        return after

    def _settle(self, sent: Incident, change: Callable[[Incident, datetime], Incident]) -> None:
        for _ in range(_ATTEMPTS):
            now = self.clock()
            latest = self.incidents.latest(sent)
            if latest is None:
                return
            if self.incidents.save(change(latest, now), latest, (), now) is None:
                return
        raise TransientError(f"{sent.incident_id} was overtaken {_ATTEMPTS} times")


def _unsent(told: Iterable[NotifyResult]) -> Iterator[LedgerError]:
    return (one.unsent for one in told if isinstance(one.unsent, TransientError))


def _once(found: Iterable[ReportedFinding]) -> Iterable[ReportedFinding]:
    """Each finding once: a batch may bring the same one from two changes of its task."""
    return {one.finding.finding_id: one for one in found}.values()
