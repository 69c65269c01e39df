"""Incidents as DynamoDB items, and back.

    pk                                   sk                        holds
    INCIDENT#cluster|owner|kind|cause    CURRENT                   the open incident, with its outbox
    INCIDENT#cluster|owner|kind|cause    20261120T091402.250Z      a resolved one, by when it opened

`dueAt` is there while an incident is due at a time, `foundAt` when it is resolved: they are the sort keys of
the indexes `due` and `found`. The outbox lies among the attributes of its incident:
`notified_at` as `toldAt`, `notified_count` as `toldCount`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....findings.model import Cause, Kind, Severity
from ....incidents.model import Incident, IncidentKey, Sample, Status
from ....incidents.outbox import NotificationType, Outbox, PendingNotification
from ....model.task import Container
from .blame_items import BLAME, FAILURES
from .finding_items import FOUND
from .values import bounded, free_text, milliseconds, moment, number, seconds, text, when

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from .values import Item, Value

CURRENT = "CURRENT"
DUE = "dueAt"

_TIMES = {
    "openedAt": "opened_at",
    "firstSeenAt": "first_seen_at",
    "lastSeenAt": "last_seen_at",
    "notedAt": "noted_at",
    "resolvedAt": "resolved_at",
    DUE: "due_at",
}


def current_key(key: IncidentKey) -> dict[str, Value]:
    return {"pk": {"S": _partition(key)}, "sk": {"S": CURRENT}}


def resolved_key(incident: Incident) -> dict[str, Value]:
    """Where the incident is once it is resolved."""
    return {"pk": {"S": _partition(incident.key)}, "sk": {"S": incident.incident_id.rpartition("|")[2]}}


def incident_item(incident: Incident, retention: timedelta) -> dict[str, Value]:
    key = incident.key
    item = dict(current_key(key) if incident.open else resolved_key(incident))
    item |= {name: milliseconds(time) for name, field in _TIMES.items() if (time := getattr(incident, field))}
    item |= {
        "incidentId": {"S": incident.incident_id},
        "clusterArn": {"S": key.cluster_arn},
        "owner": {"S": key.owner},
        "kind": {"S": key.kind},
        "status": {"S": incident.status},
        "severity": {"S": incident.severity},
        "summary": {"S": incident.summary},
        "remedy": {"S": incident.remedy},
        "count": number(incident.count),
        "revision": number(incident.revision),
        "taskDefinitionArns": {"L": [{"S": arn} for arn in incident.task_definition_arns]},
        "tasks": {"L": [_sample(sample) for sample in incident.samples]},
        **_outbox(incident.outbox),
    }
    texts = {"cause": incident.cause, "about": key.about, "serviceArn": incident.service_arn}
    item |= {name: {"S": value} for name, value in texts.items() if value}
    if incident.failures:
        item["failures"] = FAILURES.write(incident.failures, key.cluster_arn)
    if incident.blame:
        item["blame"] = BLAME.write(incident.blame, key.cluster_arn)
    if incident.resolved_at:
        item[FOUND] = milliseconds(incident.resolved_at)
        item["ttl"] = seconds(incident.resolved_at + retention)
    return item


def incident(item: Item) -> Incident:
    times: dict[str, Any] = {field: moment(item[name]) for name, field in _TIMES.items() if name in item}
    cause, about = text(item, "cause"), text(item, "about")
    cluster_arn = item["clusterArn"]["S"]
    return Incident(
        key=IncidentKey(
            cluster_arn=cluster_arn,
            owner=item["owner"]["S"],
            kind=Kind(item["kind"]["S"]),
            cause=Cause(cause) if cause and not about else None,
            about=about,
        ),
        cause=Cause(cause) if cause else None,
        service_arn=text(item, "serviceArn"),
        failures=FAILURES.read(item["failures"], cluster_arn) if "failures" in item else (),
        blame=BLAME.read(item["blame"], cluster_arn) if "blame" in item else None,
        status=Status(item["status"]["S"]),
        severity=Severity(item["severity"]["S"]),
        summary=item["summary"]["S"],
        remedy=item["remedy"]["S"],
        count=int(item["count"]["N"]),
        revision=int(item["revision"]["N"]),
        task_definition_arns=tuple(arn["S"] for arn in item["taskDefinitionArns"]["L"]),
        samples=tuple(_read_sample(value["M"]) for value in item["tasks"]["L"]),
        outbox=_read_outbox(item),
        **times,
    )


def _partition(key: IncidentKey) -> str:
    return bounded(f"INCIDENT#{key}")


def _outbox(outbox: Outbox) -> dict[str, Value]:
    pending = [{"M": _pending(one)} for one in outbox.pending]
    notified_at = {"toldAt": milliseconds(outbox.notified_at)} if outbox.notified_at else {}
    return {
        "pending": {"L": pending},
        "sequence": number(outbox.sequence),
        "digests": number(outbox.digests),
        "news": {"BOOL": outbox.news},
        "toldCount": number(outbox.notified_count),
        **notified_at,
    }


def _read_outbox(item: Item) -> Outbox:
    pending = (value["M"] for value in item["pending"]["L"])
    return Outbox(
        pending=tuple(map(_read_pending, pending)),
        sequence=int(item["sequence"]["N"]),
        digests=int(item["digests"]["N"]),
        news=bool(item["news"]["BOOL"]),
        notified_count=int(item["toldCount"]["N"]),
        notified_at=when(item, "toldAt"),
    )


def _pending(one: PendingNotification) -> dict[str, Value]:
    """`to` is there where only some destinations lack it."""
    values: dict[str, Value] = {"type": {"S": one.type}, "id": {"S": one.notification_id}}
    if one.to is not None:
        values["to"] = {"L": [{"S": name} for name in one.to]}
    return values


def _read_pending(values: Item) -> PendingNotification:
    to = tuple(name["S"] for name in values["to"]["L"]) if "to" in values else None
    return PendingNotification(NotificationType(values["type"]["S"]), values["id"]["S"], to)


def _sample(sample: Sample) -> Value:
    texts = {"taskArn": sample.task_arn, "stopCode": sample.stop_code, "stoppedReason": sample.stopped_reason}
    values: dict[str, Value] = {name: {"S": text} for name, text in texts.items() if text}
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
        stop_code=text(values, "stopCode"),
        stopped_reason=free_text(values, "stoppedReason"),
        containers=tuple(_read_container(each["M"]) for each in values["containers"]["L"]),
    )


def _read_container(values: Mapping[str, Any]) -> Container:
    return Container(
        name=values["name"]["S"],
        exit_code=int(values["exitCode"]["N"]) if "exitCode" in values else None,
        reason=free_text(values, "reason"),
    )
