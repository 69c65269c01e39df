"""Incidents as DynamoDB items, and back, and whom a cause struck.

    pk                                   sk                        holds
    INCIDENT#cluster|owner|kind|cause    CURRENT                   the newest incident, with its outbox
    INCIDENT#cluster|owner|kind|cause    20261120T091402.250Z      an archived one, by when it opened
    SHARED#cluster|kind|cause            the owner                 when the cause last struck it

`dueAt` is there while an incident is due at a time, `foundAt` while it is resolved: they are the sort keys of
the indexes `due` and `found`. Under a time lie also the incidents that version 0.1.0 resolved.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ....findings.model import Cause, Kind, Severity
from ....incidents.model import Incident, Status
from ....incidents.reported import IncidentKey, Sample
from ....model.logs import Place
from ....model.task import Container
from ....ports.incidents import Member
from .blame_items import BLAME, FAILURES
from .finding_items import FOUND
from .incident_parts import (
    IMPACT,
    NAMES,
    OCCURRENCES,
    SHARED,
    WASTE,
    outbox_values,
    read_outbox,
    released_occurrences,
)
from .layout import ARN, NUMBER, TEXT, TIME, Codec, Layout
from .values import bounded, free_text, milliseconds, moment, number, seconds, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .values import Item, Value

CURRENT = "CURRENT"
_MEMBERSHIP = timedelta(days=2)  # for which it is kept whom a cause struck

_SEVERITY = Codec(TEXT.write, lambda value, _: Severity(value["S"]))
_CAUSE = Codec(TEXT.write, lambda value, _: Cause(value["S"]))

_FIELDS = Layout(
    Incident,
    {
        "openedAt": ("opened_at", TIME),
        "severity": ("severity", _SEVERITY),
        "causeSeverity": ("cause_severity", _SEVERITY),
        "cause": ("cause", _CAUSE),
        "summary": ("summary", TEXT),
        "remedy": ("remedy", TEXT),
        "occurrences": ("occurrences", OCCURRENCES),
        "notedAt": ("noted_at", TIME),
        "serviceArn": ("service_arn", TEXT),
        "failures": ("failures", FAILURES),
        "blame": ("blame", BLAME),
        "impact": ("impact", IMPACT),
        "shared": ("shared", SHARED),
        "waste": ("waste", WASTE),
        "tasksOfRun": ("tasks_of_run", NUMBER),
        "targetGroupArn": ("target_group_arn", TEXT),
        "joined": ("joined", NAMES),
        "endedBy": ("ended_by", TEXT),
        "dueAt": ("due_at", TIME),
        "returnedAt": ("returned_at", TIME),
        "resolvedAt": ("resolved_at", TIME),
    },
)
_PLACE = Layout(Place, {name: (name, TEXT) for name in ("container", "region", "group", "stream")}).one
_SAMPLE = Layout(
    Sample,
    {
        "taskArn": ("task_arn", TEXT),
        "taskDefinitionArn": ("task_definition_arn", ARN),
        "stopCode": ("stop_code", TEXT),
        "log": ("log", _PLACE),
    },
)


def current_key(key: IncidentKey | str) -> dict[str, Value]:
    return {"pk": {"S": bounded(f"INCIDENT#{key}")}, "sk": {"S": CURRENT}}


def archived_key(incident_id: str) -> dict[str, Value]:
    """Where the incident is once another has taken its place."""
    key, _, opened = incident_id.rpartition("|")
    return {**current_key(key), "sk": {"S": bounded(opened)}}


def incident_item(incident: Incident, retention: timedelta) -> dict[str, Value]:
    """The item; what follows from its occurrences is in it for people, and for version 0.1.0."""
    key = incident.key
    item = {
        **(archived_key(incident.incident_id) if incident.archived else current_key(key)),
        "incidentId": {"S": incident.incident_id},
        "clusterArn": {"S": key.cluster_arn},
        "owner": {"S": key.owner},
        "kind": {"S": key.kind},
        "status": {"S": incident.status},
        "firstSeenAt": milliseconds(incident.first_seen_at),
        "lastSeenAt": milliseconds(incident.last_seen_at),
        "count": number(incident.count),
        "revision": number(incident.revision),
        "taskDefinitionArns": NAMES.write(incident.task_definition_arns, key.cluster_arn),
        "tasks": {"L": [_sample(one, key.cluster_arn) for one in incident.samples]},
        **_FIELDS.item(incident, key.cluster_arn),
        **outbox_values(incident.outbox),
    }
    if key.about:
        item["about"] = {"S": key.about}
    if incident.resolved_at:
        item[FOUND] = milliseconds(incident.resolved_at)
        item["ttl"] = seconds(incident.resolved_at + retention)
    return item


def incident(item: Item) -> Incident:
    cluster_arn = item["clusterArn"]["S"]
    released = {
        "occurrences": released_occurrences(item),
        "cause_severity": Severity(item["severity"]["S"]),
    }
    fields: dict[str, Any] = released | _FIELDS.fields(item, cluster_arn)
    about = text(item, "about")
    return Incident(
        key=IncidentKey(
            cluster_arn=cluster_arn,
            owner=item["owner"]["S"],
            kind=Kind(item["kind"]["S"]),
            cause=None if about else fields.get("cause"),
            about=about,
        ),
        status=Status(item["status"]["S"]),
        revision=int(item["revision"]["N"]),
        task_definition_arns=NAMES.read(item["taskDefinitionArns"], cluster_arn),
        samples=tuple(_read_sample(value["M"], cluster_arn) for value in item["tasks"]["L"]),
        outbox=read_outbox(item),
        archived=item["sk"]["S"] != CURRENT,
        **fields,
    )


def shared_key(shared: IncidentKey) -> str:
    """The partition of those that the cause of this key struck."""
    return bounded(f"SHARED#{shared.cluster_arn}|{shared.kind}|{shared.cause or '-'}")


def member_item(shared: IncidentKey, member: Member) -> dict[str, Value]:
    return {
        "pk": {"S": shared_key(shared)},
        "sk": {"S": bounded(member.owner)},
        "owner": {"S": member.owner},
        "at": milliseconds(member.at),
        "ttl": seconds(member.at + _MEMBERSHIP),
    }


def member(item: Item) -> Member:
    return Member(item["owner"]["S"], moment(item["at"]))


def _sample(sample: Sample, cluster_arn: str) -> Value:
    values = _SAMPLE.item(sample, cluster_arn)
    if sample.stopped_reason:
        values["stoppedReason"] = {"S": sample.stopped_reason}
    return {"M": {**values, "containers": {"L": [_container(each) for each in sample.containers]}}}


def _container(container: Container) -> Value:
    values: dict[str, Value] = {"name": {"S": container.name}}
    if container.exit_code is not None:
        values["exitCode"] = number(container.exit_code)
    if container.reason:
        values["reason"] = {"S": container.reason}
    return {"M": values}


def _read_sample(values: Mapping[str, Any], cluster_arn: str) -> Sample:
    fields = _SAMPLE.fields(values, cluster_arn)
    return Sample(
        **fields,
        stopped_reason=free_text(values, "stoppedReason"),
        containers=tuple(_read_container(each["M"]) for each in values["containers"]["L"]),
    )


def _read_container(values: Mapping[str, Any]) -> Container:
    return Container(
        name=values["name"]["S"],
        exit_code=int(values["exitCode"]["N"]) if "exitCode" in values else None,
        reason=free_text(values, "reason"),
    )
