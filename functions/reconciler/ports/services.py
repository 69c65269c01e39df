"""Services: what ECS is asked of them, and the store of what is known of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from ..errors import InvalidInput
from ..model.deployment import Deployment, ServiceDeployment
from ..model.service import ServiceReading, ServiceRecord
from ..model.task import Absence

NEWEST: Final = 10  # deployments that a record has, without being asked for them


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceChange:
    """A service's record as it is since `at`, and as it was before; None where it is the first of it.

    Either has the newest deployments.
    """

    record: ServiceRecord
    previous: ServiceRecord | None
    at: datetime


class EcsServices(Protocol):
    """The services that ECS knows now.

    The answers of the last two are optional: `AccessDenied` where this deployment may not ask.
    """

    def list_services(self, cluster_arn: str) -> Sequence[str]:
        """The ARNs of the cluster's services: all of them, or an error.

        Raises `ClusterNotFound` for a cluster that ECS does not know.
        """

    def describe_services(
        self, cluster_arn: str, services: Sequence[str]
    ) -> Mapping[str, ServiceReading | Absence]:
        """Each service asked for by its ARN, MISSING where ECS knows none, UNKNOWN where it did not say.

        Any number of services of one cluster.
        """

    def service_deployments(
        self, cluster_arn: str, service_arn: str, since: datetime
    ) -> Sequence[ServiceDeployment]:
        """The service's deployments since then, each as ECS describes it; empty for an unknown service."""

    def with_images(self, deployments: Sequence[ServiceDeployment]) -> Sequence[ServiceDeployment]:
        """The same with the task definition and the images of their revisions, where ECS knows these."""


class ServiceLedger(Protocol):
    """What is known of services and of their deployments, also of those that are over."""

    def service(
        self, cluster_arn: str, service: str, deployment_ids: Collection[str] = ()
    ) -> ServiceRecord | None:
        """The record by the service's name; None where nothing is known of it.

        It has the ten newest deployments, and older ones only where their ids are given and they are known.
        Raises `InvalidInput` when it cannot be read.
        """

    def save(self, record: ServiceRecord, before: ServiceRecord | None, now: datetime) -> bool:
        """Stores the record and the deployments that changed, together or not at all.

        False when what is stored is not what was read as `before` (None: nothing is stored) any more. What is
        stored has the revision after that one, whatever the record says. What is over is kept for as long as
        tasks are.
        """

    def services(self, cluster_arn: str) -> Mapping[str, ServiceRecord | InvalidInput]:
        """The cluster's services by name, open or over; for one that cannot be read, what is wrong."""

    def deployments(self, service_arn: str, since: datetime) -> Sequence[Deployment | InvalidInput]:
        """The service's deployments that began since then, newest first."""

    def cluster_of(self, service_arn: str, deployment_id: str) -> str | None:
        """The cluster of a known deployment of the service, whose ARN may not name it; None if unknown."""
