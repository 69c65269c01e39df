"""The JSON of notifications, for machines: docs/notification.schema.json describes it; pure.

Texts in it are cut and free of control characters, so that a stopped reason or a name cannot break a reader.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from .. import arns
from ..findings.model import Severity
from ..incidents.model import Incident
from ..incidents.outbox import NotificationType
from ..incidents.reported import Sample
from ..text import clean
from .console_links import cluster_link

SCHEMA_VERSION = "2"
MAX_BYTES = 40_000  # of the JSON within SNS's own, of which there is one for each kind of machine
_NAME, _REASON = 255, 300


def as_text(value: object) -> str:
    """JSON that spells nothing out that UTF-8 can hold."""
    return json.dumps(value, ensure_ascii=False)


def notification(incident: Incident, type_: NotificationType, notification_id: str) -> dict[str, Any]:
    """The public JSON of a notification, with as many tasks as there is room for."""
    envelope = _envelope(type_, clean(notification_id, 4 * _NAME))
    return _fitting({**envelope, **incident_facts(incident)}, "tasks")


def digest(incidents: Sequence[Incident], count: int, digest_id: str) -> dict[str, Any]:
    """The public JSON of a digest of `count` incidents, with as many of these as there is room for."""
    facts = {"severity": Severity.LOW, "count": count, "incidents": [_digest_facts(one) for one in incidents]}
    return _fitting({**_envelope(NotificationType.DIGEST, digest_id), **facts}, "incidents")


def incident_facts(incident: Incident) -> dict[str, Any]:
    """All that is published of an incident."""
    return {
        **_digest_facts(incident),
        "remedy": clean(incident.remedy, 4 * _REASON),
        "tasks": [_task(sample) for sample in incident.samples],
        "links": _links(incident),
        "deployment": _deployment(incident),
    }


def _digest_facts(incident: Incident) -> dict[str, Any]:
    key = incident.key
    return {
        "incidentId": clean(incident.incident_id, 4 * _NAME),
        "kind": key.kind,
        "cause": incident.cause,
        "severity": incident.severity,
        "account": arns.account(key.cluster_arn),
        "region": arns.region(key.cluster_arn),
        "clusterArn": key.cluster_arn,
        "cluster": clean(incident.cluster, _NAME),
        "group": clean(key.owner, _NAME + len("service:")),
        "service": clean(incident.service, _NAME),
        "taskDefinitionArn": clean(incident.task_definition_arn, 4 * _NAME),
        "count": incident.count,
        "firstSeenAt": _time(incident.first_seen_at),
        "lastSeenAt": _time(incident.last_seen_at),
        "summary": clean(incident.summary, 4 * _REASON),
    }


def _envelope(type_: NotificationType, notification_id: str | None) -> dict[str, Any]:
    return {"schemaVersion": SCHEMA_VERSION, "notificationId": notification_id, "type": type_}


def _fitting(document: dict[str, Any], listed: str) -> dict[str, Any]:
    """The document with as much of the list as there is room for."""
    while document[listed] and len(as_text(as_text(document)).encode()) > MAX_BYTES:
        document[listed].pop()
    return document


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


def _links(incident: Incident) -> dict[str, str | None]:
    cluster_arn, service = incident.key.cluster_arn, incident.service
    task = arns.task_id(incident.samples[0].task_arn) if incident.samples else None
    return {
        "task": cluster_link(cluster_arn, "tasks", task) if task else None,
        "service": cluster_link(cluster_arn, "services", service, "health") if service else None,
        "logs": cluster_link(cluster_arn, "tasks", task, "logs") if task else None,
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


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
