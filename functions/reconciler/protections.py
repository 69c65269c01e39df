"""Scale-in protection as it changes between two answers of GetTaskProtection; pure.

known        answered                      change
off          off                           NONE
off          on until Y                    PROTECTED
on until X   on until X                    NONE
on until X   on until Y                    RENEWED     longer or shorter; unbroken either way
on until X   off before X                  CLEARED     somebody turned it off
on until X   off at X or later             EXPIRED     it ran out: no event says so
on until X   on until Y, asked after X     RENEWED     it may have lapsed; ECS does not tell
any          no answer                     NONE        nothing may be concluded
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .model import Absence, Protection


class Change(StrEnum):
    """What happened to a task's protection since it was last asked for."""

    NONE = "NONE"
    PROTECTED = "PROTECTED"
    RENEWED = "RENEWED"
    CLEARED = "CLEARED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class Answer:
    """What GetTaskProtection says of a task; `expires_at` is None when it is off."""

    enabled: bool
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionCall:
    """A call of UpdateTaskProtection that somebody made: a reason to ask about these tasks."""

    cluster_arn: str
    task_arns: tuple[str, ...]


def changed(known: Protection | None, answer: Answer | Absence, now: datetime) -> Change:
    if isinstance(answer, Absence):
        return Change.NONE
    held = known is not None and known.enabled
    if answer.enabled:
        if not held:
            return Change.PROTECTED
        return Change.NONE if known and known.expires_at == answer.expires_at else Change.RENEWED
    if not held:
        return Change.NONE
    return Change.EXPIRED if known and known.expires_at and known.expires_at <= now else Change.CLEARED


def protection(known: Protection | None, answer: Answer, now: datetime) -> Protection:
    """What is known after the answer; call it for a change only."""
    change = changed(known, answer, now)
    held = known if known and known.enabled else None
    if answer.enabled:
        since = held.since if held else now
        return Protection(enabled=True, expires_at=answer.expires_at, checked_at=now, since=since)
    if held and change is Change.EXPIRED:
        return Protection(enabled=False, expires_at=held.expires_at, checked_at=now, since=held.since)
    return Protection(enabled=False, expires_at=None, checked_at=now)
