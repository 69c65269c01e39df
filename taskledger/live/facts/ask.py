"""Asks ECS for what explains a service, a task or a cluster: few calls, and none that has to be allowed.

What is required is the subject itself. Of all else ECS may refuse or fail to answer: that is kept in
`unknown`, and the rest is explained.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from reconciler.adapters.ecs import EcsTasks
from reconciler.adapters.ecs_answers import all_arns
from reconciler.adapters.ecs_services import ApiServices
from reconciler.errors import AccessDenied, LedgerError
from reconciler.model.task import Absence, TaskState
from reconciler.ports.ecs import Listing

from .picture import Picture
from .records import read_again, with_service_deployments, with_tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_ecs import ECSClient

    from reconciler.model.deployment import ServiceDeployment
    from reconciler.model.service import ServiceReading, ServiceRecord

T = TypeVar("T")

_LATELY: Final = timedelta(hours=3)  # for which deployments are explained
_MOST_RUNNING: Final = 100  # tasks of a service whose ages are asked for
_MOST_LOOKED_AT: Final = 50  # services in one explanation: each costs up to six calls


@dataclass(slots=True)
class LiveEcs:
    """Asks about one cluster, by name or ARN; `unknown` is what it did not say, by the rights that needs."""

    client: ECSClient
    cluster: str
    unknown: dict[str, str] = field(default_factory=dict)
    tasks: EcsTasks = field(init=False)
    services: ApiServices = field(init=False)

    def __post_init__(self) -> None:
        self.tasks, self.services = EcsTasks(self.client), ApiServices(self.client)

    def reading(self, service: str) -> ServiceReading | Absence:
        """The service of that name or ARN, as DescribeServices shows it."""
        return self.services.describe_services(self.cluster, [service]).get(service, Absence.UNKNOWN)

    def readings(self) -> Sequence[ServiceReading]:
        """All services of the cluster; of those that ECS did not answer for, `unknown` says so."""
        arns = self.services.list_services(self.cluster)
        answers = self.services.describe_services(self.cluster, arns).values()
        found = [one for one in answers if not isinstance(one, Absence)]
        if silent := sum(one is Absence.UNKNOWN for one in answers):
            self.unknown["ecs:DescribeServices"] = f"{silent} of {len(arns)} services: ECS did not answer"
        return found

    def task(self, task: str) -> TaskState | Absence:
        return self.tasks.describe(self.cluster, [task]).get(task, Absence.UNKNOWN)

    def stopped(self, service: str | None, known: Mapping[str, TaskState]) -> Mapping[str, TaskState]:
        """The stopped tasks that ECS remembers, those known before included."""

        def ask() -> Mapping[str, TaskState]:
            arns = self._stopped_arns(service)
            over = {arn for arn, one in known.items() if one.closed}
            return self._described([arn for arn in arns if arn not in over])

        return {**known, **self.optional("the stopped tasks", "ecs:ListTasks, ecs:DescribeTasks", ask, {})}

    def running(self, reading: ServiceReading) -> Mapping[str, TaskState] | None:
        """The tasks of the service that are to run; None where these are too many, or unknown."""
        state = reading.state
        if state.running_count > _MOST_RUNNING:
            return None

        def ask() -> Mapping[str, TaskState] | None:
            arns = self.tasks.list_service(state.cluster_arn, state.service)
            found = self._described(arns)
            return found if len(found) == len(arns) else None

        return self.optional("the running tasks", "ecs:ListTasks, ecs:DescribeTasks", ask, None)

    def with_deployments(self, record: ServiceRecord, now: datetime) -> ServiceRecord:
        """The record with what came of its latest deployments, and with their images."""
        if not record.deployed_by_ecs:
            return record
        since = now - _LATELY
        none: Sequence[ServiceDeployment] = ()
        answered = self.optional(
            "service deployments",
            "ecs:ListServiceDeployments, ecs:DescribeServiceDeployments",
            lambda: self.services.service_deployments(record.cluster_arn, record.service_arn, since),
            none,
        )
        with_images = self.optional(
            "images of deployments",
            "ecs:DescribeServiceRevisions",
            lambda: self.services.with_images(answered),
            answered,
        )
        return with_service_deployments(record, with_images)

    def optional(self, what: str, rights: str, ask: Callable[[], T], otherwise: T) -> T:
        """What is answered, or else the other; a right that is refused once is not asked for again."""
        if rights in self.unknown:
            return otherwise
        try:
            return ask()
        except AccessDenied:
            self.unknown[rights] = f"{what}: AWS denied access (needs {rights})"
        except LedgerError as error:
            self.unknown.setdefault(f"{what}: {error}", f"{what}: {error}")
        return otherwise

    def _stopped_arns(self, service: str | None) -> Sequence[str]:
        if service is None:
            return self.tasks.list_tasks(self.cluster, Listing.STOPPED)
        asked = {"serviceName": service, "desiredStatus": Listing.STOPPED.value}
        return all_arns(self.client, "list_tasks", "taskArns", cluster=self.cluster, **asked)

    def _described(self, arns: Sequence[str]) -> Mapping[str, TaskState]:
        answers = self.tasks.describe(self.cluster, arns) if arns else {}
        return {arn: one for arn, one in answers.items() if isinstance(one, TaskState)}


def look_at_service(
    ecs: LiveEcs, reading: ServiceReading, now: datetime, before: Picture | None = None
) -> Picture:
    """The service with its tasks and its latest deployments, and what was known of it before."""
    name = reading.state.service
    known = before or Picture(at=now, cluster=reading.state.cluster_arn)
    picture = replace(known, at=now, tasks=ecs.stopped(name, known.tasks))
    return replace(_closer(ecs, picture, [reading], now), unknown=tuple(ecs.unknown.values()))


def look_at_cluster(ecs: LiveEcs, now: datetime) -> Picture:
    """All services and stopped tasks of the cluster, and more of the services that may not be well."""
    readings = ecs.readings()
    tasks = ecs.stopped(None, {})
    picture = Picture(at=now, cluster=ecs.cluster, tasks=tasks)
    closer = [one for one in readings if _may_be_unwell(one, picture, now)]
    looked = _closer(ecs, picture, closer[:_MOST_LOOKED_AT], now)
    rest = [one for one in readings if one.state.service not in looked.readings]
    if len(closer) > _MOST_LOOKED_AT:
        left = len(closer) - _MOST_LOOKED_AT
        ecs.unknown["closer"] = f"{left} more services may not be well: name one of them, or see --json"
    records = {one.state.service: read_again(None, one, now) for one in rest}
    return replace(
        looked,
        readings={**looked.readings, **{one.state.service: one for one in rest}},
        records={**looked.records, **records},
        unknown=tuple(ecs.unknown.values()),
    )


def _closer(ecs: LiveEcs, picture: Picture, readings: Iterable[ServiceReading], now: datetime) -> Picture:
    """The picture with all that ECS says of these services."""
    for reading in readings:
        name = reading.state.service
        running = ecs.running(reading)
        tasks = {**picture.tasks, **(running or {})}
        own = [one for one in tasks.values() if one.service == name]
        record = with_tasks(read_again(picture.records.get(name), reading, now), own)
        picture = replace(
            picture,
            tasks=tasks,
            readings={**picture.readings, name: reading},
            records={**picture.records, name: ecs.with_deployments(record, now)},
            running_known=picture.running_known if running is None else picture.running_known | {name},
        )
    return picture


def _may_be_unwell(reading: ServiceReading, picture: Picture, now: datetime) -> bool:
    """Whether it runs too little, is or was just deployed, or lost tasks."""
    state = reading.state
    lately = any(one.created_at > now - _LATELY for one in reading.deployments)
    rolls = any(one.rollout.rollout_state not in (None, "COMPLETED") for one in reading.deployments)
    short = state.status == "ACTIVE" and state.running_count < state.desired_count
    return short or rolls or lately or bool(picture.tasks_of(state.service))
