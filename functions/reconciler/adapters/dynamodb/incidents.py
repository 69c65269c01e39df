"""The port `Incidents` on DynamoDB, in the ledger's table.

Put  finding F1   if absent            one transaction: all of it, or none of it and the reason for each;
Put  finding F2   if absent            a finding that is there already was reported before, an incident
Put  incident     if of revision n     that has moved on was written by another process meanwhile

Where the incident takes the place of another one, a further Put archives that, in the same transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ...errors import InvalidInput
from ...ports.incidents import Member, Refused
from ..aws import aws_errors
from .batch import CONFLICT, FAILED, get_all, query_all, transact
from .cluster_marks import ACTIVE, ClusterMarks
from .items import incident_items as items
from .items.finding_items import finding_item, finding_key
from .items.values import milliseconds, number, read_or_error, reading, seconds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from ...incidents.model import Incident
    from ...incidents.reported import IncidentKey, ReportedFinding
    from .items.values import Item, Value

_ABSENT = "attribute_not_exists(pk)"
_UNCHANGED = "revision = :revision AND incidentId = :incidentId"
_COUNTED = timedelta(days=2)  # for which the messages of an hour are kept
_END = datetime(2999, 1, 1, tzinfo=UTC)  # after any time that an incident can be due


class DynamoIncidents:
    """Keeps findings and resolved incidents for `retention`, all else that has an end for two days."""

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

    def current(self, keys: Collection[IncidentKey]) -> Mapping[IncidentKey, Incident]:
        found = self._get([items.current_key(key) for key in dict.fromkeys(keys)])
        return {one.key: one for one in found}

    def unresolved(self, cluster_arn: str) -> Sequence[Incident]:
        found = self.due(cluster_arn, _END)
        return [one for one in found if not isinstance(one, InvalidInput) and one.open]

    def latest(self, incident: Incident) -> Incident | None:
        return self.named(incident.incident_id)

    def named(self, incident_id: str) -> Incident | None:
        """The incident of that id as it now stands, current or archived."""
        key = incident_id.rpartition("|")[0]
        found = self._get([items.current_key(key), items.archived_key(incident_id)])
        return next((one for one in found if one.incident_id == incident_id), None)

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
        actions = [self._put(one, _unchanged(one.incident_id, one.revision - 1)) for one in incidents]
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

    def join(self, shared: IncidentKey, owner: str, now: datetime) -> None:
        """The last write counts, whatever was there: writers differ by seconds, limits are minutes."""
        with aws_errors():
            self._client.put_item(
                TableName=self._table_name, Item=items.member_item(shared, Member(owner, now))
            )

    def members(self, shared: IncidentKey, since: datetime) -> Sequence[Member]:
        rows = query_all(
            self._client,
            self._table_name,
            "pk = :pk",
            {":pk": items.shared_key(shared)},
            ConsistentRead=True,
        )
        return [one for one in map(_read_member, rows) if one.at >= since]

    def messages(self, hour: datetime) -> int:
        return sum(map(_read_count, get_all(self._client, self._table_name, [_hour_key(hour)])))

    def count_messages(self, hour: datetime, number: int) -> None:
        """An answer that is lost on its way, and asked for again, counts twice."""
        with aws_errors():
            self._client.update_item(
                TableName=self._table_name,
                Key=_hour_key(hour),
                UpdateExpression="ADD messages :number SET #ttl = :ttl",
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues={
                    ":number": {"N": str(number)},
                    ":ttl": seconds(hour + _COUNTED),
                },
            )

    def _mark(self, incidents: Sequence[Incident]) -> None:
        """Before they are stored, so that the watch looks at each that is due."""
        for one in incidents:
            if one.due_at:
                self._active.mark(one.key.cluster_arn, one.due_at)

    def _finding(self, one: ReportedFinding, now: datetime) -> dict[str, Any]:
        item = finding_item(one.finding, now, self._retention)
        return {"Put": {"TableName": self._table_name, "Item": item, "ConditionExpression": _ABSENT}}

    def _incident(self, incident: Incident, before: Incident | None) -> Iterator[dict[str, Any]]:
        """The writes that put the incident in the place of the one before.

        That of the archived one needs no condition of its own: only who replaces it gets here.
        """
        if before is None:
            yield self._put(incident, {"ConditionExpression": _ABSENT})
            return
        if before.incident_id != incident.incident_id:
            yield self._put(replace(before, archived=True, revision=before.revision + 1), {})
        yield self._put(incident, _unchanged(before.incident_id, before.revision))

    def _put(self, incident: Incident, condition: Mapping[str, Any]) -> dict[str, Any]:
        item = items.incident_item(incident, self._retention)
        return {"Put": {"TableName": self._table_name, "Item": item, **condition}}

    def _get(self, keys: Sequence[Any]) -> Iterator[Incident]:
        return map(read_incident, get_all(self._client, self._table_name, keys, consistent=True))


def read_incident(item: Item) -> Incident:
    """The incident that an item holds; raises `InvalidInput` with its key when it cannot be read."""
    with reading(item, "incident"):
        return items.incident(item)


def _read_member(item: Item) -> Member:
    with reading(item, "member"):
        return items.member(item)


def _read_count(item: Item) -> int:
    with reading(item, "count"):
        return int(item["messages"]["N"])


def _unchanged(incident_id: str, revision: int) -> dict[str, Any]:
    values = {":revision": number(revision), ":incidentId": {"S": incident_id}}
    return {"ConditionExpression": _UNCHANGED, "ExpressionAttributeValues": values}


def _hour_key(hour: datetime) -> dict[str, Value]:
    return {"pk": {"S": "MESSAGES"}, "sk": {"S": f"{hour:%Y-%m-%dT%H}:00Z"}}
