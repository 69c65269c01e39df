"""What is wrong with an entry, given the time and the policy. Pure: the same three, the same findings."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from ..model.entry import LedgerEntry
from . import protected
from .causes.unknown import UNOBSERVED
from .model import Fault, Finding, Kind, Severity
from .policy import Policy
from .stop import explain


def findings(entry: LedgerEntry, now: datetime, policy: Policy) -> tuple[Finding, ...]:
    """All that is wrong with a task, as far as its entry shows.

    A stop makes one finding at the most: one that cut protected work off has the stop's own cause. Where ECS
    did not say whether the stop did, there is one on that beside the stop's own.
    """
    faults = (*_ended(entry, policy), *protected.running(entry, now, policy))
    return tuple(found for fault in faults if (found := policy.judge(fault.of(entry))))


def _ended(entry: LedgerEntry, policy: Policy) -> Iterable[Fault]:
    """What a stop says, by itself and in the light of the protection that the task had."""
    stop = _stop(entry)
    cut_off = protected.cut_off(entry, stop, policy)
    if cut_off is None:
        return _stopped(entry, stop)
    if protected.is_known(entry):
        return (cut_off,)
    # Until the task is over, ECS may still answer: one stop is not reported in two ways one after the other.
    return (*_stopped(entry, stop), cut_off) if entry.closed else ()


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
