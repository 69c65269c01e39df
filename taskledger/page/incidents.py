"""Incidents as the page has them: the words of their messages, and when people were notified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.arns import task_id
from reconciler.incidents.outbox import NotificationType
from reconciler.notifications.body import body
from reconciler.notifications.fault_words import faults, what, who
from reconciler.notifications.payload import incident_facts

from .offsets import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from reconciler.incidents.model import Incident
    from reconciler.incidents.reported import Sample

    from ..local.memory_incidents import SentMessage
    from .content import Chapter
    from .offsets import Offsets

    # When, its type, its severity and its subject; None where that is not known.
    Mark = tuple[datetime, str | None, str, str | None]


def incident_forms(chapter: Chapter, offsets: Offsets) -> list[dict[str, Any]]:
    """The worst first, then the newest."""
    marks = marks_of(chapter)
    ordered = sorted(
        chapter.incidents, key=lambda one: (-one.highest_severity.rank, -one.opened_at.timestamp())
    )
    return [_form(one, marks[one.incident_id], chapter, offsets) for one in ordered]


def marks_of(chapter: Chapter) -> Mapping[str, Sequence[Mark]]:
    """The messages of each incident by its id, the first first."""
    found: dict[str, list[Mark]] = {one.incident_id: [] for one in chapter.incidents}
    for incident in chapter.incidents if chapter.messages is None else ():
        found[incident.incident_id] += _stored(incident)
    for sent in chapter.messages or ():
        for incident_id, mark in _marks(sent):
            found.get(incident_id, []).append(mark)
    return {incident_id: sorted(marks, key=lambda mark: mark[0]) for incident_id, marks in found.items()}


def number_of_messages(chapter: Chapter) -> int:
    """All that were sent; of a ledger alone, those of its incidents that are no digests."""
    if chapter.messages is not None:
        return len(chapter.messages)
    digest = NotificationType.DIGEST
    waiting = sum(one.type is not digest for each in chapter.incidents for one in each.outbox.pending)
    return sum(each.outbox.sequence for each in chapter.incidents) - waiting


def moments_of(incidents: Iterable[Incident], marks: Mapping[str, Sequence[Mark]]) -> Iterator[datetime]:
    """When they were seen, messages sent, and they were resolved."""
    for one in incidents:
        yield from (at for at in (one.first_seen_at, one.last_seen_at, one.resolved_at) if at)
        yield from (at for at, *_ in marks[one.incident_id])


def _marks(sent: SentMessage) -> Iterator[tuple[str, Mark]]:
    """The message by the incident that it is of; a digest by each that it lists."""
    document = sent.message.document
    mark = (sent.at, document["type"], document["severity"], sent.message.subject)
    for one in document.get("incidents") or (document,):
        yield one["incidentId"], mark


def _stored(incident: Incident) -> Iterator[Mark]:
    """When each severity was published last, and when anything was, of what type nobody knows any more."""
    outbox = incident.outbox
    yield from ((at, None, severity, None) for severity, at in outbox.published.items())
    if outbox.notified_at and outbox.notified_at not in outbox.published.values():
        severity = outbox.standing or incident.highest_severity
        resolved = incident.resolved_at is not None and outbox.notified_at >= incident.resolved_at
        yield outbox.notified_at, NotificationType.RESOLVED if resolved else None, severity, None


def _form(one: Incident, marks: Sequence[Mark], chapter: Chapter, offsets: Offsets) -> dict[str, Any]:
    now = chapter.ended_at
    facts = incident_facts(one, now, chapter.policy)
    parts = body(one, NotificationType.ONGOING if one.open else NotificationType.RESOLVED, facts, now)
    happened, ending = what(one)
    return {
        "id": text(one.incident_id),
        "short": one.short_id,
        "status": one.status,
        "severity": text(one.highest_severity),
        "owner": text(who(one)),
        "cluster": text(one.cluster),
        "what": text(", ".join(filter(None, (happened, ending)))),
        "count": faults(one),
        "first": offsets.of(one.first_seen_at),
        "last": offsets.of(one.last_seen_at),
        "resolved": offsets.of(one.resolved_at),
        "messages": [[offsets.of(at), *map(text, words)] for at, *words in marks],
        "head": list(map(text, parts.head)),
        "next": list(map(text, parts.next_steps or [facts["remedy"]])),
        "facts": [[text(name), text(value)] for name, value in parts.facts],
        "tasks": list(map(_task, one.samples)),
    }


def _task(sample: Sample) -> list[Any]:
    named = task_id(sample.task_arn) or sample.task_arn
    codes = [[text(one.name), one.exit_code, text(one.reason)] for one in sample.containers]
    return [text(named), text(sample.stop_code), text(sample.stopped_reason), codes]
