"""For how long an incident must be quiet to be over, and when it is announced again; pure."""

from datetime import datetime, timedelta
from typing import Final

from ..findings.model import Kind
from ..findings.policy import Policy
from .facts.impact import Level, level_of
from .model import Incident
from .severity import has_impact, is_run

# After each message that only says that it goes on the next one comes later, in multiples of `remind`.
_LADDER = (1, 3, 6, 18, 42)
_WHILE_HIGH = timedelta(days=1)
# After a finding ECS is asked each minute how the service runs, and as long as it falls short; after an hour
# of it less often, at last with each sweep.
_ASKED = timedelta(minutes=15)
_SHORT, _OFTEN, _SELDOM = timedelta(hours=1), timedelta(minutes=1), timedelta(minutes=5)
_SWEEP = timedelta(minutes=15)
_LASTING = timedelta(hours=1)  # a standing condition that nobody saw for so long is over
_SHARED = timedelta(minutes=30)  # without a finding of any owner
_LONGEST = timedelta(hours=24)
WINDOW: Final = timedelta(hours=30)  # in which what returns is the same incident: a daily fault always is
_STANDING = frozenset(
    {Kind.STUCK, Kind.PROTECTION_EXPIRING, Kind.PROTECTION_EXPIRED, Kind.PROTECTION_TOO_LONG}
)
_OF_SERVICES = frozenset(
    {Kind.DEPLOYMENT_FAILED, Kind.SERVICE_IMPAIRED, Kind.SCALE_IN_BLOCKED, Kind.HOOK_WAITING}
)


def is_standing(incident: Incident) -> bool:
    """Whether it is of a condition that lasts, and that ends only where a look does not find it."""
    return incident.key.kind in _STANDING or is_of_service(incident)


def is_of_service(incident: Incident) -> bool:
    """Whether its condition is that of a service, which a reading of the service shows or not."""
    return incident.key.kind in _OF_SERVICES


def quiet_at(incident: Incident, policy: Policy) -> datetime:
    """When it may be over, if nothing is reported until then; one that flaps after twice its longest gap."""
    if incident.shared:
        return incident.noted_at + _SHARED
    if is_run(incident):
        return incident.noted_at
    least = _LASTING if incident.key.kind in _STANDING else timedelta(0)
    flapping = min(2 * incident.occurrences.longest_gap, _LONGEST)
    return incident.noted_at + max(policy.resolve, least, flapping)


def asks_at(incident: Incident, now: datetime) -> datetime | None:
    """When ECS is to be asked again how its service runs; None where that has time until it may be over."""
    if not has_impact(incident.key):
        return None
    if now < incident.last_seen_at + _ASKED:
        return now + _OFTEN
    impact = incident.impact
    if impact is None or impact.short_since is None or impact.estimated:
        return None
    short_for = now - impact.short_since
    return now + (_OFTEN if short_for < _SHORT else min(short_for / 12, _SWEEP))


def look_at(incident: Incident, now: datetime) -> datetime:
    """When it is to be looked at again whether it is over, once it has been quiet for long enough.

    The longer nothing happened, the later, where only what happens can change what is known.
    """
    waiting = (now - incident.noted_at) / 8
    if incident.shared:
        return now + min(max(waiting, _OFTEN), _SHORT)
    estimated = incident.impact is not None and incident.impact.estimated
    return now + (max(waiting, _SELDOM) if estimated else _SELDOM)


def reminder_at(incident: Incident, now: datetime, policy: Policy) -> datetime | None:
    """When it is announced again; None where there is nothing to say, or nothing was published yet.

    There is where findings came, its condition stands, or ECS says that its service is degraded or down.
    """
    box = incident.outbox
    said = incident.impact is not None and not incident.impact.estimated
    bad = said and level_of(incident.impact, now) in (Level.DEGRADED, Level.DOWN)
    stands = is_standing(incident)
    if (
        box.notified_at is None
        or not box.published
        or is_run(incident)
        or not (box.news_since or bad or stands)
    ):
        return None
    wait = policy.remind * _LADDER[min(box.reminders, len(_LADDER) - 1)]
    return box.notified_at + (min(wait, _WHILE_HIGH) if incident.severity.is_high else wait)
