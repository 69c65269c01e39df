"""The message of a day: what is not published by itself, the most severe first; pure."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from ..findings.model import Severity
from ..findings.summary import recent
from ..incidents.model import Incident
from ..incidents.outbox import NotificationType
from ..incidents.reported import IncidentKey
from ..incidents.severity import is_of_impact
from ..incidents.speaking import shared_key
from ..text import clean
from . import payload
from .body import Body
from .fault_words import faults, times, title, what, who
from .message import Message
from .subject import plain

_MOST_LISTED = 50
_LONGEST_NAME = 60
_MANY = 10  # owners of one cause in a day that are one matter


def digest_id(incidents: Sequence[Incident]) -> str:
    """The id of the next digest of these incidents."""
    names = "\n".join(sorted(f"{incident.incident_id} {incident.outbox.digests}" for incident in incidents))
    return f"DIGEST|{hashlib.sha256(names.encode('utf-8', 'replace')).hexdigest()[:32]}"


def compose_digest(incidents: Sequence[Incident], notification_id: str, now: datetime) -> Message:
    """The message that lists the most severe of the incidents, and counts the others by kind and cause.

    What others explain comes after all that is a matter of its own.
    """
    explained = _explained(incidents)
    ordered = sorted(
        incidents,
        key=lambda one: (one.key in explained, -one.severity.rank, -one.count, one.incident_id),
    )
    listed, others = ordered[:_MOST_LISTED], ordered[_MOST_LISTED:]
    several = f"{len(incidents)} incident{'' if len(incidents) == 1 else 's'}"
    return Message(
        notification_id=notification_id,
        subject=plain(f"[{NotificationType.DIGEST}] {several}: {_severities(incidents)}"),
        body=Body(
            head=[f"{several} up to {recent(now, now)}: {_severities(incidents)}."],
            heading="The most severe first:",
            listed=[*(_line(one, now) for one in listed), *_counted(others)],
        ),
        document=payload.digest(listed, len(incidents), notification_id),
        attributes={"type": NotificationType.DIGEST, "severity": Severity.LOW},
        thread="DIGEST",
    )


def _explained(incidents: Sequence[Incident]) -> frozenset[IncidentKey]:
    """What is nothing but impact, and what so many owners have in common that it is one matter."""
    shared = Counter(shared_key(one) for one in incidents)
    return frozenset(
        one.key
        for one in incidents
        if is_of_impact(one) or ((key := shared_key(one)) and shared[key] >= _MANY)
    )


def _severities(incidents: Sequence[Incident]) -> str:
    numbers = Counter(one.severity for one in incidents)
    ordered = sorted(numbers, key=lambda one: one.rank, reverse=True)
    return ", ".join(f"{numbers[one]} {one}" for one in ordered)


def _line(incident: Incident, now: datetime) -> str:
    of = f"{clean(who(incident), _LONGEST_NAME)} ({clean(incident.cluster, _LONGEST_NAME)})"
    said = ", ".join(filter(None, what(incident)))
    last = f"{times(faults(incident))}, last at {recent(incident.last_seen_at, now)}"
    return f"[{incident.severity.upper()}] {of}: {said}, {last}{'' if incident.open else ', over'}"


def _counted(others: Sequence[Incident]) -> Iterator[str]:
    """A line for each kind and cause of those that are not listed, the most frequent first."""
    for name, number in Counter(title(one.key.kind, one.cause) for one in others).most_common():
        yield f"and {number} more: {name}"
