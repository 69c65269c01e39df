"""Alerts in memory, and a round of their maintenance, on an ECS that knows the services that it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from reconciler.findings.model import Severity
from reconciler.findings.policy import DEFAULT, Policy, Scope
from reconciler.model.service import ServiceReading
from reconciler.ports.ecs import Tasks
from reconciler.ports.incidents import Incidents
from reconciler.ports.ledger import Ledger
from reconciler.ports.mutes import Mutes
from reconciler.ports.notifier import Notifier
from reconciler.ports.services import ServiceLedger
from reconciler.use_cases.alerting.service_look import ServiceLook
from reconciler.use_cases.maintain_incidents import MaintenanceResult
from reconciler.use_cases.notify import Alerts
from reconciler.use_cases.watch import new_maintenance
from taskledger.local.memory_incidents import MemoryIncidents, MemoryNotifier
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.local.memory_mutes import MemoryMutes
from taskledger.local.memory_services import MemoryServices

from .service_sweeps import FakeEcs
from .values import CLUSTER

# Whatever is found is high, so that it is published at once unless others may share it.
LOUD = Policy(severities=((Scope(), Severity.HIGH),))


def new_alerts(  # noqa: PLR0913 - each of them matters to some test
    clock: Callable[[], datetime],
    *readings: ServiceReading,
    incidents: Incidents | None = None,
    mutes: Mutes | None = None,
    services: ServiceLedger | None = None,
    notifier: Notifier | None = None,
    ledger: Ledger | None = None,
    policy: Policy = DEFAULT,
) -> Alerts:
    """What findings are reported to; ECS answers with these readings, and knows no other service."""
    return Alerts(
        incidents=incidents or MemoryIncidents(),
        mutes=mutes or MemoryMutes(),
        services=services or MemoryServices(),
        looks=ServiceLook(
            ecs_services=FakeEcs({one.state.service_arn: one for one in readings}),
            ledger=ledger or MemoryLedger(),
            policy=policy,
        ),
        notifier=notifier or MemoryNotifier(clock),
        policy=policy,
        clock=clock,
    )


def maintain(alerts: Alerts, tasks: Tasks, clusters: Sequence[str] = (CLUSTER,)) -> MaintenanceResult:
    """What a round of the watch does with the incidents of these clusters."""
    maintenance = new_maintenance(tasks, alerts.looks.ledger, alerts)
    maintenance.send(clusters)
    maintenance.unmute(clusters)
    alerts.notify(maintenance.look())
    return maintenance.advance()
