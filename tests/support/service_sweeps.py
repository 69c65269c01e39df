"""Services as one sweep after another finds them, on a port of ECS that answers what a test says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from reconciler.errors import LedgerError
from reconciler.findings.policy import DEFAULT
from reconciler.model.deployment import ServiceDeployment
from reconciler.model.service import ServiceReading, ServiceRecord
from reconciler.model.service_event import ServiceEvent
from reconciler.model.task import Absence
from reconciler.services.merge import merge_event
from reconciler.services.outcomes import Outcome, histories
from reconciler.use_cases.service_sweep.context import ServicesSwept, ServiceSweep
from reconciler.use_cases.service_sweep.optional_calls import OptionalCalls
from reconciler.use_cases.service_sweep.sweep import sweep_services
from taskledger.local.memory_incidents import MemoryIncidents
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.local.memory_services import MemoryServices

from .services import SERVICE, minute, record
from .values import CLUSTER

if TYPE_CHECKING:
    from reconciler.ports.services import EcsServices


def service_arn(number: int) -> str:
    return f"{SERVICE}-{number}"


def named(reading: ServiceReading, arn: str) -> ServiceReading:
    """The same reading of another service."""
    return replace(reading, state=replace(reading.state, service_arn=arn, service=arn.rpartition("/")[2]))


@dataclass
class FakeEcs:
    """The port `EcsServices`: answers by service ARN; `errors` by the name of a call, or by service ARN.

    `calls` are those that were made: the method, and the services or deployments asked about.
    """

    readings: dict[str, ServiceReading | Absence] = field(default_factory=dict)
    deployments: dict[str, Sequence[ServiceDeployment]] = field(default_factory=dict)
    images: dict[str, ServiceDeployment] = field(default_factory=dict)
    errors: dict[str, LedgerError] = field(default_factory=dict)
    calls: list[tuple[str, Sequence[str]]] = field(default_factory=list)

    def list_services(self, cluster_arn: str) -> Sequence[str]:
        self._note("list_services", [cluster_arn])
        return [arn for arn, one in self.readings.items() if isinstance(one, ServiceReading)]

    def describe_services(
        self, cluster_arn: str, services: Sequence[str]
    ) -> Mapping[str, ServiceReading | Absence]:
        self._note("describe_services", services)
        return {arn: self.readings.get(arn, Absence.MISSING) for arn in services}

    def service_deployments(
        self, cluster_arn: str, service_arn: str, since: datetime
    ) -> Sequence[ServiceDeployment]:
        self._note("service_deployments", [service_arn])
        return [one for one in self.deployments.get(service_arn, ()) if one.created_at >= since]

    def with_images(self, deployments: Sequence[ServiceDeployment]) -> Sequence[ServiceDeployment]:
        self._note("with_images", [one.service_deployment_arn for one in deployments])
        return [self.images.get(one.service_deployment_arn, one) for one in deployments]

    def made(self, call: str) -> list[Sequence[str]]:
        """What was asked about by that call since it was last asked."""
        found = [asked for name, asked in self.calls if name == call]
        self.calls = [one for one in self.calls if one[0] != call]
        return found

    def _note(self, call: str, asked: Sequence[str]) -> None:
        self.calls.append((call, list(asked)))
        for name in (call, *asked):
            if name in self.errors:
                raise self.errors[name]


@dataclass
class CountingServices(MemoryServices):
    """What is stored of services, and how often it was written; `before_save` may interfere."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0
        self.before_save: Any = lambda record: None

    def save(self, record: ServiceRecord, before: ServiceRecord | None, now: datetime) -> bool:
        self.before_save(record)
        self.writes += 1
        return super().save(record, before, now)


@dataclass
class Sweeps:
    """The sweeps of one cluster, each so many minutes after the one before."""

    ecs: FakeEcs = field(default_factory=FakeEcs)
    services: CountingServices = field(default_factory=CountingServices)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    incidents: MemoryIncidents = field(default_factory=MemoryIncidents)
    tasks: Any = field(default_factory=lambda: SimpleNamespace(list_service=lambda *_: []))
    now: datetime = field(default_factory=lambda: minute(20))

    def run(self, *, times: int = 10**6, may_be_gone: bool = False) -> ServicesSwept:
        """One pass, which is out of time when it was asked so often; then a quarter of an hour passes."""
        self.optional = OptionalCalls(self.ecs)
        left = iter(range(times))
        sweep = ServiceSweep(
            ecs=self.ecs,
            services=self.services,
            tasks=self.tasks,
            ledger=self.ledger,
            incidents=self.incidents,
            clock=lambda: self.now,
            out_of_time=lambda: next(left, None) is None,
            policy=DEFAULT,
            optional=self.optional,
        )
        swept = sweep_services(sweep, CLUSTER, self.now, may_be_gone=may_be_gone)
        self.now += timedelta(minutes=15)
        return swept

    def observe(self, *events: ServiceEvent) -> None:
        """What observe does with these events."""
        for event in events:
            before = self.services.service(CLUSTER, "checkout")
            after = merge_event(before or record(), event)
            if after != before:
                assert MemoryServices.save(self.services, after, before, self.now)

    def record(self, service: str = "checkout") -> ServiceRecord:
        found = self.services.service(CLUSTER, service)
        assert found is not None, service
        return found

    def outcomes(self) -> Sequence[Outcome]:
        return [one.outcome for one in histories(self.record())]

    def found(self, swept: ServicesSwept) -> set[tuple[str, str | None]]:
        """Kind and cause of all that a sweep reports."""
        return {(one.finding.kind, one.finding.cause) for one in (*swept.standing, *swept.missed)}


def counts(swept: ServicesSwept) -> dict[str, int]:
    return {name: number for name, number in swept.counts.items() if number}


if TYPE_CHECKING:
    _: EcsServices = FakeEcs()
