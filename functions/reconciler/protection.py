"""Scale-in protection as it changes between two answers of GetTaskProtection; pure.

known        answered                      change
off          off                           NONE
off          on until Y                    PROTECTED
on until X   on until X                    NONE
on until X   on until Y                    RENEWED     longer or shorter; unbroken either way
on until X   off before X                  CLEARED     somebody turned it off
on until X   off at X or later             EXPIRED     it ran out: no event says so
on until X   on until Y, asked after X     RENEWED     it may have lapsed: ECS does not say
settled      on until Y                    RENEWED     its task lives after all: it was on all the time
settled      off                           as if it had been on
any          no answer                     NONE        nothing may be concluded

A protection is settled when its task is over. Its end stays known, and so does that ECS never reported it.
"""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from .model.protection import Protection, ProtectionAnswer, ProtectionEnd
from .model.task import Absence


class ProtectionChange(StrEnum):
    """What happened to a task's protection since ECS was last asked."""

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
    if known is None or not known.was_on:
        return ProtectionChange.PROTECTED if answer.enabled else ProtectionChange.NONE
    if answer.enabled:
        same = known.enabled and known.expires_at == answer.expires_at
        return ProtectionChange.NONE if same else ProtectionChange.RENEWED
    ran_out = known.expires_at is not None and known.expires_at <= now
    return ProtectionChange.EXPIRED if ran_out else ProtectionChange.CLEARED


def protection_after(known: Protection | None, answer: ProtectionAnswer, now: datetime) -> Protection:
    """What is known after the answer; call it for a change, or for one that is still on."""
    if answer.enabled:
        since = known.since if known and known.was_on else now
        return Protection(expires_at=answer.expires_at, checked_at=now, since=since)
    if known and classify_change(known, answer, now) is ProtectionChange.EXPIRED:
        return replace(known, checked_at=now, ended=ProtectionEnd.EXPIRED)
    return Protection(expires_at=None, checked_at=now, ended=ProtectionEnd.CLEARED)
