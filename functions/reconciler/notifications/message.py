"""What a notification says: to people in words, by attributes to filters, beside the JSON for machines; pure.

For any text that a task brings, a subject is one short line of ASCII, a text has no control characters,
both mention nobody and link to nothing but our own pages, and a message with all its copies stays under the
limit of SNS.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .. import arns
from ..findings.model import Severity
from ..incidents.model import Incident
from ..incidents.outbox import NotificationType
from ..text import clean, excerpt
from . import payload
from .blame_words import blame_words
from .inert import inert

MAX_LISTED = 50  # incidents in one digest
_SUBJECT = 99
_ATTRIBUTES = ("type", "kind", "cause", "severity", "cluster", "service", "incidentId")
_HEADINGS = {
    NotificationType.OPENED: "New incident",
    NotificationType.ONGOING: "Ongoing",
    NotificationType.RESOLVED: "Resolved",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One notification, ready to be sent; `thread` is what a chat keeps together."""

    notification_id: str
    subject: str
    text: str
    document: Mapping[str, Any]
    attributes: Mapping[str, str]
    thread: str

    @property
    def json(self) -> str:
        return payload.as_text(self.document)


def compose(incident: Incident, type_: NotificationType, notification_id: str) -> Message:
    """The message of that type about the incident as it stands."""
    document = payload.notification(incident, type_, notification_id)
    owner = incident.service or incident.key.owner
    subject = f"{type_} {incident.severity}: {owner} in {incident.cluster}, {_fault(incident)}"
    return Message(
        notification_id=notification_id,
        subject=_subject(subject),
        text="\n".join(_with_links(map(inert, _text(incident, type_, document)), document)),
        document=document,
        attributes={name: str(document[name]) for name in _ATTRIBUTES if document[name]},
        thread=document["incidentId"],
    )


def digest_id(incidents: Sequence[Incident]) -> str:
    """The id of the next digest of these incidents."""
    names = "\n".join(sorted(f"{incident.incident_id} {incident.outbox.digests}" for incident in incidents))
    return f"DIGEST|{hashlib.sha256(names.encode('utf-8', 'replace')).hexdigest()[:32]}"


def compose_digest(incidents: Sequence[Incident], notification_id: str, now: datetime) -> Message:
    """The message that lists incidents of low severity."""
    listed = incidents[:MAX_LISTED]
    several = f"{len(incidents)} incident{'' if len(incidents) == 1 else 's'} of low severity"
    return Message(
        notification_id=notification_id,
        subject=_subject(f"DIGEST {Severity.LOW}: {several}"),
        text="\n".join([f"{several}, as of {_clock(now)}:", "", *map(inert, map(_line, listed))]),
        document=payload.digest(listed, len(incidents), notification_id),
        attributes={"type": NotificationType.DIGEST, "severity": Severity.LOW},
        thread="DIGEST",
    )


def _text(incident: Incident, type_: NotificationType, document: Mapping[str, Any]) -> Iterator[str]:
    """What, where, since when, how often, why, what next; then the tasks."""
    version = (document["taskDefinitionArn"] or "").rpartition("/")[2] or "unknown"
    yield f"{_HEADINGS[type_]}: {document['summary']}"
    yield ""
    yield f"What     {_fault(incident)}, severity {document['severity']}"
    yield f"Where    {_where(document)}"
    yield f"Version  {version}"
    yield f"Since    {_clock(incident.first_seen_at)}; last at {_clock(incident.last_seen_at)}"
    if incident.blame:
        yield f"Change   {blame_words(incident.blame, incident.first_seen_at)}"
    yield f"Count    {_times(incident.count)} with this version"
    yield f"Next     {document['remedy']}"
    if type_ is NotificationType.RESOLVED:
        yield f"Now      no finding since {_clock(incident.noted_at)}"
    yield from _tasks(document["tasks"])


def _with_links(lines: Iterable[str], document: Mapping[str, Any]) -> Iterator[str]:
    """The lines with our own links below them, and the incident's id."""
    yield from lines
    yield from _addresses(document["links"])
    yield ""
    yield inert(f"Incident {document['incidentId']}")


def _where(document: Mapping[str, Any]) -> str:
    owner = document["group"].replace(":", " ", 1)
    return f"{owner} in cluster {document['cluster']}, account {document['account']}, {document['region']}"


def _tasks(tasks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if tasks:
        yield from ("", "Tasks, the latest first:")
    for task in tasks:
        why = ": ".join(filter(None, (task["stopCode"], excerpt(task["stoppedReason"] or ""))))
        task_id = arns.task_id(task["taskArn"]) or task["taskArn"]
        yield f"  {clean(task_id, 64)}  {why}".rstrip()
        for container in task["containers"]:
            code = "" if container["exitCode"] is None else f"exit code {container['exitCode']}"
            end = ", ".join(filter(None, (code, excerpt(container["reason"] or ""))))
            yield f"    {excerpt(container['name'], 60)}  {end}".rstrip()


def _addresses(links: Mapping[str, str | None]) -> Iterator[str]:
    known = {name: link for name, link in links.items() if link}
    if known:
        yield ""
    yield from (f"{name.title():<8} {link}" for name, link in known.items())


def _line(incident: Incident) -> str:
    """An incident in the text of a digest."""
    of = f"{clean(incident.key.owner, 60)} in {clean(incident.cluster, 60)}"
    return f"{_fault(incident)}  {of}  {_times(incident.count)}, last at {_clock(incident.last_seen_at)}"


def _fault(incident: Incident) -> str:
    return f"{incident.key.kind} {incident.cause or ''}".strip()


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _subject(line: str) -> str:
    """ASCII on one line, a letter first, under 100 characters."""
    plain = "".join(char if char.isascii() and char.isprintable() else "?" for char in inert(line))
    # Apart from the dots, or what is cut after "www" would look like an address.
    return plain if len(plain) <= _SUBJECT else plain[: _SUBJECT - 4] + " ..."


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
