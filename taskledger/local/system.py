"""The local system: a simulated ECS and all that is deployed beside it, on a clock that is set by hand.

    simulated ECS --> observe --> ledger --> assess --> incidents --> notifier
         ^----------- sweep, watch --^------------------^

The use cases are those that the handlers call, composed in the same way.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from reconciler.adapters.ecs import EcsTasks
from reconciler.adapters.ecs_services import ApiServices
from reconciler.ports.ledger import EntryChange
from reconciler.ports.services import ServiceChange
from reconciler.use_cases.alerting.service_look import ServiceLook
from reconciler.use_cases.assess import assess
from reconciler.use_cases.notify import Alerts
from reconciler.use_cases.observe import Intake, ObserveResult, observe
from reconciler.use_cases.sweep import Sweep, SweepResult, sweep_and_notify
from reconciler.use_cases.watch import WatchResult, watch

from .direct_client import direct_client
from .emulated_aws import emulated_aws
from .emulated_ledger import EmulatedLedger
from .memory_incidents import MemoryIncidents
from .memory_ledger import MemoryLedger
from .memory_mutes import MemoryMutes
from .memory_services import MemoryServices
from .memory_sweep_progress import MemorySweepProgress
from .table import create_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from reconciler.findings.policy import Policy
    from reconciler.model.entry import LedgerEntry
    from reconciler.model.service import ServiceRecord
    from reconciler.ports.ecs import Tasks
    from reconciler.ports.ledger import Ledger
    from reconciler.ports.notifier import Notifier
    from reconciler.ports.services import EcsServices
    from reconciler.ports.sweep_progress import SweepProgressStore

    from ..simulator.api.ecs import Ecs
    from ..simulator.engine.clock import Clock

REGION = "us-east-1"  # of the emulated table; events keep the Region that they are of
RETENTION = timedelta(days=90)
RUN = timedelta(minutes=10)  # for which one sweep keeps the others out
_TABLE = "task-ledger"


def never() -> bool:
    """A sweep that has all the time that it needs."""
    return False


def no_policy_store(policy: Policy, now: datetime) -> None:
    """Stores nothing: whoever built the system knows its policy."""


@dataclass(slots=True, kw_only=True)
class LocalSystem:
    """What is deployed, on ports that a test may exchange.

    `entries`, and `records` of services by ARN, are as they were assessed last.
    """

    clock: Clock
    tasks: Tasks
    ledger: Ledger
    progress_store: SweepProgressStore
    ecs_services: EcsServices
    services: MemoryServices
    alerts: Alerts
    clusters: Sequence[str] = ()
    entries: dict[str, LedgerEntry] = field(default_factory=dict)
    records: dict[str, ServiceRecord] = field(default_factory=dict)

    @property
    def policy(self) -> Policy:
        return self.alerts.policy

    @property
    def incidents(self) -> MemoryIncidents:
        """All incidents and findings, which a local system keeps in memory."""
        assert isinstance(self.alerts.incidents, MemoryIncidents)  # noqa: S101 - nothing else is put there
        return self.alerts.incidents

    @property
    def intake(self) -> Intake:
        tasks, ledger, services = self.tasks, self.ledger, self.services
        return Intake(tasks=tasks, ledger=ledger, services=services, clock=lambda: self.clock.now)

    def observe(self, bodies: Mapping[str, str]) -> ObserveResult:
        """Delivers one batch of messages, given by id."""
        return observe(bodies, self.intake)

    def sweep(self, run_id: str = "sweep", out_of_time: Callable[[], bool] = never) -> SweepResult:
        """One run of the sweep."""
        sweep = Sweep(
            tasks=self.tasks,
            ledger=self.ledger,
            ecs_services=self.ecs_services,
            services=self.services,
            incidents=self.alerts.incidents,
            progress_store=self.progress_store,
            clock=lambda: self.clock.now,
            out_of_time=out_of_time,
            policy=self.policy,
            save_policy=no_policy_store,
            clusters=self.clusters,
        )
        return sweep_and_notify(sweep, self.alerts, run_id, self.clock.now + RUN)

    def watch(self) -> WatchResult:
        """One run of the watch."""
        return watch(tasks=self.tasks, ledger=self.ledger, alerts=self.alerts)

    def assess(self, entries: Mapping[str, LedgerEntry]) -> Sequence[EntryChange]:
        """The changes among these entries, assessed as the table's stream delivers them, with all services'.

        What the other use cases changed is assessed by this call alone. Raises why findings were not stored.
        """
        changes = [
            EntryChange(entry=entry, previous=self.entries.get(arn), at=self.clock.now)
            for arn, entry in entries.items()
            if entry != self.entries.get(arn)
        ]
        self.entries |= entries
        assessed = assess([*changes, *self._service_changes()], self.alerts)
        for error in (result.error for one in assessed for result in one.notified if result.error):
            raise error
        return changes

    def _service_changes(self) -> Sequence[ServiceChange]:
        before, self.records = self.records, {one.service_arn: one for one in self.services.everything()}
        return [
            ServiceChange(record=one, previous=before.get(arn), at=self.clock.now)
            for arn, one in self.records.items()
            if one != before.get(arn)
        ]


def memory_system(ecs: Ecs, clock: Clock, policy: Policy, notifier: Notifier) -> LocalSystem:
    """A system that keeps all in memory, on this ECS or on what stands before it."""
    ledger = MemoryLedger()
    return _system(ecs, clock, ledger, _Alerting(policy, notifier, MemoryIncidents(ledger.mark_active)))


@contextmanager
def local_system(
    ecs: Ecs, clock: Clock, policy: Policy, notifier: Notifier, *, in_memory: bool
) -> Iterator[LocalSystem]:
    """The same, or with its ledger on DynamoDB's emulation."""
    if in_memory:
        yield memory_system(ecs, clock, policy, notifier)
        return
    with emulated_aws(REGION) as session:
        client = session.client("dynamodb")
        create_table(client, _TABLE)
        ledger = EmulatedLedger(client, _TABLE, RETENTION)
        yield _system(ecs, clock, ledger, _Alerting(policy, notifier, MemoryIncidents(ledger.mark_active)))


@dataclass(frozen=True, slots=True)
class _Alerting:
    """How findings are judged, and where their incidents and messages go."""

    policy: Policy
    notifier: Notifier
    incidents: MemoryIncidents


def _system(ecs: Ecs, clock: Clock, ledger: Ledger, alerting: _Alerting) -> LocalSystem:
    client, services = direct_client(ecs), MemoryServices()
    ecs_services = ApiServices(client)
    return LocalSystem(
        clock=clock,
        tasks=EcsTasks(client),
        ecs_services=ecs_services,
        ledger=ledger,
        progress_store=MemorySweepProgress(),
        services=services,
        alerts=Alerts(
            incidents=alerting.incidents,
            mutes=MemoryMutes(),
            services=services,
            looks=ServiceLook(ecs_services=ecs_services, ledger=ledger, policy=alerting.policy),
            notifier=alerting.notifier,
            policy=alerting.policy,
            clock=lambda: clock.now,
        ),
    )
