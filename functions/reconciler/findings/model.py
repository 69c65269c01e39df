"""A finding: what is wrong with one task or service, why, and how severe it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

from .. import arns
from ..model.entry import LedgerEntry


class OpenEnum(StrEnum):
    """Words to which later versions add: one that is not listed is read as a member of its own."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """A member that only bears its text: it is in no list and no table."""
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return unknown


class Kind(OpenEnum):
    """What is wrong with a task or a service, by its public name."""

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
    DEPLOYMENT_FAILED = "DEPLOYMENT_FAILED"
    SERVICE_IMPAIRED = "SERVICE_IMPAIRED"
    SCALE_IN_BLOCKED = "SCALE_IN_BLOCKED"
    HOOK_WAITING = "HOOK_WAITING"


class Cause(str):
    """Why it is wrong, by its public name; one cause can serve several kinds.

    Those of stops have a record in `causes`; that of STUCK is the state the task is in. A name that a later
    version stored is a cause like any other.
    """

    __slots__ = ()


class Severity(OpenEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """The higher, the worse; one that is not known is above all, so that nothing hides it."""
        known = list(Severity)
        return known.index(self) if self in known else len(known)

    @property
    def is_high(self) -> bool:
        """Whether it is high, or one that is not known and so is above that."""
        return self.rank >= Severity.HIGH.rank


def worst(*severities: Severity) -> Severity:
    return max(severities, key=lambda one: one.rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with one task or service, in words for the person who is notified.

    Of a task there are `task_arn` and `version`, of a service `service_arn`, and the deployment if it is of
    one. `cause` is None where the kind says it all. `containers` are those concerned, `exit_codes` theirs.
    `occasion` distinguishes what can happen to one more than once, such as a protection running out. `about`
    distinguishes incidents of its kind in place of the cause, such as by a deployment's id.
    `occurred_at` is the fault's own time, `observed_at` that of the state it was found in.
    """

    task_arn: str | None = None
    service_arn: str | None = None
    deployment_id: str | None = None
    service_deployment_arn: str | None = None
    cluster_arn: str
    group: str | None
    task_definition_arn: str | None
    kind: Kind
    cause: Cause | None
    severity: Severity
    summary: str
    remedy: str
    containers: tuple[str, ...] = ()
    exit_codes: Mapping[str, int] = field(default_factory=dict)
    version: int | None = None
    observed_at: datetime
    occurred_at: datetime
    occasion: str | None = None
    about: str | None = None

    @property
    def subject_arn(self) -> str:
        """The ARN of what it is of: the task, or the service."""
        return self.task_arn or self.service_arn or ""

    @property
    def owner(self) -> str:
        return owner(self.group, self.task_definition_arn)

    @property
    def finding_id(self) -> str:
        """The same for the same fault of the same thing on the same occasion, however often it is judged."""
        return ".".join(filter(None, (self._subject, self.kind, self.occasion)))

    @property
    def _subject(self) -> str:
        if self.task_arn:
            return arns.task_id(self.task_arn) or self.task_arn
        return f"{arns.cluster_name(self.cluster_arn)}/{arns.service_name(self.subject_arn)}"


def owner(group: str | None, task_definition_arn: str | None) -> str:
    """Whose task it is: `service:NAME`, and for a standalone task `family:NAME`, whatever its group."""
    family = arns.family(task_definition_arn)
    if arns.service_of(group) or not family:
        return group or "family:"
    return f"family:{family}"


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding without its task; `at` is None for a stop, which occurred when the task says."""

    kind: Kind
    severity: Severity
    summary: str
    remedy: str
    cause: Cause | None = None
    containers: tuple[str, ...] = ()
    exit_codes: Mapping[str, int] = field(default_factory=dict)
    occasion: str | None = None
    at: datetime | None = None

    def of(self, entry: LedgerEntry) -> Finding:
        state = entry.state
        return Finding(
            task_arn=state.task_arn,
            cluster_arn=state.cluster_arn,
            group=state.group,
            task_definition_arn=state.task_definition_arn,
            kind=self.kind,
            cause=self.cause,
            severity=self.severity,
            summary=self.summary,
            remedy=self.remedy,
            containers=self.containers,
            exit_codes=self.exit_codes,
            version=state.version,
            observed_at=entry.observed_at,
            occurred_at=self.at or _stop_time(entry),
            occasion=self.occasion,
        )


def _stop_time(entry: LedgerEntry) -> datetime:
    """When the task stopped; as long as it has not, when it was asked to."""
    closed_at = entry.closed.at if entry.closed else None
    return entry.state.stopped_at or closed_at or entry.stop_asked_at
