"""For how long the table knows a cluster: as its tasks are kept, or two days if ECS never answered for it."""

from __future__ import annotations

import json
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
