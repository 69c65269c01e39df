"""What is wrong with an entry, given the time and the policy. Pure: the same three, the same findings."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ..model.entry import LedgerEntry
from ..model.protection import Protection, ProtectionEnd
from .causes.runtime import OTHER
from .causes.unknown import UNOBSERVED
from .model import Cause, Fault, Finding, Kind, Severity
from .policy import Policy
from .stop import explain

_NEVER = datetime.min.replace(tzinfo=UTC)

# Stops that protection does not prevent. One by the scheduler alone says that protection was given up
# before: ECS itself does not scale in or deploy over a protected task.
_UNHINDERED = frozenset({"UserInitiated", "SpotInterruption", "TerminationNotice", "InfrastructureHealth"})
_SCHEDULER = "ServiceSchedulerInitiated"


def findings(entry: LedgerEntry, now: datetime, policy: Policy) -> tuple[Finding, ...]:
    """All that is wrong with a task, as far as its entry shows.

    A stop makes one finding at the most: one that cut protected work off has the stop's own cause.
    """
    stop = _stop(entry)
    ended = tuple(_ended(entry, stop, policy)) or tuple(_stopped(entry, stop))
    return _judged((*ended, *_running(entry, now, policy)), entry, policy)


def stuck(entry: LedgerEntry, now: datetime, policy: Policy) -> tuple[Finding, ...]:
    """The finding on a task that stays in a passing state beyond the policy's limit.

    Judged by a sweep, on the entry with the status that it has just described: some statuses come and go
    without an event or a new version.
    """
    status = entry.state.last_status
    limit = policy.stuck_after.get(status)
    if limit is None or not entry.open:
        return ()
    lasted = now - max(entry.observed_at, entry.state.changed_at or _NEVER)
    if lasted <= limit:
        return ()
    fault = Fault(
        Kind.STUCK,
        Severity.MEDIUM,
        f"The task has been {status} for {_spell(lasted)}; {_spell(limit)} is the limit.",
        "Look at the service's events and the task's attachments: what is it waiting for?",
        Cause(status),
        occasion=status,
    )
    return _judged([fault], entry, policy)


def _judged(faults: Iterable[Fault], entry: LedgerEntry, policy: Policy) -> tuple[Finding, ...]:
    return tuple(found for fault in faults if (found := policy.judge(fault.of(entry))))


def _stop(entry: LedgerEntry) -> Fault | None:
    """Why it stopped; one that vanished after it was asked to stop is judged by what was known then."""
    if entry.unobserved and entry.state.stop_code:
        return explain(replace(entry.state, last_status="STOPPED"))
    return explain(entry.state)


def _stopped(entry: LedgerEntry, stop: Fault | None) -> Iterator[Fault]:
    """What the stop itself says."""
    if stop:
        yield stop
    elif entry.unobserved and not entry.state.stop_code:
        yield Fault(
            Kind.UNKNOWN_STOP,
            Severity.MEDIUM,
            f"The task is over and {UNOBSERVED.summary}; when last seen it was {entry.state.last_status}.",
            UNOBSERVED.remedy,
            UNOBSERVED.cause,
        )


def _running(entry: LedgerEntry, now: datetime, policy: Policy) -> Iterator[Fault]:
    """What the protection of a task that is to go on running says."""
    held = entry.protection
    if held is None or not entry.open or entry.state.desired_status == "STOPPED":
        return
    if _ran_out(held, now) and held.expires_at:
        yield Fault(
            Kind.PROTECTION_EXPIRED,
            Severity.MEDIUM,
            f"The task's scale-in protection ran out at {_clock(held.expires_at)}, and it is still running.",
            "Protect it again if its work is not done: a scale-in or deployment may stop it at any time now.",
            occasion=_stamp(held.expires_at),
        )
    if held.enabled and held.expires_at and now < held.expires_at <= now + policy.protection_lead:
        yield Fault(
            Kind.PROTECTION_EXPIRING,
            Severity.LOW,
            f"The task's scale-in protection runs out at {_clock(held.expires_at)}.",
            "Renew it if the work takes longer, or clear it when the work is done.",
            occasion=_stamp(held.expires_at),
        )
    if held.enabled and held.since and now - held.since > policy.protection_limit:
        yield Fault(
            Kind.PROTECTION_TOO_LONG,
            Severity.LOW,
            f"The task has been protected from scale-in without a break for {_spell(now - held.since)}.",
            "See whether its work hangs: a protected task holds up deployments and scale-in of its service.",
            occasion=_stamp(held.since),
        )


def _ran_out(held: Protection, now: datetime) -> bool:
    """Whether ECS said that it ran out; a judgement of an earlier time does not know that yet."""
    expired = held.ended is ProtectionEnd.EXPIRED and not held.settled
    return expired and held.expires_at is not None and held.expires_at <= now


def _ended(entry: LedgerEntry, stop: Fault | None, policy: Policy) -> Iterator[Fault]:
    """What a stop says in the light of the protection that the task had."""
    held, state = entry.protection, entry.state
    if held is None or held.expires_at is None or state.desired_status != "STOPPED":
        return
    asked = state.stopping_at or entry.observed_at
    unhindered = state.stop_code in _UNHINDERED or (state.stop_code == _SCHEDULER and stop is not None)
    if unhindered and (held.since or _NEVER) <= asked < held.expires_at:
        yield Fault(
            Kind.STOPPED_WHILE_PROTECTED,
            Severity.HIGH,
            f"The task was asked to stop ({state.stop_code}) while it was protected from scale-in.",
            "Start its work again: protection keeps off scale-in and deployments, and nothing else.",
            stop.cause if stop else OTHER.cause,
        )
    late = asked - held.expires_at
    if state.stop_code == _SCHEDULER and timedelta(0) <= late <= policy.after_expiry:
        yield Fault(
            Kind.STOPPED_AFTER_EXPIRY,
            Severity.MEDIUM,
            f"The scheduler stopped the task {_spell(late)} after its scale-in protection had run out.",
            "Its work may have been cut off: start it again, and protect it for as long as the work takes.",
        )


def _spell(lasted: timedelta) -> str:
    seconds = int(lasted.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"
