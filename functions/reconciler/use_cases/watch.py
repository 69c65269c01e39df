"""The watch, every minute: what only time brings to protected tasks and to incidents."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..incidents.model import report_finding
from ..ports.ecs import Tasks
from ..ports.ledger import Ledger
from .look_again import SecondLook
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
    """Publishes what is pending, checks protections and reports what is wrong, then advances the incidents.

    What is pending comes first: an ECS that does not answer keeps no message back.
    """
    second_look = SecondLook(tasks=tasks, ledger=ledger, policy=alerts.policy)
    maintenance = IncidentMaintenance(alerts=alerts, second_look=second_look)
    maintenance.send(ledger.clusters())
    protection = ProtectionWatch(tasks=tasks, ledger=ledger, policy=alerts.policy, clock=alerts.clock).run()
    reported = (report_finding(finding, alerts.clock()) for finding in protection.findings)
    notified = list(alerts.notify(reported, reopen=True).values())
    return WatchResult(protection=protection, notified=notified, maintenance=maintenance.advance())
