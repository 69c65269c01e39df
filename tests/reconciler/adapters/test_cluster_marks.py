<<<<<<< HEAD
"""The marks of clusters: only ever prolonged, seldom written, and there before what they are for."""
=======
"""For how long the table knows a cluster: as its tasks are kept, or two days if ECS never answered for it."""
>>>>>>> h10b

from __future__ import annotations

import json
<<<<<<< HEAD
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.adapters.dynamodb.cluster_marks import ACTIVE, ClusterMarks
from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.errors import TransientError
from reconciler.findings.policy import Policy
from reconciler.incidents.lifecycle import add_findings
from reconciler.model.protection import Protection
from tests.reconciler.adapters.conftest import Table
from tests.reconciler.adapters.test_dynamodb import put, refusal
from tests.support.findings import found
from tests.support.ledgers import RETENTION
from tests.support.values import CLUSTER, START, TASK, at, event

POLICY = Policy()
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
    incident = add_findings(None, [found(1)], START, POLICY)
    assert store.save(incident, None, [found(1)], START) is None
    assert made == [("UpdateItem", ACTIVE), ("TransactWriteItems", "")]
    assert incident.due_at is not None
    assert marked_until(table) == incident.due_at.replace(microsecond=0) + 48 * HOUR


def test_a_cluster_is_marked_before_many_incidents_are_stored(table: Table) -> None:
    """Each cluster of incidents that are put together."""
    store = DynamoIncidents(table.client, table.name, RETENTION)
    other = found(2, cluster_arn=CLUSTER + "2")
    stored = [add_findings(None, [one], START, POLICY) for one in (found(1), other)]
    for one in stored:
        assert store.save(one, None, (), START) is None
    again, made = DynamoIncidents(table.client, table.name, RETENTION), writes(table)
    later = [add_findings(one, [found(3, cluster_arn=one.key.cluster_arn)], at(9), POLICY) for one in stored]
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
    incident = add_findings(None, [found(1)], START, POLICY)
    with pytest.raises(TransientError):
        store.save(incident, None, [found(1)], START)
    held = Protection(expires_at=at(7200), checked_at=at(60), since=at(60))
    with pytest.raises(TransientError):
        table.ledger.record_protection(CLUSTER, TASK, None, held)
    entry = table.ledger.entry(TASK)
    assert entry is not None
    assert (store.current(incident.key), entry.protection) == (None, None)
=======
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from taskledger.simulator.engine.errors import ApiError
from tests.reconciler.adapters.conftest import Table
from tests.support.ledgers import RETENTION
from tests.support.system import SHOP, System
from tests.support.values import CLUSTER, at, envelope, event, recording, task_arn

MADE_UP = CLUSTER.replace("cluster/shop", "cluster/made-up")
SOON = timedelta(days=2)


def marked_until(table: Table, cluster_arn: str = CLUSTER) -> datetime | None:
    key = {"pk": {"S": "CLUSTERS"}, "sk": {"S": cluster_arn}}
    item = table.client.get_item(TableName=table.name, Key=key).get("Item")
    return datetime.fromtimestamp(int(item["ttl"]["N"]), UTC) if item else None


def record(table: Table, *, answered: bool, observed: float = 0, now: float = 0) -> None:
    observation = replace(event(1), observed_at=at(observed))
    unanswered_at = None if answered else at(now)
    table.ledger.record([replace(recording(observation), unanswered_at=unanswered_at)])


def test_a_cluster_that_answered_is_known_as_long_as_its_tasks(table: Table) -> None:
    """From the event's own time, as its entry and rows are."""
    record(table, answered=True, observed=30)
    assert marked_until(table) == at(30) + RETENTION + SOON


def test_a_cluster_that_did_not_answer_is_known_for_two_days(table: Table) -> None:
    """From now on, however old the event is: a replay brings events of weeks ago."""
    record(table, answered=False, observed=-1_000_000, now=60)
    assert marked_until(table) == at(60) + SOON


def test_a_mark_is_never_made_shorter(table: Table) -> None:
    """A cluster that answered once stays known, deleted or throttled."""
    record(table, answered=True)
    record(table, answered=False, now=60)
    table.ledger.mark_cluster(CLUSTER, at(60), has_tasks=True)
    assert marked_until(table) == at(0) + RETENTION + SOON


def test_open_tasks_keep_a_cluster_known(table: Table) -> None:
    """For two days after each sweep that finds some: until they are closed they are looked for."""
    table.ledger.mark_cluster(CLUSTER, at(0), has_tasks=False)
    assert marked_until(table) is None
    table.ledger.mark_cluster(CLUSTER, at(0), has_tasks=True)
    assert marked_until(table) == at(0) + SOON


def test_what_answers_a_sweep_is_kept(table: Table) -> None:
    """If anything of it was recorded; of a cluster without tasks there is nothing to find."""
    table.ledger.keep_cluster(CLUSTER, at(0))
    assert marked_until(table) is None
    record(table, answered=False)
    for days in (0, 3):
        now = at(0) + timedelta(days=days)
        table.ledger.keep_cluster(CLUSTER, now)
        assert marked_until(table) == now + RETENTION + SOON


@pytest.fixture
def stored(system: System, table: Table) -> System:
    """The system with its ledger on the table."""
    return replace(system, ledger=table.ledger)


def test_a_made_up_cluster_is_soon_forgotten(stored: System, table: Table) -> None:
    """Its task is closed by two sweeps, which leave the mark of two days as it is."""
    arn = task_arn(1).replace("task/shop/", "task/made-up/")
    stored.observe({"1": json.dumps(envelope(1, taskArn=arn, clusterArn=MADE_UP))})
    until = stored.clock.now + SOON
    for _ in range(4):
        stored.wait(15)
        stored.sweep_with()
    entry = table.ledger.entry(arn)
    assert entry is not None
    assert entry.unobserved
    found = marked_until(table, MADE_UP)
    assert found is not None
    assert until <= found <= stored.clock.now + SOON


@pytest.mark.parametrize("seen_by", ["event", "sweep"])
def test_a_deleted_cluster_stays_known(stored: System, table: Table, seen_by: str) -> None:
    """As long as its history is kept, if ECS answered for it at an event or at a sweep."""
    if seen_by == "sweep":
        stored.api.refuse = lambda operation, _: (
            ApiError("ThrottlingException", "slow") if operation == "DescribeTasks" else None
        )
    arn = stored.start()
    stored.deliver()
    stored.report(arn, "STOPPED")
    stored.deliver()
    closed = stored.clock.now
    assert (marked_until(table, SHOP) == closed + SOON) is (seen_by == "sweep")
    stored.api.heal()
    if seen_by == "sweep":
        stored.sweep_with()
    stored.wait(61)
    stored.ecs.call("DeleteCluster", {"cluster": "shop"})
    for _ in range(3):
        stored.sweep_with()
        stored.wait(15)
    found = marked_until(table, SHOP)
    assert found is not None
    assert found > closed + RETENTION
>>>>>>> h10b
