"""Scale-in protection: what is known of it, what GetTaskProtection answers, and calls that change it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ProtectionEnd(StrEnum):
    """How a protection ended: it ran out (or was to, after its task was over), or somebody cleared it."""

    EXPIRED = "EXPIRED"
    CLEARED = "CLEARED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Scale-in protection that a task has or had, according to GetTaskProtection.

    `expires_at` is when it will run out or ran out; None for one without an end, or cleared. `since` is when
    it was first seen, without a break until now or until it ran out. `checked_at` is when ECS last answered
    something new.
    """

    expires_at: datetime | None
    checked_at: datetime
    since: datetime | None = None
    ended: ProtectionEnd | None = None

    @property
    def enabled(self) -> bool:
        return self.ended is None


@dataclass(frozen=True, slots=True)
class ProtectionAnswer:
    """The answer of GetTaskProtection for a task; `expires_at` is None when protection is off."""

    enabled: bool
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionCall:
    """A call of UpdateTaskProtection that somebody made: a reason to ask about these tasks."""

    cluster_arn: str
    task_arns: tuple[str, ...]
