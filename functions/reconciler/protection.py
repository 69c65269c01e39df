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

from datetime import datetime
from enum import StrEnum

from .model.protection import Protection, ProtectionAnswer
from .model.task import Absence


class ProtectionChange(StrEnum):
    """What happened to a task's protection since it was last asked for."""

    NONE = "NONE"
    PROTECTED = "PROTECTED"
    RENEWED = "RENEWED"
    CLEARED = "CLEARED"
    EXPIRED = "EXPIRED"


def classify_change(
    known: Protection | None, answer: ProtectionAnswer | Absence, now: datetime
) -> ProtectionChange:
    if isinstance(answer, Absence):
        return ProtectionChange.NONE
    held = known is not None and known.enabled
    if answer.enabled:
        if not held:
            return ProtectionChange.PROTECTED
        return (
            ProtectionChange.NONE
            if known and known.expires_at == answer.expires_at
            else ProtectionChange.RENEWED
        )
    if not held:
        return ProtectionChange.NONE
    return (
        ProtectionChange.EXPIRED
        if known and known.expires_at and known.expires_at <= now
        else ProtectionChange.CLEARED
    )


def protection_after(known: Protection | None, answer: ProtectionAnswer, now: datetime) -> Protection:
    """What is known after the answer; call it for a change only."""
    change = classify_change(known, answer, now)
    held = known if known and known.enabled else None
    if answer.enabled:
        since = held.since if held else now
        return Protection(enabled=True, expires_at=answer.expires_at, checked_at=now, since=since)
    if held and change is ProtectionChange.EXPIRED:
        return Protection(enabled=False, expires_at=held.expires_at, checked_at=now, since=held.since)
    return Protection(enabled=False, expires_at=None, checked_at=now)
