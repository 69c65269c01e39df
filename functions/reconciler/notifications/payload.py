"""The JSON of notifications, for machines: docs/notification.schema.json describes it; pure.

Texts in it are cut and free of control characters, so that a stopped reason or a name cannot break a reader.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .. import arns
from ..costs.total import Total
from ..findings.model import Severity
from ..findings.policy import Policy
from ..incidents import rules
from ..incidents.facts.impact import level_of
from ..incidents.model import Incident
from ..incidents.outbox import NotificationType, PendingNotification
from ..incidents.reported import Sample
from ..model.logs import LogLine
from ..text import clean
from .console_links import links
from .fault_words import faults

SCHEMA_VERSION = "2"
MAX_BYTES = 36_000  # of the JSON within SNS's own, of which there is one for each kind of machine
_NAME, _REASON = 255, 300
_GROUP = len("service:") + _NAME
_MOST_OWNERS = 100
_MOST_JOINED = 20


def as_text(value: object) -> str:
    """JSON that spells nothing out that UTF-8 can hold."""
    return json.dumps(value, ensure_ascii=False)


def notification(
    incident: Incident,
    pending: PendingNotification,
    now: datetime,
    policy: Policy,
    log_lines: Sequence[LogLine],
) -> dict[str, Any]:
    """The public JSON of a notification, with as many tasks, lines and owners as there is room for.

    What is over bears the highest severity that was published, so that whoever heard of it hears that, too.
    """
    facts = incident_facts(incident, now, policy)
    if pending.type is NotificationType.RESOLVED:
        facts["severity"] = incident.outbox.standing or incident.severity
    facts["log"] = _log(incident, log_lines)
    document = {**_envelope(pending.type, clean(pending.notification_id, 4 * _NAME)), **facts}
    return _fitting(document, {"tasks": 0, "joined": 0, "log": 0, "owners": 1})


def digest(incidents: Sequence[Incident], count: int, digest_id: str) -> dict[str, Any]:
    """The public JSON of a digest of `count` incidents, with as many of these as there is room for."""
    facts = {"severity": Severity.LOW, "count": count, "incidents": [_digest_facts(one) for one in incidents]}
    return _fitting({**_envelope(NotificationType.DIGEST, digest_id), **facts}, {"incidents": 0})


def incident_facts(incident: Incident, now: datetime, policy: Policy) -> dict[str, Any]:
    """All that is published of an incident; how bad it is, as of now."""
    teams = rules.teams(incident, policy)
    return {
        **_digest_facts(incident),
        "remedy": clean(incident.remedy, 4 * _REASON),
        "tasks": [_task(sample) for sample in incident.samples],
        "links": {**links(incident), "runbook": rules.runbook(incident, policy)},
        "impact": _impact(incident, now) if incident.service else None,
        "deployment": _deployment(incident),
        "owners": _owners(incident, teams),
        "cost": _usd(incident.waste),
        "unpricedLives": incident.waste.unpriced if incident.waste else None,
        "team": teams[rules.owners(incident)[0]] if len(set(teams.values())) == 1 else None,
        "joined": [clean(one, 4 * _NAME) for one in incident.joined[:_MOST_JOINED]],
    }


def _digest_facts(incident: Incident) -> dict[str, Any]:
    key = incident.key
    one_owner = incident.shared is None
    return {
        "incidentId": clean(incident.incident_id, 4 * _NAME),
        "kind": key.kind,
        "cause": incident.cause,
        "severity": incident.severity,
        "account": arns.account(key.cluster_arn),
        "region": arns.region(key.cluster_arn),
        "clusterArn": key.cluster_arn,
        "cluster": clean(incident.cluster, _NAME),
        "group": clean(key.owner, _GROUP) if one_owner else None,
        "service": clean(incident.service, _NAME),
        "taskDefinitionArn": clean(incident.task_definition_arn, 4 * _NAME) if one_owner else None,
        "count": faults(incident),
        "firstSeenAt": _time(incident.first_seen_at),
        "lastSeenAt": _time(incident.last_seen_at),
        "occurrences": incident.occurrences.number,
        "firstOccurrenceAt": _time(incident.occurrences.began_at),
        "summary": clean(incident.summary, 4 * _REASON),
    }


def _impact(incident: Incident, now: datetime) -> dict[str, Any]:
    """What ran of its service when that was last read; nothing but that it is unknown where it never was."""
    impact = incident.impact
    return {
        "desired": impact.desired if impact else None,
        "running": impact.running if impact else None,
        "pending": impact.pending if impact else None,
        "checkedAt": _time(impact.checked_at) if impact else None,
        "level": level_of(impact, now),
    }


def _owners(incident: Incident, teams: Mapping[str, str | None]) -> list[dict[str, Any]]:
    shared = incident.shared.owners[:_MOST_OWNERS] if incident.shared else ()
    known = [(one.name, one.count) for one in shared] or [(incident.key.owner, faults(incident))]
    return [{"group": clean(name, _GROUP), "count": count, "team": teams.get(name)} for name, count in known]


def _envelope(type_: NotificationType, notification_id: str | None) -> dict[str, Any]:
    return {"schemaVersion": SCHEMA_VERSION, "notificationId": notification_id, "type": type_}


def _fitting(document: dict[str, Any], least: Mapping[str, int]) -> dict[str, Any]:
    """The document with as much of these lists as there is room for; the first of them gives way first.

    Of a log the oldest lines go, of all else what comes last.
    """
    for name, number in least.items():
        items, place = (_lines(document), 0) if name == "log" else (document[name], -1)
        while len(items) > number and len(as_text(as_text(document)).encode()) > MAX_BYTES:
            items.pop(place)
    return document


def _lines(document: Mapping[str, Any]) -> list[Any]:
    lines: list[Any] = document["log"]["lines"] if document["log"] else []
    return lines


def _log(incident: Incident, lines: Sequence[LogLine]) -> dict[str, Any] | None:
    """The last lines of the container that failed in the newest task; None where none were read."""
    place = incident.log
    if place is None or not lines:
        return None
    return {
        "taskArn": incident.samples[0].task_arn,
        "container": clean(place.container, _NAME),
        "logGroup": clean(place.group, 2 * _NAME),
        "logStream": clean(place.stream, 4 * _NAME),
        "lines": [{"at": _time(line.at), "text": line.text} for line in lines],
    }


def _task(sample: Sample) -> dict[str, Any]:
    return {
        "taskArn": sample.task_arn,
        "stopCode": clean(sample.stop_code, _NAME),
        "stoppedReason": clean(sample.stopped_reason, _REASON),
        "containers": [
            {
                "name": clean(container.name, _NAME),
                "exitCode": container.exit_code,
                "reason": clean(container.reason, _REASON),
            }
            for container in sample.containers
        ],
    }


def _deployment(incident: Incident) -> dict[str, Any] | None:
    """The deployment that the incident began with, or that there is none; None for standalone tasks."""
    blame = incident.blame
    if blame is None:
        return None
    return {
        "deploymentId": blame.deployment_id,
        "taskDefinitionArn": blame.task_definition_arn,
        "previousTaskDefinitionArn": blame.previous_task_definition_arn,
        "startedAt": blame.started_at and _time(blame.started_at),
        "blame": blame.word,
        "rolledBackAt": blame.rolled_back_at and _time(blame.rolled_back_at),
        "rolledBackTo": blame.rolled_back_to,
    }


def _usd(total: Total | None) -> float | None:
    return None if total is None or total.usd is None else float(total.usd)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
