"""What time brings to incidents: reminders, ends, digests, and messages that could not be sent before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..errors import LedgerError, TransientError
from ..incidents.lifecycle import advance_time, awaits_digest, mark_digested, needs_recovery_check
from ..incidents.model import Incident
from ..model.task import TaskState
from ..notifications.message import MOST_LISTED, compose_digest
from ..ports.ecs import Tasks
from .notify import Alerts

_ATTEMPTS = 4


@dataclass(slots=True)
class MaintenanceResult:
    """What a round did: incidents it looked at, those that are over, those a digest told, and errors.

    `silent` when SNS does not answer: what is to be sent waits for the next round.
    """

    looked_at: int = 0
    resolved: list[str] = field(default_factory=list)
    digested: int = 0
    errors: list[LedgerError] = field(default_factory=list)
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMaintenance:
    """Looks after incidents that are due; one that fails leaves the others alone."""

    alerts: Alerts
    tasks: Tasks

    def run(self, clusters: Sequence[str]) -> MaintenanceResult:
        kept, listed = MaintenanceResult(), list[Incident]()
        for cluster_arn in clusters:
            try:
                due = self.alerts.incidents.due(cluster_arn, self._now())
            except LedgerError as error:
                kept.errors.append(error)
                continue
            for incident in due:
                self._look_after(incident, kept, listed)
        for start in range(0, len(listed), MOST_LISTED):
            if not kept.silent:
                self._digest(listed[start : start + MOST_LISTED], kept)
        return kept

    def _look_after(self, incident: Incident, kept: MaintenanceResult, listed: list[Incident]) -> None:
        kept.looked_at += 1
        try:
            if incident.pending:
                self._send(incident, kept)
            elif awaits_digest(incident, self._now(), self.alerts.policy):
                listed.append(incident)
            else:
                self._elapse(incident, kept)
        except LedgerError as error:
            kept.errors.append(error)

    def _send(self, incident: Incident, kept: MaintenanceResult) -> None:
        """Sends what could not be sent before, unless SNS has just failed for another one."""
        if kept.silent:
            return
        try:
            self.alerts.publish(incident)
        except TransientError:
            kept.silent = True
            raise

    def _elapse(self, incident: Incident, kept: MaintenanceResult) -> None:
        now, policy = self._now(), self.alerts.policy
        recovered = needs_recovery_check(incident, now, policy) and self._runs(incident)
        after = advance_time(incident, recovered=recovered, now=now, policy=policy)
        if self.alerts.incidents.save(after, incident, (), now):
            return  # something came meanwhile: it is looked at again in the next round
        if not after.open:
            kept.resolved.append(after.incident_id)
        self._send(after, kept)

    def _runs(self, incident: Incident) -> bool:
        """Whether a task of its service runs, and none of the version that failed is still on its way up."""
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

    def _digest(self, listed: Sequence[Incident], kept: MaintenanceResult) -> None:
        try:
            self.alerts.notifier.publish(compose_digest(listed, self._now()))
            self._mark(listed)
            kept.digested += len(listed)
        except LedgerError as error:
            kept.errors.append(error)

    def _mark(self, listed: Sequence[Incident]) -> None:
        """Marks all of them as told at once, so that a retry lists the same ones under the same id."""
        incidents, policy = self.alerts.incidents, self.alerts.policy
        for _ in range(_ATTEMPTS):
            now = self._now()
            pairs = [(incidents.latest(sent), sent) for sent in listed]
            open_ones = [(latest, sent) for latest, sent in pairs if latest and latest.open]
            if incidents.save_all([mark_digested(latest, sent, now, policy) for latest, sent in open_ones]):
                return

    def _now(self) -> datetime:
        return self.alerts.clock()
