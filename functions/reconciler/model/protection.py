"""Scale-in protection: what is known of it, what GetTaskProtection answers, and calls that change it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self


class ProtectionEnd(StrEnum):
    """How a protection ended: it ran out (or its task was over before that), or somebody cleared it."""

    EXPIRED = "EXPIRED"
    CLEARED = "CLEARED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Scale-in protection that a task has or had, according to GetTaskProtection.

    `expires_at` is when it will run out or ran out; None for one without an end, or cleared. `since` is when
    it was first seen, without a break until now or until it ran out. `checked_at` is when ECS answered so.
    """

    expires_at: datetime | None
    checked_at: datetime
    since: datetime | None = None
    ended: ProtectionEnd | None = None

    @property
    def enabled(self) -> bool:
        return self.ended is None

    @property
    def settled(self) -> bool:
        """Whether its task was over first: ECS can say that it ran out no earlier than it does."""
        if self.ended is not ProtectionEnd.EXPIRED or self.expires_at is None:
            return False
        return self.checked_at < self.expires_at

    @property
    def was_on(self) -> bool:
        """Whether it was on when ECS was last asked."""
        return self.enabled or self.settled

    def settle(self) -> Self:
        """The same for a task that is over: nothing else is changed, so that its return can undo it."""
        return replace(self, ended=ProtectionEnd.EXPIRED)

    def unsettle(self) -> Self:
        """The same as it was before its task was taken to be over."""
        return replace(self, ended=None) if self.settled else self


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
