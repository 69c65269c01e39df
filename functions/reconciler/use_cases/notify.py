"""Findings become incidents, and their messages are published.

    findings --look, save--> incident with a full outbox --publish--> ...

The save is one transaction with the findings' own rows, so a finding is counted once, however often it is
reported. Only the save that queued a message sends it: what somebody else has queued is his to send, and what
is left over the watch sends.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..errors import LedgerError, TransientError
from ..incidents.course import end_words, is_over_by_deployments, with_news
from ..incidents.lifecycle import end
from ..incidents.model import Incident
from ..incidents.reported import IncidentKey, ReportedFinding
from ..model.service import ServiceRecord
from ..ports.mutes import Mutes
from ..ports.services import ServiceLedger
from ..services.outcomes import History, judged_histories
from .alerting.cluster_looks import ClusterLooks
from .alerting.next_steps import NextSteps
from .alerting.report import Report
from .alerting.service_look import ServiceLook
from .publish import ATTEMPTS, NotifyResult, Publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts(Publisher):
    """What findings are stored in and published through; `services` and `looks` say how services are."""

    mutes: Mutes
    services: ServiceLedger
    looks: ServiceLook

    def notify(
        self, reported: Iterable[ReportedFinding], *, reopen: bool = False
    ) -> Mapping[IncidentKey, NotifyResult]:
        """Stores the findings and publishes their incidents, each incident apart from the others.

        After one that SNS did not answer for, the others are left to the watch: each would wait as long. With
        `reopen` the conditions stand now: one that was found before and is of no open incident opens one.
        """
        report = Report(
            publisher=self,
            services=self.services,
            looks=ClusterLooks(
                incidents=self.incidents, services=self.services, looker=self.looks, policy=self.policy
            ),
            reopen=reopen,
            steps=self.next_steps(),
        )
        return report.run(reported)

    def follow(self, record: ServiceRecord) -> Sequence[NotifyResult]:
        """The service's open incidents after its deployments changed: those whose cause is undone are over.

        One that fails leaves the others alone; its error is in its result.
        """
        known = judged_histories(record) or ()
        steps = self.next_steps()
        try:
            unresolved = self.incidents.unresolved(record.cluster_arn)
        except LedgerError as error:
            return [NotifyResult(error=error)]
        owned = [one for one in unresolved if one.service == record.service]
        return [result for one in owned if (result := self._follow(one, known, steps))]

    def next_steps(self) -> NextSteps:
        """The next steps of a run that has read nothing yet."""
        return NextSteps(self.incidents, self.mutes, self.policy, self.logs)

    def _follow(self, incident: Incident, known: Sequence[History], steps: NextSteps) -> NotifyResult | None:
        """None where the change means nothing to the incident."""
        try:
            for _ in range(ATTEMPTS):
                after = self._followed(incident, known, steps)
                if after is None:
                    return None
                if self.incidents.save(after, incident, (), self.clock()) is None:
                    queued = after.outbox.sequence > incident.outbox.sequence
                    return self.publish_new(NotifyResult(incident=after, queued=queued), None)[0]
                latest = self.incidents.latest(incident)
                if latest is None or not latest.open:
                    return None
                incident = latest
        except LedgerError as error:
            return NotifyResult(incident=incident, error=error)
        return NotifyResult(error=TransientError(f"{incident.incident_id} was overtaken {ATTEMPTS} times"))

    def _followed(self, incident: Incident, known: Sequence[History], steps: NextSteps) -> Incident | None:
        blamed = with_news(incident, known)
        if is_over_by_deployments(blamed, known):
            blamed = end(blamed, end_words(blamed, known))
        return steps.take(blamed, self.clock()) if blamed != incident else None
