"""What a notification says: to people in words, by attributes to filters, beside the JSON for machines; pure.

For any text that a task brings, a subject is one short line of ASCII, a text has no control characters,
both mention nobody and link to nothing but our own pages, and a message with all its copies stays under the
limit of SNS.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .. import arns
from ..findings.policy import Policy
from ..incidents import rules
from ..incidents.model import Incident
from ..incidents.outbox import PendingNotification
from ..model.logs import LogLine
from ..text import clean
from . import payload
from .body import Body, body
from .inert import inert
from .subject import subject

Attribute = str | Sequence[str]

_ATTRIBUTES = ("type", "kind", "cause", "severity", "cluster", "service", "team", "incidentId")
_MOST_SERVICES = 100  # in the attribute
_MOST_BYTES = 16_000  # of their names


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One notification, ready to be sent; `thread` is what a chat keeps together."""

    notification_id: str
    subject: str
    body: Body
    document: Mapping[str, Any]
    attributes: Mapping[str, Attribute]
    thread: str

    @property
    def json(self) -> str:
        return payload.as_text(self.document)

    @property
    def text(self) -> str:
        """The body as a mail has it."""
        return "\n".join(_mail(self.body))


def compose(
    incident: Incident,
    pending: PendingNotification,
    now: datetime,
    policy: Policy,
    log_lines: Sequence[LogLine] = (),
) -> Message:
    """The message that is pending, about the incident as it stands, with these last lines of its log."""
    type_, document = pending.type, payload.notification(incident, pending, now, policy, log_lines)
    attributes = {name: str(document[name]) for name in _ATTRIBUTES if document[name]}
    return Message(
        notification_id=pending.notification_id,
        subject=subject(incident, type_, document["severity"], now),
        body=body(incident, type_, document, now),
        document=document,
        attributes=attributes | _of_several(incident, policy),
        thread=document["incidentId"],
    )


def _of_several(incident: Incident, policy: Policy) -> dict[str, Attribute]:
    """The services of an incident of several owners, as many as there is room for, and the teams of these.

    A family is no service.
    """
    if incident.shared is None:
        return {}
    owners = rules.owners(incident)[:_MOST_SERVICES]
    services = [name for one in owners if (name := clean(arns.service_of(one), 255))]
    while len(payload.as_text(services).encode("utf-8", "replace")) > _MOST_BYTES:
        services.pop()
    known = rules.teams(incident, policy)
    teams = list(dict.fromkeys(team for one in owners if (team := known[one])))
    return {name: values for name, values in (("service", services), ("team", teams)) if values}


def _mail(body: Body) -> Iterator[str]:
    yield from map(inert, body.head)
    if body.facts or body.next_steps:
        yield ""
    facts = [*body.facts, *(("Next", step) for step in body.next_steps)]
    yield from (inert(f"{name:<8} {value}") for name, value in facts)
    if body.listed:
        yield ""
        yield from map(inert, (body.heading, *(f"  {line}" for line in body.listed)))
    if body.log:
        yield ""
        yield from map(inert, (body.log_heading, *(f"  {line}" for line in body.log)))
    if body.links:
        yield ""
        yield from (f"{name:<10} {link}" for name, link in body.links.items())
    if body.incident_id:
        yield ""
        yield inert(f"Incident {body.incident_id}")
