"""The watch, every minute: what only time brings to protected tasks and to incidents."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import LedgerError
from ..incidents.model import report_finding
from ..ports.ecs import Tasks
from ..ports.ledger import Ledger
from .checks.recovery import SecondLook
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

    What is pending comes first: an ECS that does not answer keeps no message back. Of a table that does not
    answer the error is in the result.
    """
    second_look = SecondLook(tasks=tasks, ledger=ledger, services=alerts.services, policy=alerts.policy)
    maintenance = IncidentMaintenance(alerts=alerts, second_look=second_look)
    try:
        clusters = ledger.active_clusters()
    except LedgerError as error:
        maintenance.result.errors.append(error)
        clusters = ()
    maintenance.send(clusters)
    protection = ProtectionWatch(tasks=tasks, ledger=ledger, policy=alerts.policy, clock=alerts.clock)
    found = protection.run(clusters)
    reported = (report_finding(one, one.occurred_at) for one in found.findings)
    notified = list(alerts.notify(reported, reopen=True).values())
    return WatchResult(protection=found, notified=notified, maintenance=maintenance.advance())
