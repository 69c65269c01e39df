"""Services as DescribeServices shows them, and what is known of one: a record of facts, each with its source.

Nothing of a service has a version. Every part of a record keeps the greatest of what was reported for its
natural key, so that late, doubled and swapped reports end in the same record.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .. import arns
from .deployment import Deployment, DescribedDeployment, Report
from .hook import Hook
from .task import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One of the sentences that a service says of itself (`events` of DescribeServices)."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """A service as DescribeServices answered it; its deployments are answered beside it.

    `service_deployment_arn` is the `currentServiceDeployment`. `minimum_healthy_percent` is None where ECS
    names none. `messages` are the latest that say what is wrong, newest first.
    """

    service_arn: str
    cluster_arn: str
    service: str
    status: str
    desired_count: int
    running_count: int
    pending_count: int
    scheduling_strategy: str | None = None
    deployment_controller: str = "ECS"
    launch_type: str | None = None
    task_definition_arn: str | None = None
    service_deployment_arn: str | None = None
    minimum_healthy_percent: int | None = None
    created_at: datetime | None = None
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceReading:
    """An item of DescribeServices: the service, its deployments as they are now, its first target group."""

    state: ServiceState
    deployments: tuple[DescribedDeployment, ...] = ()
    target_group_arn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRecord:
    """All that the ledger knows of one service; `deployments` newest first, at least the ten newest.

    `state` is None as long as only events spoke of the service; `read_at` is when its content was first read.
    `below_desired_since` is since when each reading showed fewer tasks than there should be. `actions` holds,
    by its name, the latest service action that reports a fault. `missing_since` is when a sweep found it
    unknown to ECS, `gone_at` when a later one did, too. `revision` counts what was written.
    """

    service_arn: str
    cluster_arn: str
    state: ServiceState | None = None
    read_at: datetime | None = None
    below_desired_since: datetime | None = None
    actions: Mapping[str, Report] = field(default_factory=dict)
    hooks: tuple[Hook, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    missing_since: datetime | None = None
    gone_at: datetime | None = None
    revision: int = 0

    @property
    def service(self) -> str:
        return arns.service_name(self.service_arn) or self.service_arn

    @property
    def deployed_by_ecs(self) -> bool:
        """Whether its deployments are ECS's own, and not those of CodeDeploy or of an external controller."""
        return self.state is None or self.state.deployment_controller == "ECS"

    @property
    def closed_at(self) -> datetime | None:
        """When it was first known to be deleted; None while it is not."""
        deleted = self.state is not None and self.state.status == "INACTIVE"
        return self.gone_at or (self.read_at if deleted else None)

    @property
    def last_read_at(self) -> datetime | None:
        """When anything that DescribeServices says of it was last read for the first time."""
        reads = (self.read_at, *(one.read_at for one in self.deployments))
        return max((read for read in reads if read), default=None)

    @property
    def reported_at(self) -> datetime | None:
        """When an event last spoke of it; None when none did."""
        times = [*(one.at for one in self.hooks), *(one.at for one in self.actions.values())]
        times += [one.reported_at for one in self.deployments if one.reported_at]
        return max(times, default=None)

    @property
    def source(self) -> Source:
        """What brought the newest of what is known."""
        reported, read = self.reported_at, self.last_read_at
        return Source.DESCRIBE if read and (reported is None or read >= reported) else Source.EVENT

    @property
    def observed_at(self) -> datetime | None:
        """When what is known was first known as it is, by that source."""
        return self.last_read_at if self.source is Source.DESCRIBE else self.reported_at

    def deployment(self, deployment_id: str) -> Deployment | None:
        return next((one for one in self.deployments if one.deployment_id == deployment_id), None)
