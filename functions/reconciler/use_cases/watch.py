"""The watch, every minute: what only time brings to protected tasks and to incidents."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..errors import LedgerError
from ..incidents.reported import report_finding
from ..ports.ecs import Tasks
from ..ports.ledger import Ledger
from .alerting.cluster_looks import ClusterLooks
from .alerting.next_steps import NextSteps
from .alerting.progress import IncidentProgress
from .checks.recovery import SecondLook
from .maintain_incidents import IncidentMaintenance, MaintenanceResult
from .notify import Alerts
from .publish import NotifyResult
from .watch_protection import ProtectionResult, ProtectionWatch


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchResult:
    """What a run did: protections checked, incidents that got findings, incidents that were due."""

    protection: ProtectionResult
    notified: Sequence[NotifyResult]
    maintenance: MaintenanceResult


def watch(*, tasks: Tasks, ledger: Ledger, alerts: Alerts) -> WatchResult:
    """Publishes what is pending, checks protections and services, reports what is wrong, advances incidents.

    What is pending comes first: an ECS that does not answer keeps no message back. Of a table that does not
    answer the error is in the result.
    """
    maintenance = new_maintenance(tasks, ledger, alerts)
    try:
        clusters = ledger.active_clusters()
    except LedgerError as error:
        maintenance.result.errors.append(error)
        clusters = ()
    maintenance.send(clusters)
    protection = ProtectionWatch(tasks=tasks, ledger=ledger, policy=alerts.policy, clock=alerts.clock)
    found = protection.run(clusters)
    reported = (report_finding(one, one.occurred_at) for one in found.findings)
    notified = [
        *alerts.notify(reported, reopen=True).values(),
        *alerts.notify(maintenance.look()).values(),
    ]
    return WatchResult(protection=found, notified=notified, maintenance=maintenance.advance())


def new_maintenance(tasks: Tasks, ledger: Ledger, alerts: Alerts) -> IncidentMaintenance:
    """One round, which has neither sent nor asked anything yet."""
    return IncidentMaintenance(
        alerts=alerts,
        progress=IncidentProgress(
            incidents=alerts.incidents,
            services=alerts.services,
            looks=ClusterLooks(
                incidents=alerts.incidents,
                services=alerts.services,
                looker=replace(alerts.looks, tasks=tasks),
                policy=alerts.policy,
            ),
            second_look=SecondLook(tasks=tasks, ledger=ledger, policy=alerts.policy),
            policy=alerts.policy,
        ),
        steps=NextSteps(alerts.incidents, alerts.policy, alerts.logs),
    )
