"""Findings and incidents as DynamoDB items, and back.

    pk                                   sk                        holds
    taskArn                              F#findingId               a finding, once it was told
    INCIDENT#cluster|owner|kind|cause    CURRENT                   the open incident, and what is to be told
    INCIDENT#cluster|owner|kind|cause    20261120T091402.250Z      one that is over, by when it opened

`dueAt` is there while an incident has to be looked at, `foundAt` on findings and on incidents that are over:
they are the sort keys of the indexes `due` and `found`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from ...findings.model import Cause, Finding, Kind, Severity
from ...incidents.model import Incident, IncidentKey, NotificationType, PendingNotification, Sample, Status
from ...model.task import Container
from .values import milliseconds, moment, number, seconds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from .values import Item, Value

CURRENT = "CURRENT"
DUE = "dueAt"
FOUND = "foundAt"
LONGEST_KEY = 1000  # bytes: a sort key may have 1024

_TIMES = {
    "openedAt": "opened_at",
    "firstSeenAt": "first_seen_at",
    "lastSeenAt": "last_seen_at",
    "notedAt": "noted_at",
    "toldAt": "notified_at",
    "resolvedAt": "resolved_at",
    DUE: "due_at",
}
_COUNTS = {
    "count": "count",
    "toldCount": "notified_count",
    "sequence": "sequence",
    "digests": "digests",
    "revision": "revision",
}
_TEXTS = {"summary": "summary", "remedy": "remedy"}


def current_key(key: IncidentKey) -> dict[str, Value]:
    return {"pk": {"S": _partition(key)}, "sk": {"S": CURRENT}}


def over_key(incident: Incident) -> dict[str, Value]:
    """Where the incident is once it is over."""
    return {"pk": {"S": _partition(incident.key)}, "sk": {"S": incident.incident_id.rpartition("|")[2]}}


def finding_item(finding: Finding, now: datetime, retention: timedelta) -> dict[str, Value]:
    told = {
        "findingId": finding.finding_id,
        "clusterArn": finding.cluster_arn,
        "group": finding.group,
        "taskDefinitionArn": finding.task_definition_arn,
        "kind": finding.kind,
        "cause": finding.cause,
        "severity": finding.severity,
        "summary": finding.summary,
        "remedy": finding.remedy,
        "occasion": finding.occasion,
    }
    return {
        "pk": {"S": finding.task_arn},
        "sk": {"S": bounded(f"F#{finding.finding_id}")},
        **{name: {"S": text} for name, text in told.items() if text},
        "containers": {"L": [{"S": name} for name in finding.containers]},
        "exitCodes": {"M": {name: number(code) for name, code in finding.exit_codes.items()}},
        "version": number(finding.version),
        "observedAt": milliseconds(finding.observed_at),
        FOUND: milliseconds(now),
        "ttl": seconds(now + retention),
    }


def finding(item: Item) -> Finding:
    return Finding(
        task_arn=item["pk"]["S"],
        cluster_arn=item["clusterArn"]["S"],
        group=_text(item, "group"),
        task_definition_arn=_text(item, "taskDefinitionArn"),
        kind=Kind(item["kind"]["S"]),
        cause=_cause(item),
        severity=Severity(item["severity"]["S"]),
        summary=item["summary"]["S"],
        remedy=item["remedy"]["S"],
        containers=tuple(name["S"] for name in item["containers"]["L"]),
        exit_codes={name: int(code["N"]) for name, code in item["exitCodes"]["M"].items()},
        version=int(item["version"]["N"]),
        observed_at=moment(item["observedAt"]),
        occasion=_text(item, "occasion"),
    )


def incident_item(incident: Incident, retention: timedelta) -> dict[str, Value]:
    key = incident.key
    item = dict(current_key(key) if incident.open else over_key(incident))
    item |= {name: milliseconds(time) for name, field in _TIMES.items() if (time := getattr(incident, field))}
    item |= {name: number(getattr(incident, field)) for name, field in _COUNTS.items()}
    item |= {name: {"S": getattr(incident, field)} for name, field in _TEXTS.items()}
    item |= {
        "incidentId": {"S": incident.incident_id},
        "clusterArn": {"S": key.cluster_arn},
        "owner": {"S": key.owner},
        "kind": {"S": key.kind},
        "status": {"S": incident.status},
        "severity": {"S": incident.severity},
        "news": {"BOOL": incident.news},
        "taskDefinitionArns": {"L": [{"S": arn} for arn in incident.task_definition_arns]},
        "tasks": {"L": [_sample(sample) for sample in incident.samples]},
        "pending": {
            "L": [{"M": {"type": {"S": p.type}, "id": {"S": p.notification_id}}} for p in incident.pending]
        },
    }
    if key.cause:
        item["cause"] = {"S": key.cause}
    if incident.resolved_at:
        item[FOUND] = milliseconds(incident.resolved_at)
        item["ttl"] = seconds(incident.resolved_at + retention)
    return item


def incident(item: Item) -> Incident:
    told: dict[str, Any] = {field: moment(item[name]) for name, field in _TIMES.items() if name in item}
    told |= {field: int(item[name]["N"]) for name, field in _COUNTS.items()}
    told |= {field: item[name]["S"] for name, field in _TEXTS.items()}
    return Incident(
        key=IncidentKey(
            cluster_arn=item["clusterArn"]["S"],
            owner=item["owner"]["S"],
            kind=Kind(item["kind"]["S"]),
            cause=_cause(item),
        ),
        status=Status(item["status"]["S"]),
        severity=Severity(item["severity"]["S"]),
        news=bool(item["news"]["BOOL"]),
        task_definition_arns=tuple(arn["S"] for arn in item["taskDefinitionArns"]["L"]),
        samples=tuple(_read_sample(value["M"]) for value in item["tasks"]["L"]),
        pending=tuple(
            PendingNotification(NotificationType(value["M"]["type"]["S"]), value["M"]["id"]["S"])
            for value in item["pending"]["L"]
        ),
        **told,
    )


def bounded(text: str) -> str:
    """The text, or where it is too long for a key its beginning with its checksum."""
    encoded = text.encode()
    if len(encoded) <= LONGEST_KEY:
        return text
    return f"{encoded[:900].decode('utf-8', 'ignore')}#{hashlib.sha256(encoded).hexdigest()}"


def _partition(key: IncidentKey) -> str:
    return bounded(f"INCIDENT#{key}")


def _sample(sample: Sample) -> Value:
    told = {"taskArn": sample.task_arn, "stopCode": sample.stop_code, "stoppedReason": sample.stopped_reason}
    values: dict[str, Value] = {name: {"S": text} for name, text in told.items() if text}
    return {"M": {**values, "containers": {"L": [_container(each) for each in sample.containers]}}}


def _container(container: Container) -> Value:
    values: dict[str, Value] = {"name": {"S": container.name}}
    if container.exit_code is not None:
        values["exitCode"] = number(container.exit_code)
    if container.reason:
        values["reason"] = {"S": container.reason}
    return {"M": values}


def _read_sample(values: Mapping[str, Any]) -> Sample:
    return Sample(
        task_arn=values["taskArn"]["S"],
        stop_code=_text(values, "stopCode"),
        stopped_reason=_text(values, "stoppedReason"),
        containers=tuple(_read_container(each["M"]) for each in values["containers"]["L"]),
    )


def _read_container(values: Mapping[str, Any]) -> Container:
    return Container(
        name=values["name"]["S"],
        exit_code=int(values["exitCode"]["N"]) if "exitCode" in values else None,
        reason=_text(values, "reason"),
    )


def _text(item: Mapping[str, Any], name: str) -> str | None:
    return item[name]["S"] if name in item else None


def _cause(item: Item) -> Cause | None:
    return Cause(item["cause"]["S"]) if "cause" in item else None
