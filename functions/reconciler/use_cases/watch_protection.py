"""Protection over time: what only the clock brings to protected tasks, found by their index."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..errors import ClusterNotFound, InvalidInput, LedgerError
from ..findings.model import Finding, Kind
from ..findings.policy import Policy
from ..findings.rules import findings
from ..model.entry import LedgerEntry
from ..model.protection import Protection
from ..ports.ecs import Tasks
from ..ports.ledger import Ledger
from ..protection import ProtectionChange
from .check_protection import check_protection

_PROTECTION = frozenset({Kind.PROTECTION_EXPIRING, Kind.PROTECTION_EXPIRED, Kind.PROTECTION_TOO_LONG})


def check_due_at(held: Protection, policy: Policy) -> datetime | None:
    """Since when ECS is asked about the protection at each run: it nears its end then, or lasts too long."""
    ending = held.expires_at and held.expires_at - policy.protection_lead
    lasting = held.since and held.since + policy.protection_limit
    return min(filter(None, (ending, lasting)), default=None)


@dataclass(slots=True)
class ProtectionResult:
    """Findings on protection, how protections changed, and the errors of clusters that failed."""

    findings: list[Finding] = field(default_factory=list)
    changes: dict[str, ProtectionChange] = field(default_factory=dict)
    errors: dict[str, LedgerError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionWatch:
    """Asks ECS again about each protection that is near its end, past it or very old, then judges."""

    tasks: Tasks
    ledger: Ledger
    policy: Policy
    clock: Callable[[], datetime]

    def run(self, clusters: Sequence[str]) -> ProtectionResult:
        """What was found in each of the clusters; one that fails leaves the others alone.

        In a cluster that ECS does not know any more there is nothing to ask: the sweep closes its tasks.
        """
        result = ProtectionResult()
        for cluster_arn in clusters:
            try:
                with suppress(ClusterNotFound):
                    self._cluster(cluster_arn, result)
            except LedgerError as error:
                result.errors[cluster_arn] = error
        return result

    def _cluster(self, cluster_arn: str, result: ProtectionResult) -> None:
        protected, now = self.ledger.protected(cluster_arn), self.clock()
        unreadable = {arn: held for arn, held in protected.items() if isinstance(held, InvalidInput)}
        readable = {arn: held for arn, held in protected.items() if not isinstance(held, InvalidInput)}
        due = {arn: check_due_at(held, self.policy) for arn, held in readable.items()}
        entries = self.ledger.entries([arn for arn, at in due.items() if at and at <= now])
        result.errors |= {**unreadable, **entries.unreadable}
        for entry in entries.values():
            if not entry.open:
                self._settle(entry)
        running = {arn: entry for arn, entry in entries.items() if entry.open}
        known = {arn: entry.protection for arn, entry in running.items()}
        checked = check_protection(cluster_arn, known, tasks=self.tasks, ledger=self.ledger, clock=self.clock)
        for arn, answer in checked.items():
            if answer.change is not ProtectionChange.NONE:
                result.changes[arn] = answer.change
            if answer.answered:
                result.findings += self._judge(running[arn], answer.protection)

    def _settle(self, entry: LedgerEntry) -> None:
        """Takes a task that is over out of the index; what ECS answered of its protection stays known."""
        held = entry.protection
        if held and held.enabled:
            state = entry.state
            self.ledger.record_protection(state.cluster_arn, state.task_arn, held, held.settle())

    def _judge(self, entry: LedgerEntry, held: Protection | None) -> list[Finding]:
        found = findings(replace(entry, protection=held), self.clock(), self.policy)
        return [finding for finding in found if finding.kind in _PROTECTION]
