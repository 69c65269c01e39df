"""Findings become incidents, and their messages are published.

    findings --save--> incident with a full outbox --publish--> ...

The save is one transaction with the findings' own rows, so a finding is counted once, however often it is
reported. Only the save that queued a message sends it: what somebody else has queued is his to send, and what
is left over the watch sends.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..chunks import chunks
from ..errors import LedgerError, TransientError
from ..incidents.deployments import is_over_by_deployments, with_blame, with_news
from ..incidents.lifecycle import add_findings, end, touch
from ..incidents.model import Incident, IncidentKey, ReportedFinding
from ..model.service import ServiceRecord
from ..ports.incidents import MAX_FOUND
from ..ports.services import ServiceLedger
from ..services.outcomes import History, judged_histories
from .checks.deployments import earlier_failures, known_deployments
from .publish import ATTEMPTS, Publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyResult:
    """What became of the findings of one incident.

    `queued` when a message is to be sent of it. `error` when they were not stored and have to be reported
    again; `unsent` when the message did not reach all destinations, which is left to the watch.
    """

    incident: Incident | None = None
    new: int = 0
    queued: bool = False
    error: LedgerError | None = None
    unsent: LedgerError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts(Publisher):
    """What findings are stored in and published through; `services` knows what the deployments are."""

    services: ServiceLedger

    def notify(
        self, reported: Iterable[ReportedFinding], *, reopen: bool = False
    ) -> Mapping[IncidentKey, NotifyResult]:
        """Stores the findings and publishes their incidents, each incident apart from the others.

        After one that SNS did not answer for, the others are left to the watch: each would wait as long. With
        `reopen` the conditions stand now: one that was found before and is of no open incident opens one.
        """
        by_key: dict[IncidentKey, dict[str, ReportedFinding]] = {}
        for one in reported:  # two changes of a task may report the same finding
            by_key.setdefault(one.key, {})[one.finding.finding_id] = one
        results: dict[IncidentKey, NotifyResult] = {}
        down: LedgerError | None = None
        for key, found in by_key.items():
            stored = self._store(key, list(found.values()), reopen=reopen)
            results[key], down = self._publish_new(stored, down)
        return results

    def _store(self, key: IncidentKey, found: Sequence[ReportedFinding], *, reopen: bool) -> NotifyResult:
        result = NotifyResult()
        try:
            for chunk in chunks(found, MAX_FOUND):
                stored = self._store_chunk(key, chunk, reopen=reopen)
                result = replace(stored, new=result.new + stored.new, queued=result.queued or stored.queued)
        except LedgerError as error:
            return replace(result, error=error)
        return result

    def _publish_new(
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

    def _store_chunk(
        self, key: IncidentKey, found: Sequence[ReportedFinding], *, reopen: bool
    ) -> NotifyResult:
        """The incident with those of the findings that were not stored before, and how many these are."""
        current, reported = self.incidents.current(key), found
        for _ in range(ATTEMPTS):
            if not found and (current or not reopen):
                return NotifyResult(incident=self._touched(current))
            now = self.clock()
            after = self._with_findings(key, current, found or reported, now)
            refused = self.incidents.save(after, current, found, now)
            if refused is None:
                queued = after.outbox.sequence > (current.outbox.sequence if current else 0)
                return NotifyResult(incident=after, new=len(found), queued=queued)
            found = [one for one in found if one.finding.finding_id not in refused.known]
            if refused.overtaken:
                current = self.incidents.current(key)
        raise TransientError(f"findings of {key} were overtaken {ATTEMPTS} times")

    def _with_findings(
        self, key: IncidentKey, current: Incident | None, found: Sequence[ReportedFinding], now: datetime
    ) -> Incident:
        """The incident with these findings, and with the deployment that it began with."""
        earlier = () if current else earlier_failures(self.incidents, key, found)
        after = add_findings(current, found, now, self.policy, earlier)
        failed = [one.deployment_id for one in after.failures]
        return with_blame(after, known_deployments(self.services, key, failed))

    def follow(self, record: ServiceRecord) -> Sequence[NotifyResult]:
        """The service's open incidents after its deployments changed: those whose cause is undone are over.

        One that fails leaves the others alone; its error is in its result.
        """
        known = judged_histories(record) or ()
        try:
            unresolved = self.incidents.unresolved(record.cluster_arn)
        except LedgerError as error:
            return [NotifyResult(error=error)]
        owned = [one for one in unresolved if one.service == record.service]
        return [result for one in owned if (result := self._follow(one, known))]

    def _follow(self, incident: Incident, known: Sequence[History]) -> NotifyResult | None:
        """None where the change means nothing to the incident."""
        try:
            for _ in range(ATTEMPTS):
                after = self._followed(incident, known)
                if after is None:
                    return None
                if self.incidents.save(after, incident, (), self.clock()) is None:
                    queued = after.outbox.sequence > incident.outbox.sequence
                    return self._publish_new(NotifyResult(incident=after, queued=queued), None)[0]
                latest = self.incidents.latest(incident)
                if latest is None or not latest.open:
                    return None
                incident = latest
        except LedgerError as error:
            return NotifyResult(incident=incident, error=error)
        return NotifyResult(error=TransientError(f"{incident.incident_id} was overtaken {ATTEMPTS} times"))

    def _followed(self, incident: Incident, known: Sequence[History]) -> Incident | None:
        blamed = with_news(incident, known)
        if is_over_by_deployments(blamed, known):
            return end(blamed, self.clock(), self.policy)
        return replace(blamed, revision=incident.revision + 1) if blamed != incident else None

    def _touched(self, incident: Incident | None) -> Incident | None:
        """The incident after all of its findings were known, and its condition was seen once more."""
        now = self.clock()
        after = touch(incident, now, self.policy) if incident else None
        if after is None or self.incidents.save(after, incident, (), now):
            return incident
        return after
