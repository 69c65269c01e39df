"""What people are to read of an incident, in its parts: a mail and a chat set them each in its way; pure.

The first three lines say what is broken, how badly, and since which change; of what is over, how long it
lasted, what ended it and what runs now. What several tasks say alike stands there once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..costs.usd import CENT, money
from ..findings.causes import record_of
from ..findings.summary import recent, spell
from ..incidents.facts.impact import Impact, Level
from ..incidents.model import Incident
from ..incidents.outbox import NotificationType
from ..incidents.severity import is_run
from ..text import excerpt
from .blame_words import blame_words
from .fault_words import again, faults, owners, running, times, what, who
from .listed import affected
from .subject import duration

_SHARED = (
    "Look at what they share: a dependency, an image, the network or a change at that time, and at the AWS"
    " Health Dashboard."
)

_LINKS = {
    "task": "Task",
    "service": "Service",
    "logs": "Logs",
    "logStream": "Log",
    "deployment": "Deployment",
    "targetGroup": "Targets",
    "runbook": "Runbook",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The lines at its head, facts with their names, a list and a log with their headings, and our links."""

    head: Sequence[str]
    facts: Sequence[tuple[str, str]] = ()
    heading: str = ""
    listed: Sequence[str] = ()
    log_heading: str = ""
    log: Sequence[str] = ()
    next_steps: Sequence[str] = ()
    links: Mapping[str, str] | None = None
    incident_id: str | None = None


def body(incident: Incident, type_: NotificationType, document: Mapping[str, Any], now: datetime) -> Body:
    """The parts of a message of that type, of which the JSON is `document`."""
    over = type_ is NotificationType.RESOLVED
    head = _over(incident, document, now) if over else _goes_on(incident, document, now)
    heading, listed = affected(incident)
    return Body(
        head=[*head, _change(incident, document, now)],
        facts=list(_facts(incident, document, now)),
        heading=heading,
        listed=listed,
        log_heading=_log_heading(document.get("log")),
        log=list(_log(document.get("log"))),
        next_steps=() if over else list(_next_steps(incident, document)),
        links=_links(document["links"]),
        incident_id=document["incidentId"],
    )


def _links(links: Mapping[str, str | None]) -> Mapping[str, str]:
    """Without the page of a task's logs, which ends with the task, where the stream itself is known."""
    left_out = {"logs"} if links["logStream"] else set()
    return {_LINKS[name]: link for name, link in links.items() if link and name not in left_out}


def _log_heading(log: Mapping[str, Any] | None) -> str:
    return f"Last lines of {log['container']}, from {log['logGroup']}:" if log else ""


def _log(log: Mapping[str, Any] | None) -> Iterator[str]:
    """Each line with its time (UTC)."""
    yield from (f"{line['at'][11:19]}  {line['text']}" for line in (log["lines"] if log else ()))


def _goes_on(incident: Incident, document: Mapping[str, Any], now: datetime) -> Iterator[str]:
    yield f"{who(incident)} in {document['cluster']}: {document['summary']}"
    yield f"{_impact(incident, now)} Severity {document['severity']}."


def _over(incident: Incident, document: Mapping[str, Any], now: datetime) -> Iterator[str]:
    said = ", ".join(filter(None, what(incident)))
    lasted = spell(duration(incident, now))
    yield f"{who(incident)} in {document['cluster']}: {said}, is over after {lasted}."
    quiet = f"Nothing more for {spell(now - incident.noted_at)}."
    ended = f"Ended: {excerpt(incident.ended_by)}." if incident.ended_by else quiet
    runs = f" {running(incident.impact)} tasks run now." if incident.impact else ""
    yield f"{ended}{runs} Severity was {document['severity']}."


def _impact(incident: Incident, now: datetime) -> str:
    """How bad it is for whoever has it."""
    shared, impact = incident.shared, incident.impact
    if shared:
        down = f", {len(shared.down)} of them down" if shared.down else ""
        return f"{owners([one.name for one in shared.owners], shared.number)}{down}."
    if is_run(incident):
        total = incident.tasks_of_run
        return f"{faults(incident)}{'' if total is None else f' of {total}'} tasks of this run failed."
    return _running(impact, now) if impact else "How many tasks run is not known."


def _running(impact: Impact, now: datetime) -> str:
    pending = f", {impact.pending} pending" if impact.pending else ""
    level, said = impact.level(now), f"{running(impact)} tasks run{pending}"
    if level is Level.DOWN and impact.zero_since:
        return f"{said}, none for {spell(now - impact.zero_since)}: the service is down."
    since = impact.below_since or impact.half_since
    if level is Level.DEGRADED and since:
        return f"{said}, too few for {spell(now - since)}: the service is degraded."
    return f"{said}."


def _change(incident: Incident, document: Mapping[str, Any], now: datetime) -> str:
    if incident.blame:
        return blame_words(incident.blame, incident.first_seen_at, now)
    if incident.shared:
        return f"Began at {recent(incident.first_seen_at, now)}, for several at once."
    version = (document["taskDefinitionArn"] or "").rpartition("/")[2] or "an unknown task definition"
    return f"It ran {version}."


def _facts(incident: Incident, document: Mapping[str, Any], now: datetime) -> Iterator[tuple[str, str]]:
    yield "Fault", f"{incident.key.kind} {incident.cause or ''}".strip()
    yield "Where", _where(incident, document)
    if teams := dict.fromkeys(one["team"] for one in document["owners"] if one["team"]):
        yield "Team", ", ".join(teams)
    if version := (document["taskDefinitionArn"] or "").rpartition("/")[2]:
        yield "Version", version
    yield "Count", _count(incident, now)
    if cost := _cost(incident, now):
        yield "Cost", cost
    if incident.joined:
        several = "" if len(incident.joined) == 1 else "s"
        yield "Covers", f"also covers {len(incident.joined)} incident{several} published before"


def _where(incident: Incident, document: Mapping[str, Any]) -> str:
    owner = who(incident) if incident.shared else document["group"].replace(":", " ", 1)
    return f"{owner} in cluster {document['cluster']}, account {document['account']}, {document['region']}"


def _count(incident: Incident, now: datetime) -> str:
    first_at, last_at = incident.first_seen_at, incident.last_seen_at
    number = times(faults(incident))
    seen = (
        f"at {recent(first_at, now)}"
        if first_at == last_at
        else f"from {recent(first_at, now)} to {recent(last_at, now)}"
    )
    before = again(incident, now)
    return f"{number} {seen}{'; ' if before else ''}{', '.join(before)}"


def _cost(incident: Incident, now: datetime) -> str:
    """What was wasted in all occurrences; nothing below a cent, or where it is not known."""
    waste, occurrences = incident.waste, incident.occurrences
    if waste is None or waste.amount < CENT:
        return ""
    tasks = "1 task" if waste.priced == 1 else f"{waste.priced} tasks"
    others = f", not counting {waste.unpriced} whose price is not known" if waste.unpriced else ""
    since = f" since {recent(occurrences.began_at, now)}" if occurrences.number > 1 else ""
    return f"{money(waste.amount)} for {tasks} that came to nothing{since}{others}"


def _next_steps(incident: Incident, document: Mapping[str, Any]) -> Iterator[str]:
    if incident.shared:
        record = record_of(incident.key.kind, incident.cause)
        yield (record.shared if record else "") or _SHARED
    yield document["remedy"]
