"""What is wrong with protected tasks: protection near and past its end, and stops that cut work off.

A stop is judged by what ECS answered after the task was asked to stop. Who was done may have cleared the
protection since ECS was last asked: where nobody asked in time, the finding is of low severity, and says so.

    last answer                         asked to stop       STOPPED_...
    on, given after that                before the end      WHILE_PROTECTED, high
    on, given before that               before the end      WHILE_PROTECTED, low once the task is over
    on                                  after the end       AFTER_EXPIRY, low once the task is over
    ran out, noticed at once            after the end       AFTER_EXPIRY, medium
    ran out, noticed late               after the end       AFTER_EXPIRY, low once the task is over
    cleared                             at any time         none
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ..model.entry import LedgerEntry
from ..model.protection import Protection, ProtectionEnd
from .causes.runtime import OTHER
from .model import Fault, Kind, Severity
from .policy import Policy
from .summary import clock, spell, stamp

_NEVER = datetime.min.replace(tzinfo=UTC)

# An end that was noticed by then was noticed by the watch, which had asked in the minute before it too. What
# was noticed later may as well have been cleared in time.
_NOTICED = timedelta(minutes=2)

# Stops that protection does not prevent. One by the scheduler alone says that protection was given up
# before: ECS itself does not scale in or deploy over a protected task.
_UNHINDERED = frozenset({"UserInitiated", "SpotInterruption", "TerminationNotice", "InfrastructureHealth"})
_SCHEDULER = "ServiceSchedulerInitiated"


def running(entry: LedgerEntry, now: datetime, policy: Policy) -> Iterator[Fault]:
    """What the protection of a task that is to go on running says."""
    held = entry.protection
    if held is None or not entry.open or entry.state.desired_status == "STOPPED":
        return
    if held.ended is ProtectionEnd.EXPIRED and held.expires_at and not held.settled:
        yield Fault(
            Kind.PROTECTION_EXPIRED,
            Severity.MEDIUM,
            f"The task's scale-in protection ran out at {clock(held.expires_at)}, and it is still running.",
            "Protect it again if its work is not done: a scale-in or deployment may stop it at any time now.",
            occasion=stamp(held.expires_at),
            at=held.expires_at,
        )
    if held.enabled and held.expires_at and now < held.expires_at <= now + policy.protection_lead:
        yield Fault(
            Kind.PROTECTION_EXPIRING,
            Severity.LOW,
            f"The task's scale-in protection runs out at {clock(held.expires_at)}.",
            "Renew it if the work takes longer, or clear it when the work is done.",
            occasion=stamp(held.expires_at),
            at=held.expires_at - policy.protection_lead,
        )
    if held.enabled and held.since and now - held.since > policy.protection_limit:
        yield Fault(
            Kind.PROTECTION_TOO_LONG,
            Severity.LOW,
            f"The task has been protected from scale-in without a break for {spell(now - held.since)}.",
            "See whether its work hangs: a protected task holds up deployments and scale-in of its service.",
            occasion=stamp(held.since),
            at=held.since + policy.protection_limit,
        )


def cut_off(entry: LedgerEntry, stop: Fault | None, policy: Policy) -> Fault | None:
    """The stop of a task that was protected, or had been until just before; of low severity unless known."""
    held, state = entry.protection, entry.state
    if held is None or held.expires_at is None or held.ended is ProtectionEnd.CLEARED:
        return None
    if state.desired_status != "STOPPED":
        return None
    late = entry.stop_asked_at - held.expires_at
    if state.stop_code == _SCHEDULER and timedelta(0) <= late <= policy.after_expiry:
        return _after_expiry(spell(late), known=is_known(entry))
    unhindered = state.stop_code in _UNHINDERED or (state.stop_code == _SCHEDULER and stop is not None)
    if unhindered and held.was_on and (held.since or _NEVER) <= entry.stop_asked_at < held.expires_at:
        return _while_protected(entry, held, stop)
    return None


def is_known(entry: LedgerEntry) -> bool:
    """Whether ECS said how the task's protection stood when it was asked to stop."""
    held = entry.protection
    if held is None or held.expires_at is None:
        return False
    if held.was_on:
        return entry.stop_asked_at < held.expires_at and entry.stop_asked_at <= held.checked_at
    return held.checked_at - held.expires_at <= _NOTICED


def _while_protected(entry: LedgerEntry, held: Protection, stop: Fault | None) -> Fault:
    asked = f"The task was asked to stop ({entry.state.stop_code})"
    doubt = (
        f"it was protected from scale-in when ECS was last asked, at {clock(held.checked_at)}, "
        "and whether it still was is not known"
    )
    known = is_known(entry)
    return Fault(
        Kind.STOPPED_WHILE_PROTECTED,
        Severity.HIGH if known else Severity.LOW,
        f"{asked} while it was protected from scale-in." if known else f"{asked}; {doubt}.",
        f"Start its work again{'' if known else ' if it was not done'}: "
        "protection keeps off scale-in and deployments, and nothing else.",
        stop.cause if stop else OTHER.cause,
    )


def _after_expiry(late: str, *, known: bool) -> Fault:
    if known:
        return Fault(
            Kind.STOPPED_AFTER_EXPIRY,
            Severity.MEDIUM,
            f"The scheduler stopped the task {late} after its scale-in protection had run out.",
            "Its work may have been cut off: start it again, and protect it for as long as the work takes.",
        )
    return Fault(
        Kind.STOPPED_AFTER_EXPIRY,
        Severity.LOW,
        f"The scheduler stopped the task {late} after its scale-in protection was to run out; whether it ran "
        "out or was cleared before is not known.",
        "See whether its work was done: if not, start it again, and protect it for as long as it takes.",
    )
