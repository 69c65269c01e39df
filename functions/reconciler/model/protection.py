"""Scale-in protection: what is known of it, what GetTaskProtection answers, and calls that change it."""

from dataclasses import dataclass
from datetime import datetime


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


@dataclass(frozen=True, slots=True)
class ProtectionAnswer:
    """What GetTaskProtection says of a task; `expires_at` is None when it is off."""

    enabled: bool
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionCall:
    """A call of UpdateTaskProtection that somebody made: a reason to ask about these tasks."""

    cluster_arn: str
    task_arns: tuple[str, ...]
