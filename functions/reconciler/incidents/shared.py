"""One cause that strikes several owners within minutes: one incident, of all of them; pure.

What owners have in common (a registry, a zone, a role) is one matter from the third owner on; any other cause
from the tenth.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..findings.causes import is_shared
from .facts.impact import Level, level_of
from .facts.occurrences import Occurrence, Occurrences
from .model import Incident, Owner, Shared, Status
from .outbox import Outbox, with_news
from .reported import IncidentKey
from .severity import worst
from .timing import WINDOW

TOGETHER: Final = timedelta(minutes=10)  # within which the owners are struck
_SHARED_FROM, _OWN_FROM = 3, 10
_NAMED = 100  # owners that are kept by name
_SAMPLES = 5


def owners_needed(key: IncidentKey) -> int:
    """How many owners a cause must strike to be one incident of all of them."""
    return _SHARED_FROM if is_shared(key.kind, key.cause) else _OWN_FROM


def of_several(
    key: IncidentKey, before: Incident | None, members: Sequence[Incident], now: datetime
) -> Incident:
    """The incident of this key, opened or open again, as its members stand; before its next step."""
    newest = max(members, key=lambda one: one.last_seen_at)
    if before is not None and now - before.last_seen_at <= WINDOW:
        again = replace(before, status=Status.OPEN, resolved_at=None, ended_by=None, returned_at=now)
        return _with(replace(again, shared=Shared()), members, now, returned=True)
    opened = Incident(
        key=key,
        opened_at=now,
        severity=newest.severity,
        cause_severity=newest.severity,
        cause=newest.cause,
        summary=newest.summary,
        remedy=newest.remedy,
        occurrences=_occurrences((), members),
        noted_at=newest.noted_at,
        shared=Shared(),
        outbox=Outbox(news_since=now),
    )
    return _with(opened, members, now, returned=False)


def with_members(incident: Incident, members: Sequence[Incident], now: datetime) -> Incident:
    """The open incident as its members stand now."""
    return _with(incident, members, now, returned=False) if members else incident


def is_over(members: Sequence[Incident], now: datetime) -> bool:
    """Whether no member's service is degraded or down."""
    return all(level_of(one.impact, now) not in (Level.DEGRADED, Level.DOWN) for one in members)


def _with(incident: Incident, members: Sequence[Incident], now: datetime, *, returned: bool) -> Incident:
    ordered = sorted(members, key=lambda one: (_rank(one, now), one.count, one.key.owner), reverse=True)
    owners = tuple(Owner(one.key.owner, one.count, level_of(one.impact, now)) for one in ordered)
    earlier = incident.occurrences.newest_last if returned else incident.occurrences.newest_last[:-1]
    occurrences = _occurrences(earlier, members, incident.occurrences)
    newest = sorted(members, key=lambda one: one.last_seen_at, reverse=True)
    samples = [one.samples[0] for one in newest if one.samples]
    joined = [one.incident_id for one in ordered if one.outbox.standing]
    box = incident.outbox if occurrences == incident.occurrences else with_news(incident.outbox, now)
    known = incident.shared or Shared()
    return replace(
        incident,
        shared=replace(known, owners=owners[:_NAMED], others=len(owners[_NAMED:])),
        cause_severity=worst(*(one.severity for one in members)),
        summary=newest[0].summary,
        remedy=newest[0].remedy,
        occurrences=occurrences,
        noted_at=max(one.noted_at for one in members),
        samples=tuple(samples[:_SAMPLES]),
        joined=tuple(dict.fromkeys((*incident.joined, *joined)))[:_NAMED],
        outbox=box,
    )


def _rank(incident: Incident, now: datetime) -> int:
    """By how its service runs; what nobody knows is last."""
    return (list(Level).index(level_of(incident.impact, now)) + 1) % len(Level)


def _occurrences(
    earlier: Sequence[Occurrence], members: Sequence[Incident], known: Occurrences | None = None
) -> Occurrences:
    """With the current occurrence made of those of the members."""
    current = Occurrence(
        min(one.first_seen_at for one in members),
        max(one.last_seen_at for one in members),
        sum(one.count for one in members),
    )
    began_at = min(known.began_at, current.first_at) if known else current.first_at
    return Occurrences((*earlier, current), known.older if known else 0, began_at)
