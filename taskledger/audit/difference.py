"""A difference between the ledger and ECS, and its likely cause."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Value = str | int | datetime | Mapping[str, str] | None


class DifferenceKind(StrEnum):
    """Why the ledger and ECS differ, as far as it can be known from the two."""

    UNRECORDED = "UNRECORDED"
    MISSED = "MISSED"
    VANISHED = "VANISHED"
    REAPPEARED = "REAPPEARED"
    CONTRADICTION = "CONTRADICTION"
    IN_FLIGHT = "IN_FLIGHT"
    AHEAD = "AHEAD"
    SETTLING = "SETTLING"
    PASSING = "PASSING"
    NOT_IN_EVENTS = "NOT_IN_EVENTS"
    UNSWEPT = "UNSWEPT"

    @property
    def explained(self) -> bool:
        """Whether a correct ledger can differ from ECS in this way."""
        return self in _EXPLAINED

    @property
    def cause(self) -> str:
        return {**_UNEXPLAINED, **_EXPLAINED}[self]


_UNEXPLAINED = {
    DifferenceKind.UNRECORDED: "no event of it arrived, and no sweep has found it yet",
    DifferenceKind.MISSED: "an event was lost, and no sweep has repaired it yet",
    DifferenceKind.VANISHED: "its end was not reported and ECS forgot it; two sweeps close it as UNOBSERVED",
    DifferenceKind.REAPPEARED: "it was closed as UNOBSERVED too early; the next sweep opens it again",
    DifferenceKind.CONTRADICTION: "one version with two states: the entry was changed by hand, or a bug",
}
_EXPLAINED = {
    DifferenceKind.IN_FLIGHT: "ECS changed it within the last minute: the event may be on its way",
    DifferenceKind.AHEAD: "the API is behind the events: its eventual consistency",
    DifferenceKind.SETTLING: "ECS reported it a few minutes ago: its API may not show it yet",
    DifferenceKind.PASSING: "a passing status, which has no version and makes no event",
    DifferenceKind.NOT_IN_EVENTS: "events do not carry it: the next sweep fills it in",
    DifferenceKind.UNSWEPT: "it is newer than the last sweep: the next one will see it",
}
# What the ledger has not heard of yet, and may any moment.
BEHIND = (DifferenceKind.MISSED, DifferenceKind.UNRECORDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field of one task or service, as ECS names it, with its values in the ledger and in ECS.

    A container's field is named `containers[app].exitCode`, a deployment's `deployments[ID].rolloutState`.
    The fields `task` and `service` stand for the whole: its status where it is known, None where it is not.
    """

    task_arn: str | None = None
    service_arn: str | None = None
    field: str
    ledger: Value
    ecs: Value
    kind: DifferenceKind

    @property
    def subject_arn(self) -> str:
        """The ARN of what differs: the task, or the service."""
        return self.task_arn or self.service_arn or ""
