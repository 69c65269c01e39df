"""Tasks as ECS reports them: frozen values, in its own words.

Facts only: what ECS reported, through which source and when. Judgements (verdicts, findings) are made from
these values elsewhere and are never stored in them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .. import arns

CLOSED_STATUSES = frozenset({"STOPPED", "DELETED"})


class Source(StrEnum):
    """Where a state was observed; RESET, of history rows only, is what an entry was taken back to."""

    EVENT = "event"
    DESCRIBE = "describe"
    RESET = "reset"


class ClosedAs(StrEnum):
    """How the ledger knows that a task is over."""

    STOPPED = "STOPPED"
    UNOBSERVED = "UNOBSERVED"


class Absence(StrEnum):
    """What DescribeTasks answered in place of a task's state.

    MISSING is ECS's own word for a task that it does not know (any more). UNKNOWN is no answer at all:
    the call failed, or left the task out; nothing may be concluded from it.
    """

    MISSING = "MISSING"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container of a task; `exit_code` is None when it never ran or has not ended."""

    name: str
    last_status: str | None = None
    exit_code: int | None = None
    reason: str | None = None
    health_status: str | None = None
    image: str | None = None
    image_digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState:
    """A task as ECS described it at one version.

    `version` 0 stands for a description without a version, as DescribeTasks gave before 2016. Events carry
    neither health, tags nor platform family: in a state from an event `health_status`, `tags`,
    `platform_family` and the containers' `health_status` are None, which means "not known", never "none".

    Its own size is in ECS's units: `cpu` in 1/1024 vCPU, `memory` in MiB, `ephemeral_storage` in GiB. A task
    on EC2 may have none, as only its containers have one. `cpu_architecture` is `x86_64` or `arm64`.
    """

    task_arn: str
    cluster_arn: str
    version: int
    last_status: str
    desired_status: str | None = None
    task_definition_arn: str | None = None
    group: str | None = None
    started_by: str | None = None
    launch_type: str | None = None
    capacity_provider_name: str | None = None
    availability_zone: str | None = None
    health_status: str | None = None
    cpu: int | None = None
    memory: int | None = None
    ephemeral_storage: int | None = None
    cpu_architecture: str | None = None
    platform_family: str | None = None
    platform_version: str | None = None
    created_at: datetime | None = None
    connectivity_at: datetime | None = None
    pull_started_at: datetime | None = None
    pull_stopped_at: datetime | None = None
    started_at: datetime | None = None
    stopping_at: datetime | None = None
    execution_stopped_at: datetime | None = None
    stopped_at: datetime | None = None
    stop_code: str | None = None
    stopped_reason: str | None = None
    containers: tuple[Container, ...] = ()
    tags: Mapping[str, str] | None = None

    @property
    def task_id(self) -> str:
        return arns.task_id(self.task_arn) or self.task_arn

    @property
    def cluster(self) -> str:
        return arns.cluster_name(self.cluster_arn) or self.cluster_arn

    @property
    def service(self) -> str | None:
        """The service's name; None for a standalone task (RunTask, Batch, Step Functions)."""
        return arns.service_of(self.group)

    @property
    def closed(self) -> bool:
        return self.last_status in CLOSED_STATUSES

    @property
    def changed_at(self) -> datetime | None:
        """The latest of the state's own times: DescribeTasks gives no nearer one for when it came about."""
        times = (self.created_at, self.started_at, self.stopping_at, self.stopped_at)
        return max((time for time in times if time), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A task's state as one source reported it.

    `observed_at` is the event's own time, or for a description the time of the call. `described_at` is None
    unless DescribeTasks answered with this same version: then health and tags are in the state.
    `replay_name` names the EventBridge replay that delivered the event again, or on the occasion of which the
    task was described.
    """

    state: TaskState
    source: Source
    observed_at: datetime
    described_at: datetime | None = None
    event_id: str | None = None
    replay_name: str | None = None
