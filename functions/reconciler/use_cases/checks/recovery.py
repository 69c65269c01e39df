"""Whether a standing condition of tasks still stands: a look at the tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...errors import TransientError
from ...findings.model import Kind, owner
from ...findings.policy import Policy
from ...findings.rules import findings
from ...incidents.model import Incident
from ...incidents.reported import key_of
from ...model.entry import LedgerEntry
from ...model.task import Absence, TaskState
from ...ports.ecs import Tasks
from ...ports.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLook:
    """Looks at ECS and at the ledger."""

    tasks: Tasks
    ledger: Ledger
    policy: Policy

    def stands(self, incident: Incident, now: datetime) -> bool:
        """Whether a task still is in the condition; raises where that cannot be known now."""
        entries = self._open_entries(incident)
        if incident.key.kind is Kind.STUCK:
            stuck = [entry.state.task_arn for entry in entries if entry.state.last_status == incident.cause]
            described = self._described(incident.key.cluster_arn, stuck).values()
            return any(state.last_status == incident.cause for state in described)
        found = (one for entry in entries for one in findings(entry, now, self.policy))
        return any(key_of(one) == incident.key for one in found)

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
