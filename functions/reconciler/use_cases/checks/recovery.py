"""Whether what an incident is of is over: a look at its service, or at its tasks where a condition stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...errors import ClusterNotFound, TransientError
from ...findings.model import Kind, owner
from ...findings.policy import Policy
from ...findings.rules import findings
from ...incidents.deployments import goes_on, stands
from ...incidents.model import Incident, key_of
from ...incidents.timing import is_of_service, is_standing
from ...model.entry import LedgerEntry
from ...model.service import ServiceRecord
from ...model.task import Absence, TaskState
from ...ports.ecs import Tasks
from ...ports.ledger import Ledger
from ...ports.services import ServiceLedger


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLook:
    """Looks at ECS and at the ledger."""

    tasks: Tasks
    ledger: Ledger
    services: ServiceLedger
    policy: Policy

    def is_over(self, incident: Incident, now: datetime) -> bool:
        """Whether nothing keeps it open; raises where that cannot be known now.

        In a cluster that ECS does not know any more nothing runs, and nothing stands.
        """
        if is_of_service(incident):
            return not self._service_stands(incident, now)
        try:
            if is_standing(incident):
                return not self._stands(incident, now)
            return self._service_runs(incident) and not self._goes_on(incident)
        except ClusterNotFound:
            return True

    def _service_runs(self, incident: Incident) -> bool:
        """Whether a task of its service runs, and none of the version that failed is still starting."""
        cluster_arn = incident.key.cluster_arn
        task_arns = self.tasks.list_service(cluster_arn, incident.service or "")
        states = self._described(cluster_arn, task_arns).values()
        arriving = {state.task_definition_arn for state in states if state.last_status != "RUNNING"}
        return any(state.last_status == "RUNNING" for state in states) and (
            incident.task_definition_arn not in arriving
        )

    def _goes_on(self, incident: Incident) -> bool:
        record = self._record(incident)
        return record is not None and goes_on(incident, record)

    def _stands(self, incident: Incident, now: datetime) -> bool:
        entries = self._open_entries(incident)
        if incident.key.kind is Kind.STUCK:
            stuck = [entry.state.task_arn for entry in entries if entry.state.last_status == incident.cause]
            described = self._described(incident.key.cluster_arn, stuck).values()
            return any(state.last_status == incident.cause for state in described)
        found = (one for entry in entries for one in findings(entry, now, self.policy))
        return any(key_of(one) == incident.key for one in found)

    def _service_stands(self, incident: Incident, now: datetime) -> bool:
        """Whether the record of its service, as it was read last, still shows what the incident is of."""
        record = self._record(incident)
        return record is not None and not record.closed_at and stands(incident, record, now)

    def _record(self, incident: Incident) -> ServiceRecord | None:
        return self.services.service(incident.key.cluster_arn, incident.service or "")

    def _open_entries(self, incident: Incident) -> Sequence[LedgerEntry]:
        """The open tasks of its owner; raises where the incident shows one whose entry is unreadable."""
        entries = self.ledger.entries(self.ledger.open_tasks(incident.key.cluster_arn))
        for sample in incident.samples:
            if error := entries.unreadable.get(sample.task_arn):
                raise error
        return [one for one in entries.values() if one.open and _owner(one) == incident.key.owner]

    def _described(self, cluster_arn: str, task_arns: Sequence[str]) -> Mapping[str, TaskState]:
        """The tasks that ECS knows; raises where it did not answer for one."""
        answers = self.tasks.describe(cluster_arn, task_arns) if task_arns else {}
        if Absence.UNKNOWN in answers.values():
            raise TransientError(f"ECS gave no answer for tasks of {cluster_arn}")
        return {arn: answer for arn, answer in answers.items() if isinstance(answer, TaskState)}


def _owner(entry: LedgerEntry) -> str:
    return owner(entry.state.group, entry.state.task_definition_arn)
