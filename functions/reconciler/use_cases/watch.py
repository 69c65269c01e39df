"""The watch: what only time brings. Every minute, over the tasks that are protected, by their index."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..errors import LedgerError
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


@dataclass(slots=True)
class WatchResult:
    """What a watch found: findings on protection, how protections changed, and clusters that failed."""

    findings: list[Finding] = field(default_factory=list)
    changes: dict[str, ProtectionChange] = field(default_factory=dict)
    errors: dict[str, LedgerError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Asks ECS again about each protection that is near its end, past it or very old, then judges."""

    tasks: Tasks
    ledger: Ledger
    policy: Policy

    def run(self, clock: Callable[[], datetime]) -> WatchResult:
        watched = WatchResult()
        for cluster_arn in self.ledger.clusters():
            try:
                self._cluster(cluster_arn, clock, watched)
            except LedgerError as error:
                watched.errors[cluster_arn] = error
        return watched

    def _cluster(self, cluster_arn: str, clock: Callable[[], datetime], watched: WatchResult) -> None:
        protected, now = self.ledger.protected(cluster_arn), clock()
        entries = self.ledger.entries([arn for arn, held in protected.items() if self._is_due(held, now)])
        for entry in entries.values():
            if not entry.open:
                self._settle(entry, now)
        running = {arn: entry for arn, entry in entries.items() if entry.open}
        known = {arn: entry.protection for arn, entry in running.items()}
        asked = check_protection(cluster_arn, known, tasks=self.tasks, ledger=self.ledger, clock=clock)
        for arn, answer in asked.items():
            if answer.change is not ProtectionChange.NONE:
                watched.changes[arn] = answer.change
            if answer.answered:
                watched.findings += self._judge(running[arn], answer.protection, clock())

    def _is_due(self, held: Protection, now: datetime) -> bool:
        ending = held.expires_at is not None and held.expires_at <= now + self.policy.lead
        return ending or (held.since is not None and now - held.since > self.policy.protected)

    def _settle(self, entry: LedgerEntry, now: datetime) -> None:
        """Takes a task that is over out of the index; when its protection was to end stays known."""
        if entry.protection:
            self.ledger.record_protection(
                entry.state.task_arn, replace(entry.protection, enabled=False, checked_at=now)
            )

    def _judge(self, entry: LedgerEntry, held: Protection | None, now: datetime) -> list[Finding]:
        found = findings(replace(entry, protection=held), now, self.policy)
        return [finding for finding in found if finding.kind in _PROTECTION]
