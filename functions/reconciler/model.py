"""The frozen values that everything else speaks in, named as ECS names them.

Facts only: what ECS said, who told us and when. Judgements (verdicts, findings) are made from these
values elsewhere and are never stored in them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .open_enum import OpenEnum

CLOSED_STATUSES = frozenset({"STOPPED", "DELETED"})


class Source(StrEnum):
    """Who told us of a state."""

    EVENT = "event"
    DESCRIBE = "describe"


class ClosedAs(StrEnum):
    """How the ledger knows that a task is over."""

    STOPPED = "STOPPED"
    UNOBSERVED = "UNOBSERVED"


class Absence(StrEnum):
    """What DescribeTasks gave in place of a task's state.

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
    neither health nor tags: in a state from an event `health_status`, `tags` and the containers'
    `health_status` are None, which means "not told", never "none".
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
    created_at: datetime | None = None
    started_at: datetime | None = None
    stopping_at: datetime | None = None
    stopped_at: datetime | None = None
    stop_code: str | None = None
    stopped_reason: str | None = None
    containers: tuple[Container, ...] = ()
    tags: Mapping[str, str] | None = None

    @property
    def task_id(self) -> str:
        return self.task_arn.rsplit("/", 1)[1]

    @property
    def cluster(self) -> str:
        return self.cluster_arn.split("/", 1)[1]

    @property
    def service(self) -> str | None:
        """The service's name; None for a standalone task (RunTask, Batch, Step Functions)."""
        kind, _, name = (self.group or "").partition(":")
        return name if kind == "service" and name else None

    @property
    def closed(self) -> bool:
        return self.last_status in CLOSED_STATUSES

    @property
    def changed_at(self) -> datetime | None:
        """The latest of the state's own times: the nearest that DescribeTasks tells to when it came about."""
        times = (self.created_at, self.started_at, self.stopping_at, self.stopped_at)
        return max((time for time in times if time), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One telling of a task's state.

    `observed_at` is the event's own time, or for a description the time of the call. `described_at` is None
    unless DescribeTasks answered with this same version: then health and tags are in the state.
    `replay_name` names the EventBridge replay that delivered the event again.
    """

    state: TaskState
    source: Source
    observed_at: datetime
    described_at: datetime | None = None
    event_id: str | None = None
    replay_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Scale-in protection, as far as GetTaskProtection's answers tell.

    While enabled, `expires_at` is when it will run out. When it is off, `expires_at` is when it ran out, and
    None if somebody cleared it before. `since` is when it was first seen, without a break until now or until
    it ran out. `checked_at` is when ECS last told something new.
    """

    enabled: bool
    expires_at: datetime | None
    checked_at: datetime
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """The ledger's current knowledge of one task: the highest version seen, and who told it first.

    `missing_since` is when a sweep found it open here and unknown to ECS; None once it was seen again.
    `replayed` when an EventBridge replay told the state: what is old news wakes nobody.
    """

    state: TaskState
    source: Source
    observed_at: datetime
    described_at: datetime | None = None
    closed_as: ClosedAs | None = None
    closed_at: datetime | None = None
    protection: Protection | None = None
    missing_since: datetime | None = None
    replayed: bool = False

    @property
    def open(self) -> bool:
        return self.closed_as is None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One version of a task as one source told it; the same telling always makes the same row."""

    task_arn: str
    version: int
    source: Source
    last_status: str
    desired_status: str | None
    at: datetime


class Kind(OpenEnum):
    """What is wrong with a task; the public names of findings."""

    TASK_FAILED_TO_START = "TASK_FAILED_TO_START"
    ESSENTIAL_CONTAINER_FAILED = "ESSENTIAL_CONTAINER_FAILED"
    HEALTH_CHECK_FAILED = "HEALTH_CHECK_FAILED"
    CAPACITY_INTERRUPTED = "CAPACITY_INTERRUPTED"
    UNKNOWN_STOP = "UNKNOWN_STOP"
    PROTECTION_EXPIRING = "PROTECTION_EXPIRING"
    PROTECTION_EXPIRED = "PROTECTION_EXPIRED"
    PROTECTION_TOO_LONG = "PROTECTION_TOO_LONG"
    STOPPED_WHILE_PROTECTED = "STOPPED_WHILE_PROTECTED"
    STOPPED_AFTER_EXPIRY = "STOPPED_AFTER_EXPIRY"
    STUCK = "STUCK"


class Cause(OpenEnum):
    """Why it is wrong; one cause can serve several kinds. That of STUCK is the state the task is in."""

    IMAGE_PULL = "IMAGE_PULL"
    RESOURCE_INIT = "RESOURCE_INIT"
    CONTAINER_START = "CONTAINER_START"
    NETWORK = "NETWORK"
    VOLUME = "VOLUME"
    CAPACITY = "CAPACITY"
    PLACEMENT = "PLACEMENT"
    AGENT = "AGENT"
    TIMEOUT = "TIMEOUT"
    INTERNAL = "INTERNAL"
    OTHER = "OTHER"
    OUT_OF_MEMORY = "OUT_OF_MEMORY"
    EXIT_CODE = "EXIT_CODE"
    SIGNAL = "SIGNAL"
    UNEXPECTED_EXIT = "UNEXPECTED_EXIT"
    LOAD_BALANCER = "LOAD_BALANCER"
    CONTAINER = "CONTAINER"
    SPOT = "SPOT"
    HOST_TERMINATED = "HOST_TERMINATED"
    MAINTENANCE = "MAINTENANCE"
    INFRASTRUCTURE_HEALTH = "INFRASTRUCTURE_HEALTH"
    UNKNOWN_CODE = "UNKNOWN_CODE"
    NO_CODE = "NO_CODE"
    UNOBSERVED = "UNOBSERVED"
    PROVISIONING = "PROVISIONING"
    PENDING = "PENDING"
    ACTIVATING = "ACTIVATING"
    DEACTIVATING = "DEACTIVATING"
    STOPPING = "STOPPING"
    DEPROVISIONING = "DEPROVISIONING"


class Severity(OpenEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """The higher, the worse; one that is not known is above all, so that nothing hides it."""
        known = list(Severity)
        return known.index(self) if self in known else len(known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with one task, in words for whoever is woken by it.

    `cause` is None where the kind says it all. `containers` are those concerned, `exit_codes` theirs.
    `occasion` tells apart what can befall a task more than once, such as its protection's running out.
    """

    task_arn: str
    cluster_arn: str
    group: str | None
    task_definition_arn: str | None
    kind: Kind
    cause: Cause | None
    severity: Severity
    summary: str
    remedy: str
    containers: tuple[str, ...]
    exit_codes: Mapping[str, int]
    version: int
    observed_at: datetime
    occasion: str | None = None

    @property
    def owner(self) -> str:
        """Whose task it is: `service:NAME`, and for a standalone task `family:NAME`, whatever its group."""
        if self.group and self.group.startswith("service:"):
            return self.group
        family = (self.task_definition_arn or "").rpartition("/")[2].partition(":")[0]
        return f"family:{family}" if family else self.group or "family:"

    @property
    def finding_id(self) -> str:
        """The same for the same fault of a task on the same occasion, however often it is looked at."""
        of_kind = f"{self.task_arn.rsplit('/', 1)[1]}.{self.kind}"
        return f"{of_kind}.{self.occasion}" if self.occasion else of_kind
