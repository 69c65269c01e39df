"""Which clusters are watched: those in which something is due, marked by who stored it and by the sweep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.support.findings import found
from tests.support.system import ARNS, BATCH, SHOP
from tests.support.tabled import Tabled, tabled
from tests.support.values import event, recording, task_arn

DAY = timedelta(days=1).total_seconds()


@pytest.fixture
def table() -> Iterator[Tabled]:
    with tabled() as found:
        yield found


def protected(table: Tabled, minutes: int = 120) -> str:
    """A task that is known to be protected."""
    system = table.system
    arn = system.running()
    system.deliver()
    system.protect(arn, minutes=minutes)
    system.sweep_with()
    return arn


def forget_marks(table: Tabled) -> None:
    """As version 0.1.0 left the table: it marked no cluster for the watch."""
    for item in table.items(lambda item: item["pk"]["S"] == "ACTIVE"):
        table.delete(item)
    table.renew()


def test_the_watch_asks_for_active_clusters_only(table: Tabled) -> None:
    """Of fifty known clusters it reads the two in which something is due, and of no other an index."""
    system = table.system
    clusters = [f"{ARNS}c{number}" for number in range(48)]
    arns = [task_arn(number).replace("/shop/", f"/c{number}/") for number in range(48)]
    system.ledger.record(
        [
            recording(event(3, task_arn=arn, cluster_arn=cluster))
            for arn, cluster in zip(arns, clusters, strict=True)
        ]
    )
    system.running("batch")
    protected(table)
    system.alerts.notify([found(1, cluster_arn=BATCH)])
    assert (len(system.ledger.clusters()), sorted(table.active())) == (50, [BATCH, SHOP])
    table.renew()
    table.calls.clear()
    system.watch()
    asked: Counter[Any] = Counter()
    for query in table.made("Query"):
        ((_, value),) = [
            (name, value) for name, value in query["ExpressionAttributeValues"].items() if name != ":now"
        ]
        asked[query.get("IndexName"), value["S"]] += 1
    indexes = [(index, cluster) for index in ("due", "protected") for cluster in (BATCH, SHOP)]
    assert asked == Counter([(None, "ACTIVE"), (None, "MUTES"), *indexes])


def test_a_quiet_account_costs_the_watch_one_query(table: Tabled) -> None:
    """Where nothing is due in any cluster, it reads the marks and nothing else."""
    system = table.system
    system.running()
    system.deliver()
    system.sweep_with()
    table.calls.clear()
    result = system.watch()
    assert [name for name, _ in table.calls] == ["Query"]
    assert (result.protection.errors, result.maintenance.errors) == ({}, [])


def test_the_sweep_marks_nothing_where_nothing_is_due(table: Tabled) -> None:
    """A cluster with tasks alone is known, and not watched."""
    system = table.system
    system.running()
    system.deliver()
    for _ in range(3):
        system.sweep_with()
        system.wait(15)
    assert (system.ledger.clusters(), table.active()) == ([SHOP], {})


def test_the_sweep_marks_a_cluster_with_a_protected_task(table: Tabled) -> None:
    """After an upgrade from 0.1.0 the first sweep has the watch find what runs out."""
    arn = protected(table)
    forget_marks(table)
    system = table.system
    assert system.ledger.active_clusters() == []
    system.sweep_with()
    held = system.entry(arn).protection
    assert held is not None
    assert held.expires_at is not None
    assert table.active() == {SHOP: held.expires_at.timestamp() + 2 * DAY}
    system.wait(121)
    assert [one.kind for one in system.watch().protection.findings] == ["PROTECTION_EXPIRED"]


@pytest.mark.parametrize("minutes", [0, 600], ids=["due later", "due long ago"])
def test_the_sweep_marks_a_cluster_with_an_incident(table: Tabled, minutes: float) -> None:
    """One that is open is due some time, and its mark outlasts it, however long nobody looked."""
    system = table.system
    arn = system.running()
    system.end([arn], 1)
    system.deliver()
    system.assess(system.ledger.entries([arn]))
    forget_marks(table)
    system.wait(minutes)
    system.sweep_with()
    (until,) = table.active().values()
    assert until >= system.clock.now.timestamp() + DAY
    system.running()
    system.deliver()
    system.wait(20)
    assert len(system.watch().maintenance.resolved) == 1


def test_the_sweep_renews_a_mark_before_it_expires(table: Tabled) -> None:
    """As long as a protection lasts: one of two days, swept each hour, is marked at any time."""
    protected(table, minutes=2880)
    system = table.system
    for _ in range(12):
        system.wait(240)
        system.sweep_with()
        assert table.active()[SHOP] > system.clock.now.timestamp() + DAY


def test_what_is_over_leaves_its_mark_to_expire(table: Tabled) -> None:
    """When the protection has been cleared, sweeps write the mark no more: it is gone two days later."""
    arn = protected(table)
    system = table.system
    system.protect(arn, enabled=False)
    system.sweep_with()
    until = table.active()[SHOP]
    table.renew()
    for _ in range(4):
        system.wait(240)
        system.sweep_with()
    assert table.active() == {SHOP: until}


def test_two_days_of_sweeps_write_few_marks(table: Tabled) -> None:
    """A mark is prolonged once a day by each process, though its time moves on with each look."""
    system = table.system
    protected(table, minutes=2880)
    table.calls.clear()
    for _ in range(16):
        system.wait(180)
        system.sweep_with()
        system.watch()
    marks = [update for update in table.made("UpdateItem") if update["Key"]["pk"]["S"] == "ACTIVE"]
    assert len(marks) <= 6
