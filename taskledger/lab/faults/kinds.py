"""The faults that come between ECS, the functions and the table, by the names they are counted under."""

from enum import StrEnum


class Fault(StrEnum):
    """Each is one that AWS documents or that has been seen; those of a run happen at one of its calls."""

    DROPPED = "event dropped"
    DOUBLED = "event delivered twice"
    REORDERED = "event out of order"
    DELAYED = "event late"
    CHANGED_EVENT = "letter of an event changed"
    THROTTLED = "call throttled"
    STALE = "answer stale"
    SLOW = "call slow"
    CHANGED_ANSWER = "letter of an answer changed"
    OUT_OF_TIME = "sweep out of time"
    REFUSED = "call refused"
    UNANSWERED = "call done, answer lost"
    CRASH_BEFORE = "crash before a call"
    CRASH_AFTER = "crash after a call"


OF_RUNS = (Fault.REFUSED, Fault.UNANSWERED, Fault.CRASH_BEFORE, Fault.CRASH_AFTER)
