"""What time brings to incidents: reminders, ends, digests, and messages that could not be sent before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..chunks import chunks
from ..errors import LedgerError, TransientError
from ..incidents.lifecycle import advance_time, awaits_digest, needs_recovery_check
from ..incidents.model import Incident
from ..model.task import TaskState
from ..notifications.message import MAX_LISTED
from ..ports.ecs import Tasks
from .notify import Alerts


@dataclass(slots=True)
class MaintenanceResult:
    """What a round did: incidents that it resolved, by id, and errors.

    `notifier_down` when SNS does not answer: what is to be sent waits for the next round.
    """

    resolved: list[str] = field(default_factory=list)
    errors: list[LedgerError] = field(default_factory=list)
    notifier_down: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMaintenance:
    """Maintains the incidents that are due; one that fails leaves the others alone."""

    alerts: Alerts
    tasks: Tasks

    def run(self, clusters: Sequence[str]) -> MaintenanceResult:
        result, listed = MaintenanceResult(), list[Incident]()
        for cluster_arn in clusters:
            for incident in self._due(cluster_arn, result):
                self._maintain(incident, result, listed)
        for chunk in chunks(listed, MAX_LISTED):
            self._digest(chunk, result)
        return result

    def _due(self, cluster_arn: str, result: MaintenanceResult) -> Sequence[Incident]:
        try:
            return self.alerts.incidents.due(cluster_arn, self._now())
        except LedgerError as error:
            result.errors.append(error)
            return ()

    def _maintain(self, incident: Incident, result: MaintenanceResult, listed: list[Incident]) -> None:
        try:
            if incident.outbox.pending:
                self._send(incident, result)
            elif awaits_digest(incident, self._now(), self.alerts.policy):
                listed.append(incident)
            else:
                self._advance(incident, result)
        except LedgerError as error:
            result.errors.append(error)

    def _send(self, incident: Incident, result: MaintenanceResult) -> None:
        """Sends what is pending, unless SNS has just failed for another incident."""
        if result.notifier_down:
            return
        try:
            self.alerts.publish(incident)
        except TransientError:
            result.notifier_down = True
            raise

    def _advance(self, incident: Incident, result: MaintenanceResult) -> None:
        now, policy = self._now(), self.alerts.policy
        recovered = needs_recovery_check(incident, now, policy) and self._runs(incident)
        after = advance_time(incident, recovered=recovered, now=now, policy=policy)
        if self.alerts.incidents.save(after, incident, (), now):
            return  # something was reported meanwhile: the next round looks at it again
        if not after.open:
            result.resolved.append(after.incident_id)
        self._send(after, result)

    def _runs(self, incident: Incident) -> bool:
        """Whether a task of its service runs, and none of the version that failed is still starting."""
        states = list(self._service(incident))
        arriving = {state.task_definition_arn for state in states if state.last_status != "RUNNING"}
        return any(state.last_status == "RUNNING" for state in states) and (
            incident.task_definition_arn not in arriving
        )

    def _service(self, incident: Incident) -> Iterator[TaskState]:
        """The tasks of its service that are to run."""
        cluster_arn = incident.key.cluster_arn
        arns = self.tasks.list_service(cluster_arn, incident.service or "")
        answers = self.tasks.describe(cluster_arn, arns).values() if arns else ()
        return (state for state in answers if isinstance(state, TaskState))

    def _digest(self, listed: Sequence[Incident], result: MaintenanceResult) -> None:
        if result.notifier_down:
            return
        try:
            self.alerts.publish_digest(listed)
        except LedgerError as error:
            result.errors.append(error)

    def _now(self) -> datetime:
        return self.alerts.clock()
