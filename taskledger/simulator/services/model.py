"""What the simulated ECS knows of a service: its revisions, its deployments, and the tasks of each.

A `Deployment` is what DescribeServices lists and tasks name in `startedBy`; a `ServiceDeployment` is what
ListServiceDeployments lists. A rollback is a deployment of its own in the service deployment that failed.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from ..engine.definitions import Definition
from ..engine.shapes import Fields
from ..engine.store import Cluster, Task
from .configuration import Configuration
from .lives import ServiceTask

REMEMBERED_MESSAGES = 100


class Rollout(StrEnum):
    """The rolloutState of a deployment."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a service's tasks are made of; it never changes, and a rollback makes no new one."""

    arn: str
    definition: Definition
    capacity: Fields  # launchType, or capacityProviderStrategy
    network: Fields
    platform_version: str
    created_at: float


@dataclass(slots=True, kw_only=True)
class Deployment:
    """One try to run a revision; `tasks` are those that have not STOPPED.

    `failed_tasks` counts those that failed one after another, and `retry_at` is when the next may start.
    `settled_at` is since when all that it wants is there and nothing else is, None while that is not so.
    """

    id: str
    revision: Revision
    created_at: float
    updated_at: float
    reason: str
    rollout: Rollout = Rollout.IN_PROGRESS
    failed_tasks: int = 0
    retry_at: float = 0
    settled_at: float | None = None
    tasks: list[ServiceTask] = field(default_factory=list)

    @property
    def live(self) -> list[ServiceTask]:
        """The tasks that ECS wants to run."""
        return [each for each in self.tasks if each.wanted]

    @property
    def running(self) -> int:
        return sum(each.status == "RUNNING" for each in self.live)

    @property
    def pending(self) -> int:
        return len(self.live) - self.running

    @property
    def healthy(self) -> int:
        return sum(each.healthy for each in self.live)

    @property
    def taken(self) -> int:
        """How many of its places are taken: a failing task keeps its own until it has STOPPED."""
        return sum(each.wanted or each.failed for each in self.tasks)


@dataclass(slots=True, kw_only=True)
class Hook:
    """A pause of a service deployment at a stage, until somebody acts or its time is over."""

    id: str
    stage: str
    expires_at: float
    timeout_action: str
    status: str = "AWAITING_ACTION"


@dataclass(slots=True, kw_only=True)
class ServiceDeployment:
    """The way of a service from its source revisions to a target, and back if that fails."""

    seq: int
    arn: str
    target: Deployment
    sources: tuple[Revision, ...]
    configuration: Configuration
    desired: int
    created_at: float
    updated_at: float
    finished_at: float = math.inf
    status: str = "IN_PROGRESS"
    reason: str | None = None
    stage: str = "PRE_SCALE_UP"
    hooks: list[Hook] = field(default_factory=list)
    rollback: Deployment | None = None
    breaker_triggered: bool = False
    triggered_alarms: tuple[str, ...] = ()

    @property
    def over(self) -> bool:
        return self.finished_at < math.inf

    @property
    def waiting(self) -> Hook | None:
        """The hook that awaits an action now."""
        return next((hook for hook in self.hooks if hook.status == "AWAITING_ACTION"), None)


@dataclass(slots=True, kw_only=True)
class Service:
    """A service, its deployments with the PRIMARY first, and its service deployments with the newest last.

    `completed` is the last deployment that completed: what a rollback goes back to. `blocked_by` is the
    deployment whose protected tasks keep it from its steady state.
    """

    seq: int
    arn: str
    cluster: Cluster
    created_at: float
    settings: Fields
    configuration: Configuration
    desired: int
    tags: list[Fields]
    status: str = "ACTIVE"
    deployments: list[Deployment] = field(default_factory=list)
    history: list[ServiceDeployment] = field(default_factory=list)
    completed: Deployment | None = None
    steady_at: float | None = None
    blocked_by: str | None = None
    inactive_at: float = math.inf
    messages: deque[Fields] = field(default_factory=lambda: deque(maxlen=REMEMBERED_MESSAGES))

    @property
    def name(self) -> str:
        return self.arn.rsplit("/", 1)[-1]

    @property
    def primary(self) -> Deployment:
        return self.deployments[0]

    @property
    def current(self) -> ServiceDeployment:
        return self.history[-1]

    @property
    def older(self) -> list[ServiceTask]:
        """The live tasks of the deployments that have to go, the oldest first."""
        return [each for deployment in reversed(self.deployments[1:]) for each in deployment.live]

    def deployment_of(self, task: Task) -> Deployment:
        return next(each for each in self.deployments if each.id == task.fields["startedBy"])
