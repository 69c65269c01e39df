"""Deployments of a service: what events, DescribeServices and ListServiceDeployments say of one.

Each source has a part of its own, and no part is ever worked out from another: what came of a deployment is
read from all of them together (`services.outcomes`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .. import arns
from .hook import Hook
from .task import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an event said, by its name, when last: of all that report the same the greatest is kept.

    `replayed` when only an EventBridge replay brought it.
    """

    at: datetime
    reason: str = ""
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """When a deployment began: as DescribeServices says, or else by the earliest event of it."""

    at: datetime
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """How far a deployment is, by DescribeServices; `status` is PRIMARY, ACTIVE, DRAINING or INACTIVE."""

    status: str
    rollout_state: str | None = None
    reason: str = ""
    desired_count: int = 0
    running_count: int = 0
    pending_count: int = 0
    failed_tasks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What a container of a deployment runs, according to its service revision."""

    container: str
    image: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDeployment:
    """A deployment as ListServiceDeployments and DescribeServiceDeployments show it.

    `circuit_breaker` and `alarms` are the states of its monitors, as `TRIGGERED`. `images` are those of the
    revision that it deploys, `source_images` those of the one before; None where nobody asked. `hooks` are
    those of this answer: a ledger does not keep them, as it has them from events.
    """

    service_deployment_arn: str
    status: str
    created_at: datetime
    finished_at: datetime | None = None
    reason: str = ""
    revision_arn: str | None = None
    source_revision_arn: str | None = None
    rollback_at: datetime | None = None
    rollback_revision_arn: str | None = None
    circuit_breaker: str | None = None
    alarms: str | None = None
    hook_failed: bool = False
    hooks_at_timeout: Mapping[str, str] = field(default_factory=dict)
    hooks: tuple[Hook, ...] = field(default=(), compare=False)
    task_definition_arn: str | None = None
    images: tuple[Image, ...] | None = None
    source_images: tuple[Image, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedDeployment:
    """One of the deployments in an item of DescribeServices."""

    deployment_id: str
    created_at: datetime
    task_definition_arn: str | None
    rollout: Rollout


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """All that is known of one deployment, by its id, which its tasks bear as `startedBy`.

    `reports` holds, by its name, the latest of each event. `rollout` is None where only events spoke of it;
    `read_at` is when its content was first read. `service_deployment` is None where none could be joined for
    sure.
    """

    deployment_id: str
    began: Began
    task_definition_arn: str | None = None
    reports: Mapping[str, Report] = field(default_factory=dict)
    rollout: Rollout | None = None
    read_at: datetime | None = None
    service_deployment: ServiceDeployment | None = None

    @property
    def name(self) -> str:
        """What people call it: the revision that it deploys; its id where that is not known."""
        return arns.revision(self.task_definition_arn) or self.deployment_id

    @property
    def service_deployment_arn(self) -> str | None:
        return self.service_deployment.service_deployment_arn if self.service_deployment else None

    @property
    def reported_at(self) -> datetime | None:
        """When an event last spoke of it; None when none did."""
        return max((report.at for report in self.reports.values()), default=None)

    @property
    def order(self) -> tuple[datetime, str]:
        """Its place among the deployments of its service: the greater, the newer."""
        return self.began.at, self.deployment_id

    @property
    def rolling(self) -> bool:
        """Whether DescribeServices showed it under way when it was read last."""
        return self.rollout is not None and self.rollout.rollout_state == "IN_PROGRESS"
