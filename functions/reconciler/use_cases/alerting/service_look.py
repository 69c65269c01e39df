"""How services run: what ECS says of them, and where it says nothing, what the ledger knows of their tasks.

DescribeServices, by ten               desired, running, pending, and the deployments
ListTasks and DescribeTasks            how long those that run have been RUNNING, where tasks may be asked for
the ledger's own entries               where ECS knows no such service, or may not be asked

Of a cluster that ECS does not know none runs, and none should.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ...arns import service_arn
from ...errors import AccessDenied, ClusterNotFound, LedgerError
from ...findings.policy import Policy
from ...incidents.facts.impact import Impact, Running
from ...model.service import ServiceReading
from ...model.task import Absence, TaskState
from ...ports.ecs import Tasks
from ...ports.ledger import Ledger
from ...ports.services import EcsServices
from ...services.below import least
from .own_tasks import OwnTasks, is_steady

_MOST_AGES = 100  # running tasks of a service that are asked how long they have been: a page, a call


@dataclass(frozen=True, slots=True)
class Asked:
    """A service that is asked about: its first fault, and how it ran when it was read last."""

    service: str
    since: datetime
    impact: Impact | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """How a service runs, None where nobody knows, and what DescribeServices answered, if it did."""

    running: Running | None = None
    reading: ServiceReading | None = None

    @property
    def target_group_arn(self) -> str | None:
        return self.reading.target_group_arn if self.reading else None


_GONE = Look(Running(desired=0, least=0, steady=0))


@dataclass(slots=True)
class Looks:
    """By service; and why ECS did not answer where it should have."""

    by_service: dict[str, Look] = field(default_factory=dict)
    error: LedgerError | None = None

    def of(self, service: str | None) -> Look:
        return self.by_service.get(service or "", Look())


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLook:
    """Asks ECS about services; about single tasks only where `tasks` are given."""

    ecs_services: EcsServices
    ledger: Ledger
    policy: Policy
    tasks: Tasks | None = None

    def look(self, cluster_arn: str, asked: Sequence[Asked], now: datetime) -> Looks:
        """How each of these services runs; nothing of those that ECS did not answer for, with the error."""
        looks = Looks()
        try:
            answers = self._described(cluster_arn, [one.service for one in asked], looks)
        except ClusterNotFound:
            return Looks({one.service: _GONE for one in asked})
        own = OwnTasks(self.ledger, cluster_arn, self.policy, now)
        for one in asked:
            answer = answers.get(one.service, Absence.UNKNOWN)
            try:
                looks.by_service[one.service] = self._look(one, answer, own, now)
            except LedgerError as error:
                looks.error = error
        return looks

    def _described(
        self, cluster_arn: str, services: Sequence[str], looks: Looks
    ) -> Mapping[str, ServiceReading | Absence]:
        """What ECS says by service; MISSING also where it may not be asked."""
        arns = {service_arn(cluster_arn, one): one for one in services}
        try:
            answers = self.ecs_services.describe_services(cluster_arn, list(arns))
        except AccessDenied:
            return dict.fromkeys(services, Absence.MISSING)
        except ClusterNotFound:
            raise
        except LedgerError as error:
            looks.error = error
            return {}
        return {arns[arn]: answer for arn, answer in answers.items()}

    def _look(self, asked: Asked, answer: ServiceReading | Absence, own: OwnTasks, now: datetime) -> Look:
        if isinstance(answer, ServiceReading):
            return Look(self._running(answer, now), answer)
        unknown = answer is Absence.UNKNOWN
        return Look() if unknown else Look(own.running(asked.service, asked.since, asked.impact))

    def _running(self, reading: ServiceReading, now: datetime) -> Running:
        state = reading.state
        active = state.status == "ACTIVE"
        return Running(
            desired=state.desired_count if active else 0,
            least=least(reading) if active else 0,
            steady=self._steady(reading, now),
            pending=state.pending_count,
        )

    def _steady(self, reading: ServiceReading, now: datetime) -> int:
        """How many have run for a while; all that run, where these are too many to ask about."""
        state = reading.state
        if self.tasks is None or not 0 < state.running_count <= _MOST_AGES:
            return state.running_count
        listed = self.tasks.list_service(state.cluster_arn, state.service)
        described = self.tasks.describe(state.cluster_arn, listed).values()
        if Absence.UNKNOWN in described:
            return state.running_count
        return sum(is_steady(one, now) for one in described if isinstance(one, TaskState))
