"""For how long an incident must be quiet to be over, and when it is announced again; pure."""

from datetime import datetime, timedelta
from typing import Final

from ..findings.model import Kind, Severity
from ..findings.policy import Policy
from .facts.impact import Level, level_of
from .model import Incident
from .severity import has_impact, is_run

# After each message that only says that it goes on the next one comes later, in multiples of `remind`.
_LADDER = (1, 3, 6, 18, 42)
_WHILE_HIGH = timedelta(days=1)
# After a finding ECS is asked each minute how the service runs, and as long as that falls short; after an hour
# of it, every five minutes.
_ASKED = timedelta(minutes=15)
_SHORT, _OFTEN, _SELDOM = timedelta(hours=1), timedelta(minutes=1), timedelta(minutes=5)
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
    short_since = incident.impact.below_since if incident.impact else None
    if not has_impact(incident.key):
        return None
    if now < incident.noted_at + _ASKED or (short_since and now < short_since + _SHORT):
        return now + _OFTEN
    return now + _SELDOM if short_since else None


def reminder_at(incident: Incident, now: datetime, policy: Policy) -> datetime | None:
    """When it is announced again; None where there is nothing to say, or nothing was published yet."""
    box = incident.outbox
    bad = level_of(incident.impact, now) in (Level.DEGRADED, Level.DOWN)
    if box.notified_at is None or not box.published or is_run(incident) or not (box.news_since or bad):
        return None
    wait = policy.remind * _LADDER[min(box.reminders, len(_LADDER) - 1)]
    high = incident.severity.rank >= Severity.HIGH.rank
    return box.notified_at + (min(wait, _WHILE_HIGH) if high else wait)
