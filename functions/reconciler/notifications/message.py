"""What a notification says: to people in words, by attributes to filters, beside the JSON of machines; pure.

Whatever stands in a stopped reason or a name, a subject is one short line of ASCII, a text has no control
characters, and a message stays under the limit of SNS with all its copies.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..findings.model import Severity
from ..incidents.model import Incident, NotificationType
from ..text import clean, excerpt
from .payload import SCHEMA_VERSION, as_text, document, fitting, short

MOST_LISTED = 50  # incidents in one digest
_SUBJECT = 99
_HEADINGS = {
    NotificationType.OPENED: "New trouble",
    NotificationType.ONGOING: "Still going on",
    NotificationType.RESOLVED: "Over",
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
        return as_text(self.document)


def compose(incident: Incident, telling: NotificationType, notification_id: str) -> Message:
    """The message that tells of the incident as it stands."""
    told = document(incident, telling, notification_id)
    owner = incident.service or incident.key.owner
    fault = f"{incident.key.kind} {incident.key.cause or ''}".strip()
    return Message(
        notification_id=notification_id,
        subject=_subject(f"{telling} {incident.severity}: {owner} in {incident.cluster}, {fault}"),
        text=_text(incident, telling, told),
        document=told,
        attributes=_attributes(told),
        thread=told["incidentId"],
    )


def compose_digest(incidents: Sequence[Incident], now: datetime) -> Message:
    """The message that lists incidents of low severity; its id stays the same until they are told."""
    told = [document(incident, NotificationType.DIGEST, "") for incident in incidents[:MOST_LISTED]]
    names = "\n".join(sorted(f"{incident.incident_id} {incident.digests}" for incident in incidents))
    digest_id = f"DIGEST|{hashlib.sha256(names.encode('utf-8', 'replace')).hexdigest()[:32]}"
    lines = [_line(incident) for incident in incidents[:MOST_LISTED]]
    several = f"{len(incidents)} incident{'' if len(incidents) == 1 else 's'} of low severity"
    return Message(
        notification_id=digest_id,
        subject=_subject(f"DIGEST {Severity.LOW}: {several}"),
        text="\n".join([f"{several}, as of {_clock(now)}:", "", *lines]),
        document=fitting(
            {
                "schemaVersion": SCHEMA_VERSION,
                "notificationId": digest_id,
                "type": NotificationType.DIGEST,
                "severity": Severity.LOW,
                "count": len(incidents),
                "incidents": [short(one) for one in told],
            },
            "incidents",
        ),
        attributes={"type": NotificationType.DIGEST, "severity": Severity.LOW},
        thread="DIGEST",
    )


def _attributes(told: Mapping[str, Any]) -> dict[str, str]:
    names = ("type", "kind", "cause", "severity", "cluster", "service", "incidentId")
    return {name: str(told[name]) for name in names if told[name]}


def _text(incident: Incident, telling: NotificationType, told: Mapping[str, Any]) -> str:
    """What, where, since when, how often, why, what next; then the tasks, and where to look."""
    fault = f"{told['kind']} {told['cause'] or ''}".strip()
    family = (told["taskDefinitionArn"] or "").rpartition("/")[2] or "not told"
    lines = [
        f"{_HEADINGS[telling]}: {told['summary']}",
        "",
        f"What     {fault}, severity {told['severity']}",
        f"Where    {_where(told)}",
        f"Version  {family}",
        f"Since    {_clock(incident.first_seen_at)}; last at {_clock(incident.last_seen_at)}",
        f"Count    {_times(told['count'])} with this version",
        f"Next     {told['remedy']}",
        *_over(incident, telling),
        *_tasks(told["tasks"]),
        *_addresses(told["links"]),
        "",
        f"Incident {told['incidentId']}",
    ]
    return "\n".join(lines)


def _where(told: Mapping[str, Any]) -> str:
    owner = told["group"].replace(":", " ", 1)
    return f"{owner} in cluster {told['cluster']}, account {told['account']}, {told['region']}"


def _over(incident: Incident, telling: NotificationType) -> Iterator[str]:
    if telling is NotificationType.RESOLVED:
        yield f"Now      nothing more came since {_clock(incident.noted_at)}"


def _tasks(tasks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if tasks:
        yield from ("", "Tasks, the latest first:")
    for task in tasks:
        why = ": ".join(filter(None, (task["stopCode"], excerpt(task["stoppedReason"] or ""))))
        yield f"  {clean(task['taskArn'].rsplit('/', 1)[1], 64)}  {why}".rstrip()
        for container in task["containers"]:
            code = "" if container["exitCode"] is None else f"exit code {container['exitCode']}"
            said = ", ".join(filter(None, (code, excerpt(container["reason"] or ""))))
            yield f"    {excerpt(container['name'], 60)}  {said}".rstrip()


def _addresses(links: Mapping[str, str | None]) -> Iterator[str]:
    known = {name: link for name, link in links.items() if link}
    if known:
        yield ""
    yield from (f"{name.title():<8} {link}" for name, link in known.items())


def _line(incident: Incident) -> str:
    """An incident in the text of a digest."""
    fault = f"{incident.key.kind} {incident.key.cause or ''}".strip()
    of = f"{clean(incident.key.owner, 60)} in {clean(incident.cluster, 60)}"
    return f"{fault}  {of}  {_times(incident.count)}, last at {_clock(incident.last_seen_at)}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _subject(line: str) -> str:
    """ASCII on one line, a letter first, under 100 characters."""
    plain = "".join(char if char.isascii() and char.isprintable() else "?" for char in line)
    return plain if len(plain) <= _SUBJECT else plain[: _SUBJECT - 3] + "..."


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
