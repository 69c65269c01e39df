"""Ends that nothing explains."""

from ..model import Cause, Kind
from .record import CauseRecord

UNKNOWN_CODE = CauseRecord(
    cause=Cause("UNKNOWN_CODE"),
    title="unknown stop code",
    kind=Kind.UNKNOWN_STOP,
    summary="its stop code is not known here",
    remedy="Look the stop code up in the ECS documentation, judge the stop by hand and report the code to"
    " this project.",
)

NO_CODE = CauseRecord(
    cause=Cause("NO_CODE"),
    title="stopped without a reason",
    kind=Kind.UNKNOWN_STOP,
    summary="there is no stop code, no reason and no exit code",
    remedy="Look at the containers' logs, the service's events and CloudTrail around the time of the stop.",
)

UNOBSERVED = CauseRecord(
    cause=Cause("UNOBSERVED"),
    title="end never reported",
    shared="Look at what they share: the way of their events, from the rule through the queue, and the"
    " sweep.",
    kind=Kind.UNKNOWN_STOP,
    summary="its end was never reported",
    remedy="Look at the containers' logs, and find out why neither an event nor a sweep saw the stop.",
)
