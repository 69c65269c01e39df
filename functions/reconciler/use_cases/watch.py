"""The watch, every minute: what only time brings to protected tasks and to incidents."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..incidents.model import report_finding
from ..ports.ecs import Tasks
from ..ports.ledger import Ledger
from .maintain_incidents import IncidentMaintenance, MaintenanceResult
from .notify import Alerts, NotifyResult
from .watch_protection import ProtectionResult, ProtectionWatch


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchResult:
    """What a run did: protections checked, incidents that got findings, incidents that were due."""

    protection: ProtectionResult
    notified: Sequence[NotifyResult]
    maintenance: MaintenanceResult


def watch(*, tasks: Tasks, ledger: Ledger, alerts: Alerts) -> WatchResult:
    """Checks protections, reports what is wrong with them, then maintains the incidents that are due."""
    protection = ProtectionWatch(tasks=tasks, ledger=ledger, policy=alerts.policy, clock=alerts.clock).run()
    reported = (report_finding(finding, alerts.clock()) for finding in protection.findings)
    notified = list(alerts.notify(reported).values())
    maintenance = IncidentMaintenance(alerts=alerts, tasks=tasks).run(ledger.clusters())
    return WatchResult(protection=protection, notified=notified, maintenance=maintenance)
