"""What an incident does next: one table, one function; pure.

    row           when                                                                   publishes
    unsent        a message of it has reached nobody yet                                 -
    muted         a mute covers it, and it is not over without ever having been heard    -
    run           standalone work goes on, and failed first less than an hour ago        -
    first         nothing of it was ever published                                       OPENED
    rise          it is more severe than all that was published in 24 hours, or last     OPENED
    back          it is high, and RESOLVED closed what was published at high             OPENED
    owner down    of several owners another one is down, ten minutes after the last      OPENED
    over          quiet for long enough, and nothing keeps it open; or its end is known  RESOLVED
    milestone     it grew tenfold, the first time that it occurs, and is not high        ONGOING
    owners        of several owners twice as many as were named, or any for 30 min       ONGOING
    reminder      it goes on, and its reminder is due                                    ONGOING
    else                                                                                 -

The first row that holds counts. Of what is low, held, spoken for, over, or too much for this hour, no other
row than `over` publishes: a RESOLVED where a message stands, though of what is spoken for, and of standalone
work, only where it was high.
Each run of standalone work is published once, and not within `remind` of the one before unless it is high.
What is published first after a RESOLVED, or names an owner that is down now, is OPENED. All else is in the
digest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from ..findings.policy import Policy
from .case import RUN, Case, Context
from .model import Incident
from .outbox import NotificationType
from .timing import asks_at, look_at, quiet_at, reminder_at

_NEXT_DOWN = timedelta(minutes=10)
_NEXT_OWNERS, _ANY_OWNERS = timedelta(minutes=5), timedelta(minutes=30)
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """The row that held, what is to be published, whether it is over, and when to look again."""

    row: str
    publish: NotificationType | None
    over: bool
    due_at: datetime | None


def _is_first(case: Case) -> bool:
    return not case.incident.outbox.published


def _is_rise(case: Case) -> bool:
    return case.incident.outbox.is_rise(case.incident.severity, case.now)


def _is_back(case: Case) -> bool:
    standing = case.incident.outbox.standing
    return case.high and (standing is None or not standing.is_high)


def _has_one_down(case: Case) -> bool:
    """Whether an owner is down that no message has named as such."""
    shared = case.incident.shared
    return shared is not None and not set(shared.down) <= set(shared.named_down)


def _names_one_down(case: Case) -> bool:
    notified_at = case.incident.outbox.notified_at
    return _has_one_down(case) and (notified_at is None or case.now >= notified_at + _NEXT_DOWN)


def _has_new_owners(case: Case) -> bool:
    shared, notified_at = case.incident.shared, case.incident.outbox.notified_at
    if shared is None or notified_at is None or shared.number <= shared.named:
        return False
    wait = _NEXT_OWNERS if shared.number >= 2 * shared.named else _ANY_OWNERS
    return case.now >= notified_at + wait


def _is_milestone(case: Case) -> bool:
    one = case.incident
    if one.shared:
        return False
    return not case.high and one.occurrences.number == 1 and one.outbox.is_outgrown(one.count)


def _is_reminder_due(case: Case) -> bool:
    due = reminder_at(case.incident, case.now, case.policy)
    return due is not None and case.now >= due


def _loud(holds: Callable[[Case], bool]) -> Callable[[Case], bool]:
    """Not of what is silent, nor of what is over the cap unless it is high."""
    return lambda case: not case.silent and (case.high or not case.capped) and holds(case)


def _last(holds: Callable[[Case], bool]) -> Callable[[Case], bool]:
    return lambda case: not case.silent and not case.capped and holds(case)


_ROWS: Final[tuple[tuple[str, Callable[[Case], bool], NotificationType | None], ...]] = (
    ("unsent", lambda case: case.incident.outbox.waits, None),
    ("muted", lambda case: case.muted_until is not None and (case.closes or not case.over), None),
    ("run", lambda case: case.runs, None),
    ("first", _loud(_is_first), NotificationType.OPENED),
    ("rise", _loud(_is_rise), NotificationType.OPENED),
    ("back", _loud(_is_back), NotificationType.OPENED),
    ("owner down", _loud(_names_one_down), NotificationType.OPENED),
    ("over", lambda case: case.over, NotificationType.RESOLVED),
    ("milestone", _last(_is_milestone), NotificationType.ONGOING),
    ("owners", _last(_has_new_owners), NotificationType.ONGOING),
    ("reminder", _last(_is_reminder_due), NotificationType.ONGOING),
)


def next_step(incident: Incident, context: Context, now: datetime, policy: Policy) -> Step:
    """What is to be done with the incident, given its severity as it is now.

    Where something is to be published it may be looked at again at once; `due_at` is None where there is
    nothing left to do.
    """
    case = Case(incident, context, now, policy)
    if not incident.open:
        return Step("resolved", None, over=False, due_at=_resolved_due(case))
    row, publish = next(((name, type_) for name, holds, type_ in _ROWS if holds(case)), ("else", None))
    over = row == "over"
    if over and not case.closes:
        publish = None
    if publish is NotificationType.ONGOING and (incident.outbox.standing is None or _has_one_down(case)):
        publish = NotificationType.OPENED
    return Step(row, publish, over=over, due_at=_resolved_due(case) if over else _due(case))


def awaits_digest(incident: Incident, now: datetime, policy: Policy) -> bool:
    """Whether a digest is due that has to list it."""
    box, at = incident.outbox, _digest_at(incident, policy)
    return at is not None and at <= now and not box.waits and not box.digest_pending


def _resolved_due(case: Case) -> datetime | None:
    if case.incident.outbox.pending:
        return case.now + _MINUTE
    return _digest_at(case.incident, case.policy)


def _digest_at(incident: Incident, policy: Policy) -> datetime | None:
    """The next time of a digest after its news came, if there is something to be listed."""
    since = incident.outbox.news_since
    return _next(since, policy.digest) if since else None


def _next(moment: datetime, every: timedelta) -> datetime:
    """The next full hour, day or other span of the calendar."""
    return _EPOCH + ((moment - _EPOCH) // every + 1) * every


def _due(case: Case) -> datetime:
    one, now = case.incident, case.now
    if one.outbox.pending:
        return now + _MINUTE
    quiet = quiet_at(one, case.policy)
    times = [case.held_until, case.muted_until, _digest_at(one, case.policy), asks_at(one, now)]
    times.append(quiet if quiet > now and not one.shared else look_at(one, now))
    if case.runs:
        times.append(one.first_seen_at + RUN)
    if case.capped:
        times.append(_next(now, _HOUR))
    if (reminder := reminder_at(one, now, case.policy)) is not None:
        times.append(max(reminder, case.muted_until or now + _MINUTE))
    return min(time for time in times if time is not None)
