"""The JSON of notifications, for machines: docs/notification.schema.json says what it holds; pure.

Whatever stands in a stopped reason or a name, the texts in it are cut and without what is not to be seen.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..incidents.model import Incident, NotificationType, Sample
from ..text import clean
from .console_links import cluster_link

SCHEMA_VERSION = "1"
MOST_BYTES = 40_000  # of the JSON within SNS's own, of which there is one for each kind of machine
_NAME, _REASON = 255, 300


def as_text(value: object) -> str:
    """JSON that spells nothing out that UTF-8 can hold."""
    return json.dumps(value, ensure_ascii=False)


def document(incident: Incident, telling: NotificationType, notification_id: str) -> dict[str, Any]:
    """The public JSON of a notification, cut so that it stays under `MOST_BYTES`."""
    key = incident.key
    _, _, _, region, account, *_ = key.cluster_arn.split(":")
    told: dict[str, Any] = {
        "schemaVersion": SCHEMA_VERSION,
        "notificationId": clean(notification_id, 4 * _NAME),
        "type": telling,
        "incidentId": clean(incident.incident_id, 4 * _NAME),
        "kind": key.kind,
        "cause": key.cause,
        "severity": incident.severity,
        "account": account,
        "region": region,
        "clusterArn": key.cluster_arn,
        "cluster": clean(incident.cluster, _NAME),
        "group": clean(key.owner, _NAME + len("service:")),
        "service": clean(incident.service, _NAME),
        "taskDefinitionArn": clean(incident.task_definition_arn, 4 * _NAME),
        "count": incident.count,
        "firstSeenAt": _time(incident.first_seen_at),
        "lastSeenAt": _time(incident.last_seen_at),
        "summary": clean(incident.summary, 4 * _REASON),
        "remedy": clean(incident.remedy, 4 * _REASON),
        "tasks": [_task(sample) for sample in incident.samples],
        "links": _links(incident),
    }
    return fitting(told, "tasks")


def fitting(told: dict[str, Any], listed: str) -> dict[str, Any]:
    """The document with as much of the list as there is room for."""
    while told[listed] and len(as_text(as_text(told)).encode()) > MOST_BYTES:
        told[listed].pop()
    return told


def short(told: Mapping[str, Any]) -> dict[str, Any]:
    """An incident in a digest: what it is, without its tasks."""
    left_out = ("schemaVersion", "notificationId", "type", "tasks", "links", "remedy")
    return {name: value for name, value in told.items() if name not in left_out}


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
    task = incident.samples[0].task_arn.rsplit("/", 1)[1] if incident.samples else None
    return {
        "task": cluster_link(cluster_arn, "tasks", task) if task else None,
        "service": cluster_link(cluster_arn, "services", service, "health") if service else None,
        "logs": cluster_link(cluster_arn, "tasks", task, "logs") if task else None,
    }


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
