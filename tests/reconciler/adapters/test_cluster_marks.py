"""The marks of clusters: only ever prolonged, seldom written, and there before what they are for."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.adapters.dynamodb.cluster_marks import ACTIVE, ClusterMarks
from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.errors import TransientError
from reconciler.model.protection import Protection
from tests.reconciler.adapters.conftest import Table
from tests.reconciler.adapters.test_dynamodb import put, refusal
from tests.support.findings import found
from tests.support.incidents import with_findings
from tests.support.ledgers import RETENTION
from tests.support.values import CLUSTER, START, TASK, at, event

HOUR = timedelta(hours=1)


def marks(table: Table) -> ClusterMarks:
    """The marks as a process of its own writes them."""
    return ClusterMarks(table.client, table.name, ACTIVE)


def marked_until(table: Table, cluster_arn: str = CLUSTER) -> datetime | None:
    key: Any = {"pk": {"S": ACTIVE}, "sk": {"S": cluster_arn}}
    item = table.client.get_item(TableName=table.name, Key=key).get("Item")
    return START + timedelta(seconds=int(item["ttl"]["N"]) - START.timestamp()) if item else None


def writes(table: Table) -> list[tuple[str, str]]:
    """From now on: each write, and the partition key that it is to."""
    made: list[tuple[str, str]] = []

    def note(model: Any, params: Any, **_: object) -> None:
        body = json.loads(params["body"])
        if model.name == "TransactWriteItems":
            made.append((model.name, ""))
        elif model.name == "UpdateItem":
            made.append((model.name, body["Key"]["pk"]["S"]))

    table.client.meta.events.register("before-call.dynamodb", note)
    return made


def test_a_mark_is_shortened_by_nobody(table: Table) -> None:
    """A process that knows of a nearer time leaves the mark of another as it is."""
    marks(table).mark(CLUSTER, START + 240 * HOUR)
    nearer = marks(table)
    nearer.mark(CLUSTER, START + HOUR)
    assert marked_until(table) == START + (240 + 48) * HOUR
    nearer.mark(CLUSTER, START + 300 * HOUR)
    assert marked_until(table) == START + (300 + 48) * HOUR


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 120)), min_size=1, max_size=8))
def test_marks_by_several_processes(table: Table, calls: list[tuple[int, int]]) -> None:
    """In any order, the mark outlasts each time by a day at least, and is never set back."""
    cluster_arn = f"{CLUSTER}-{uuid4()}"
    processes, latest = [marks(table) for _ in range(3)], START
    for process, hours in calls:
        processes[process].mark(cluster_arn, START + hours * HOUR)
        until = marked_until(table, cluster_arn)
        assert until is not None
        assert until >= max(latest, START + (hours + 24) * HOUR)
        latest = until


def test_a_mark_is_written_once_a_day(table: Table) -> None:
    """While its time moves on by less than a day no call is made; after that it is one."""
    made, active = writes(table), marks(table)
    for minutes in range(0, 24 * 60 + 1, 10):
        active.mark(CLUSTER, START + timedelta(minutes=minutes))
    assert len(made) == 1
    active.mark(CLUSTER, START + 24 * HOUR + timedelta(seconds=1))
    assert len(made) == 2
    active.mark(CLUSTER + "2", START)
    assert len(made) == 3


def test_a_mark_that_failed_is_not_known(table: Table) -> None:
    """The next call tries again, and only what was written is remembered."""
    refusals = iter([refusal("ThrottlingException")])
    table.answer("UpdateItem", lambda body: next(refusals, None))
    active = marks(table)
    with pytest.raises(TransientError):
        active.mark(CLUSTER, START)
    assert marked_until(table) is None
    active.mark(CLUSTER, START)
    assert marked_until(table) == START + 48 * HOUR


def test_a_mark_that_another_made_longer_is_not_asked_about_again(table: Table) -> None:
    """What was refused as too short is known to be marked for long enough."""
    marks(table).mark(CLUSTER, START + 240 * HOUR)
    active, made = marks(table), writes(table)
    for _ in range(3):
        active.mark(CLUSTER, START)
    assert len(made) == 1


def test_a_cluster_is_marked_before_its_incident_is_stored(table: Table) -> None:
    """So that the watch looks at it, whenever the process ends."""
    store, made = DynamoIncidents(table.client, table.name, RETENTION), writes(table)
    incident = with_findings(None, found(1))
    assert store.save(incident, None, [found(1)], START) is None
    assert made == [("UpdateItem", ACTIVE), ("TransactWriteItems", "")]
    assert incident.due_at is not None
    assert marked_until(table) == incident.due_at.replace(microsecond=0) + 48 * HOUR


def test_a_cluster_is_marked_before_many_incidents_are_stored(table: Table) -> None:
    """Each cluster of incidents that are put together."""
    store = DynamoIncidents(table.client, table.name, RETENTION)
    other = found(2, cluster_arn=CLUSTER + "2")
    stored = [with_findings(None, one) for one in (found(1), other)]
    for one in stored:
        assert store.save(one, None, (), START) is None
    again, made = DynamoIncidents(table.client, table.name, RETENTION), writes(table)
    later = [with_findings(one, found(3, cluster_arn=one.key.cluster_arn), now=at(9)) for one in stored]
    assert again.save_all(later)
    assert made == [("UpdateItem", ACTIVE), ("UpdateItem", ACTIVE), ("TransactWriteItems", "")]


def test_a_cluster_is_marked_before_its_protection_is_stored(table: Table) -> None:
    """For as long as the protection lasts; one without an end, or over, marks nothing."""
    put(table, event(3))
    made = writes(table)
    held = Protection(expires_at=at(7200), checked_at=at(60), since=at(60))
    assert table.ledger.record_protection(CLUSTER, TASK, None, held)
    assert made == [("UpdateItem", ACTIVE), ("UpdateItem", TASK)]
    assert marked_until(table) == at(7200) + 48 * HOUR
    made.clear()
    assert table.ledger.record_protection(CLUSTER, TASK, held, held.settle())
    assert made == [("UpdateItem", TASK)]


def test_nothing_is_stored_without_its_mark(table: Table) -> None:
    """Where the mark is refused, neither the incident nor the protection is stored."""
    put(table, event(3))
    store = DynamoIncidents(table.client, table.name, RETENTION)
    table.answer("UpdateItem", lambda body: refusal("ThrottlingException") if b"ACTIVE" in body else None)
    incident = with_findings(None, found(1))
    with pytest.raises(TransientError):
        store.save(incident, None, [found(1)], START)
    held = Protection(expires_at=at(7200), checked_at=at(60), since=at(60))
    with pytest.raises(TransientError):
        table.ledger.record_protection(CLUSTER, TASK, None, held)
    entry = table.ledger.entry(TASK)
    assert entry is not None
    assert (store.current([incident.key]), entry.protection) == ({}, None)
