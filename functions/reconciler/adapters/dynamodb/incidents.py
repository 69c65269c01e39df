"""The port `Incidents` on DynamoDB, in the ledger's table.

Put  finding F1   if absent            one transaction: all of it, or none of it and the reason for each;
Put  finding F2   if absent            a finding that is there already was reported before, an incident
Put  incident     if of revision n     that has moved on was written by another process meanwhile
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ...errors import InvalidInput
from ...ports.incidents import Refused
from ..aws import aws_errors
from .batch import CONFLICT, FAILED, get_all, transact
from .cluster_marks import ACTIVE, ClusterMarks
from .items import incident_items as items
from .items.finding_items import finding_item, finding_key
from .items.values import milliseconds, number, read_or_error, reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from ...incidents.model import Incident, IncidentKey, ReportedFinding
    from .items.values import Item

_ABSENT = "attribute_not_exists(pk)"
_UNCHANGED = "revision = :revision AND incidentId = :incidentId"
_END = datetime(2999, 1, 1, tzinfo=UTC)  # after any time that an incident can be due


class DynamoIncidents:
    """Keeps findings and resolved incidents for `retention`."""

    def __init__(self, client: DynamoDBClient, table_name: str, retention: timedelta) -> None:
        self._client = client
        self._table_name = table_name
        self._retention = retention
        self._active = ClusterMarks(client, table_name, ACTIVE)

    def not_stored(self, found: Sequence[ReportedFinding]) -> Sequence[ReportedFinding]:
        by_key = {finding_key(one.finding): one for one in found}
        keys = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in by_key]
        for item in get_all(self._client, self._table_name, keys):
            del by_key[item["pk"]["S"], item["sk"]["S"]]
        return list(by_key.values())

    def current(self, key: IncidentKey) -> Incident | None:
        found = list(self._get([items.current_key(key)]))
        return found[0] if found else None

    def last_resolved(self, key: IncidentKey, since: datetime) -> Incident | None:
        with aws_errors():
            page = self._client.query(
                TableName=self._table_name,
                KeyConditionExpression="pk = :pk AND sk < :current",
                ExpressionAttributeValues={
                    ":pk": items.current_key(key)["pk"],
                    ":current": {"S": items.CURRENT},
                },
                ScanIndexForward=False,
                Limit=1,  # of one key only one incident is open at a time: the newest was resolved last
            )
        found = next((read_incident(item) for item in page["Items"]), None)
        return found if found and found.resolved_at and found.resolved_at >= since else None

    def unresolved(self, cluster_arn: str) -> Sequence[Incident]:
        found = self.due(cluster_arn, _END)
        return [one for one in found if not isinstance(one, InvalidInput) and one.open]

    def latest(self, incident: Incident) -> Incident | None:
        found = self._get([items.current_key(incident.key), items.resolved_key(incident)])
        return next((one for one in found if one.incident_id == incident.incident_id), None)

    def save(
        self, incident: Incident, before: Incident | None, found: Sequence[ReportedFinding], now: datetime
    ) -> Refused | None:
        self._mark([incident])
        findings = [self._finding(one, now) for one in found]
        reasons = transact(self._client, [*findings, *self._incident(incident, before)])
        if reasons is None:
            return None
        known = (
            one.finding.finding_id for one, reason in zip(found, reasons, strict=False) if reason == FAILED
        )
        overtaken = FAILED in reasons[len(found) :] or CONFLICT in reasons
        return Refused(known=frozenset(known), overtaken=overtaken)

    def save_all(self, incidents: Sequence[Incident]) -> bool:
        self._mark(incidents)
        actions = [self._put(one, one.revision - 1) for one in incidents]
        return not actions or transact(self._client, actions) is None

    def due(self, cluster_arn: str, now: datetime) -> Sequence[Incident | InvalidInput]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table_name,
            IndexName="due",
            KeyConditionExpression="clusterArn = :cluster AND dueAt <= :now",
            ExpressionAttributeValues={":cluster": {"S": cluster_arn}, ":now": milliseconds(now)},
        )
        with aws_errors():
            keys = [{name: item[name] for name in ("pk", "sk")} for page in pages for item in page["Items"]]
        items = get_all(self._client, self._table_name, keys, consistent=True)
        found = (read_or_error(read_incident, item) for item in items)
        return [one for one in found if isinstance(one, InvalidInput) or (one.due_at and one.due_at <= now)]

    def _mark(self, incidents: Sequence[Incident]) -> None:
        """Before they are stored, so that the watch looks at each that is due."""
        for one in incidents:
            if one.due_at:
                self._active.mark(one.key.cluster_arn, one.due_at)

    def _finding(self, one: ReportedFinding, now: datetime) -> dict[str, Any]:
        item = finding_item(one.finding, now, self._retention)
        return {"Put": {"TableName": self._table_name, "Item": item, "ConditionExpression": _ABSENT}}

    def _incident(self, incident: Incident, before: Incident | None) -> Iterator[dict[str, Any]]:
        """The writes that put the incident in the place of the one before."""
        if before is not None and before.status is not incident.status:
            moved = {"TableName": self._table_name, "Key": items.current_key(before.key)}
            yield {"Delete": moved | _if_unchanged(before, before.revision)}
            yield self._put(incident, None)
        else:
            yield self._put(incident, before.revision if before else None)

    def _put(self, incident: Incident, revision: int | None) -> dict[str, Any]:
        item = items.incident_item(incident, self._retention)
        absent = {"ConditionExpression": _ABSENT}
        condition = absent if revision is None else _if_unchanged(incident, revision)
        return {"Put": {"TableName": self._table_name, "Item": item, **condition}}

    def _get(self, keys: Sequence[Any]) -> Iterator[Incident]:
        return map(read_incident, get_all(self._client, self._table_name, keys, consistent=True))


def read_incident(item: Item) -> Incident:
    """The incident that an item holds; raises `InvalidInput` with its key when it cannot be read."""
    with reading(item, "incident"):
        return items.incident(item)


def _if_unchanged(incident: Incident, revision: int) -> dict[str, Any]:
    values = {":revision": number(revision), ":incidentId": {"S": incident.incident_id}}
    return {"ConditionExpression": _UNCHANGED, "ExpressionAttributeValues": values}
