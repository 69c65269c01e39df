"""Asks ECS for what explains a service, a task or a cluster: few calls, and none that has to be allowed.

What is required is the subject itself. Of all else ECS may refuse or fail to answer: that is kept in
`unknown`, and the rest is explained. Credentials that AWS does not accept any more end it all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from reconciler.adapters.ecs import EcsTasks
from reconciler.adapters.ecs_answers import all_arns
from reconciler.adapters.ecs_services import ApiServices
from reconciler.errors import AccessDenied, LedgerError
from reconciler.model.task import Absence, TaskState
from reconciler.ports.ecs import Listing

from ...deployed.advice import advice, is_of_credentials
from .records import with_service_deployments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_ecs import ECSClient

    from reconciler.model.deployment import ServiceDeployment
    from reconciler.model.service import ServiceReading, ServiceRecord

T = TypeVar("T")

LATELY: Final = timedelta(hours=3)  # for which deployments are explained
_MOST_RUNNING: Final = 100  # tasks of a service whose ages are asked for
_MOST_OF_SHORT: Final = 1_000  # of one that runs too few: nothing else says for how long


@dataclass(slots=True)
class LiveEcs:
    """Asks about one cluster, by name or ARN.

    `refused` and `unanswered` are what it did not say and why, by the rights that needs: neither is asked for
    again, what is unanswered not within the same look.
    """

    client: ECSClient
    cluster: str
    now: Callable[[], datetime]
    refused: dict[str, str] = field(default_factory=dict)
    unanswered: dict[str, str] = field(default_factory=dict)
    tasks: EcsTasks = field(init=False)
    services: ApiServices = field(init=False)

    def __post_init__(self) -> None:
        self.tasks, self.services = EcsTasks(self.client), ApiServices(self.client)

    @property
    def unknown(self) -> tuple[str, ...]:
        return (*self.refused.values(), *self.unanswered.values())

    def reading(self, service: str) -> ServiceReading | Absence:
        """The service of that name or ARN, as DescribeServices shows it."""
        return self.services.describe_services(self.cluster, [service]).get(service, Absence.UNKNOWN)

    def readings(self) -> Sequence[ServiceReading]:
        """All services of the cluster; of those that ECS did not answer for, `unknown` says so."""
        arns = self.services.list_services(self.cluster)
        answers = self.services.describe_services(self.cluster, arns).values()
        found = [one for one in answers if not isinstance(one, Absence)]
        if silent := sum(one is Absence.UNKNOWN for one in answers):
            self.unanswered["ecs:DescribeServices"] = f"{silent} of {len(arns)} services: ECS did not answer"
        return found

    def task(self, task: str) -> TaskState | Absence:
        return self.tasks.describe(self.cluster, [task]).get(task, Absence.UNKNOWN)

    def stopped(self, service: str | None, known: Mapping[str, TaskState]) -> Mapping[str, TaskState]:
        """The stopped tasks that ECS remembers, those known before included."""

        def ask() -> Mapping[str, TaskState]:
            arns = self._stopped_arns(service)
            over = {arn for arn, one in known.items() if one.closed}
            return self._described([arn for arn in arns if arn not in over])

        return {**known, **self.optional("the tasks", "ecs:ListTasks, ecs:DescribeTasks", ask, {})}

    def running(self, reading: ServiceReading) -> Mapping[str, TaskState] | None:
        """The tasks of the service that are to run; None where these are too many, or unknown."""
        state = reading.state
        short = state.running_count < state.desired_count
        if state.running_count > (_MOST_OF_SHORT if short else _MOST_RUNNING):
            return None

        def ask() -> Mapping[str, TaskState] | None:
            arns = self.tasks.list_service(state.cluster_arn, state.service)
            found = self._described(arns)
            return found if len(found) == len(arns) else None

        return self.optional("the tasks", "ecs:ListTasks, ecs:DescribeTasks", ask, None)

    def with_deployments(self, record: ServiceRecord, now: datetime) -> ServiceRecord:
        """The record with what came of its latest deployments, and with their images."""
        if not record.deployed_by_ecs:
            return record
        since = now - LATELY
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
        """What is answered, or else the other."""
        if rights in self.refused or rights in self.unanswered:
            return otherwise
        try:
            return ask()
        except AccessDenied:
            self.refused[rights] = f"{what}: AWS denied access (needs {rights})"
        except LedgerError as error:
            if is_of_credentials(error):
                raise
            self.unanswered[rights] = f"{what}: {advice(error)}"
        return otherwise

    def _stopped_arns(self, service: str | None) -> Sequence[str]:
        if service is None:
            return self.tasks.list_tasks(self.cluster, Listing.STOPPED)
        asked = {"serviceName": service, "desiredStatus": Listing.STOPPED.value}
        return all_arns(self.client, "list_tasks", "taskArns", cluster=self.cluster, **asked)

    def _described(self, arns: Sequence[str]) -> Mapping[str, TaskState]:
        answers = self.tasks.describe(self.cluster, arns) if arns else {}
        if silent := sum(one is Absence.UNKNOWN for one in answers.values()):
            self.unanswered["ecs:DescribeTasks"] = f"{silent} of {len(arns)} tasks: ECS did not answer"
        return {arn: one for arn, one in answers.items() if isinstance(one, TaskState)}
