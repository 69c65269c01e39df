"""One cause that strikes several owners within minutes: one incident, of all of them; pure.

What owners have in common (a registry, a zone, a role) is one matter from the third owner on; any other cause
from the tenth.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..costs.total import Total
from ..findings.causes import is_shared
from ..findings.model import worst
from .facts.impact import Level, level_of
from .facts.occurrences import Occurrence, began, joined, newest
from .model import Incident, Owner, Shared
from .outbox import Outbox, with_news
from .reported import IncidentKey
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
    last = max(members, key=lambda one: one.last_seen_at)
    if before is not None and last.last_seen_at - before.last_seen_at <= WINDOW:
        again = replace(before.reopened(now), shared=Shared(), joined=())
        return _with(again, members, now, before.occurrences.newest_last)
    opened = Incident(
        key=key,
        opened_at=now,
        severity=last.severity,
        cause_severity=last.severity,
        cause=last.cause,
        summary=last.summary,
        remedy=last.remedy,
        occurrences=began(last.first_seen_at),
        noted_at=last.noted_at,
        shared=Shared(),
        outbox=Outbox(news_since=now),
    )
    return _with(opened, members, now, ())


def with_members(incident: Incident, members: Sequence[Incident], now: datetime) -> Incident:
    """The open incident as its members stand now."""
    earlier = incident.occurrences.newest_last[:-1]
    return _with(incident, members, now, earlier) if members else incident


def is_over(members: Sequence[Incident]) -> bool:
    """Whether no open member's service lacks tasks."""
    return not any(one.open and one.impact and one.impact.falls_short for one in members)


def _with(
    incident: Incident, members: Sequence[Incident], now: datetime, earlier: Sequence[Occurrence]
) -> Incident:
    """With the faults of its members since it was last opened as its current occurrence."""
    since = incident.began_at - TOGETHER
    owners = tuple(sorted((_owner(one, since, now) for one in members), key=_rank, reverse=True))
    current = joined([_since(one, since) for one in members])
    before = [one for one in earlier if one.last_at < current.first_at]
    known = incident.occurrences
    occurrences = newest([*before, current], known.older, min(known.began_at, current.first_at))
    by_time = sorted(members, key=lambda one: one.last_seen_at, reverse=True)
    samples = [one.samples[0] for one in by_time if one.samples]
    published = [one.incident_id for one in by_time if one.outbox.standing]
    box = incident.outbox if occurrences == incident.occurrences else with_news(incident.outbox, now)
    return replace(
        incident,
        shared=replace(incident.shared or Shared(), owners=owners[:_NAMED], others=len(owners[_NAMED:])),
        cause_severity=worst(*(one.severity for one in members)),
        summary=by_time[0].summary,
        remedy=by_time[0].remedy,
        occurrences=occurrences,
        noted_at=max(one.noted_at for one in members),
        samples=tuple(samples[:_SAMPLES]),
        waste=_waste(members),
        joined=tuple(dict.fromkeys((*incident.joined, *published)))[:_NAMED],
        outbox=box,
    )


def _since(member: Incident, since: datetime) -> Occurrence:
    """Its faults since then; those of its current occurrence where all were before."""
    occurrences = member.occurrences
    recent = [one for one in occurrences.newest_last if one.last_at >= since]
    return joined(recent or [occurrences.current])


def _waste(members: Sequence[Incident]) -> Total | None:
    """What all of them wasted; None where nobody counted for one of them."""
    known = [one.waste for one in members if one.waste]
    return sum(known, Total()) if len(known) == len(members) else None


def _owner(member: Incident, since: datetime, now: datetime) -> Owner:
    """It and its faults since then, and how its service runs; well once it is over."""
    level = level_of(member.impact, now) if member.open else Level.NONE
    return Owner(member.key.owner, _since(member, since).count, level)


def _rank(owner: Owner) -> tuple[int, int, str]:
    """By how its service runs, then by its faults; what nobody knows is last."""
    return (list(Level).index(owner.level) + 1) % len(Level), owner.count, owner.name
