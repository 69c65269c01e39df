"""Conditions that stand: each look finds them again, and what is known of them is read, not written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.findings.model import Kind
from reconciler.use_cases.alerting import report
from taskledger.local.memory_incidents import MemoryIncidents
from tests.support.ledgers import RETENTION, dynamodb_table
from tests.support.system import SHOP, System

if TYPE_CHECKING:
    from collections.abc import Iterator

TASKS = 5
AT_ONCE = 2  # findings in one transaction: those of a look take several
WRITES = frozenset({"BatchWriteItem", "DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"})
SEEN = 60 // 5  # writes of an incident in an hour, which say that its condition was seen once more


@dataclass
class Store:
    """A system, and its writes: transactions that were refused, and all others."""

    system: System
    writes: Counter[str] = field(default_factory=Counter)

    def watch(self, minutes: int) -> dict[str, int]:
        """The writes of the watch in the time."""
        self.writes.clear()
        for _ in range(minutes):
            self.system.wait(1)
            assert self.system.watch().maintenance.errors == []
        return dict(self.writes)

    def counted(self, kind: Kind) -> list[int]:
        """The findings in each open incident of the kind."""
        found = self.system.alerts.incidents.unresolved(SHOP)
        return [one.count for one in found if one.key.kind is kind]


def on_dynamodb(store: Store, client: Any, name: str) -> None:
    def count(model: Any, http_response: Any, **_: Any) -> None:
        if model.name in WRITES:
            refused = model.name == "TransactWriteItems" and http_response.status_code >= 400
            store.writes["refused" if refused else "done"] += 1

    client.meta.events.register("after-call.dynamodb", count)
    store.system.ledger = DynamoLedger(client, name, RETENTION)
    incidents = DynamoIncidents(client, name, RETENTION)
    store.system.alerts = replace(store.system.alerts, incidents=incidents)


def in_memory(store: Store) -> None:
    class Counted(MemoryIncidents):
        def save(self, *arguments: Any) -> Any:
            refused = super().save(*arguments)
            store.writes["refused" if refused else "done"] += 1
            return refused

    store.system.alerts = replace(store.system.alerts, incidents=Counted(store.system.ledger.mark_active))


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest, system: System, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(report, "MAX_FOUND", AT_ONCE)
    store = Store(system)
    if request.param == "memory":
        in_memory(store)
        yield store
        return
    with dynamodb_table() as (client, name):
        on_dynamodb(store, client, name)
        yield store


def protect_for_long(store: Store, tasks: int) -> None:
    """Tasks that are protected for two days from now, as the ledger knows."""
    arns = [store.system.running() for _ in range(tasks)]
    store.system.deliver()
    store.system.protect(*arns, minutes=2 * 24 * 60)
    store.system.sweep_with()


def test_what_is_known_of_long_protections_is_not_written_again(store: Store) -> None:
    """In an hour of the watch no write is refused, and none is done but that the incident goes on.

    A task that joins the others meanwhile is counted with them, once.
    """
    protect_for_long(store, TASKS)
    store.system.wait(10)
    protect_for_long(store, 1)
    store.system.wait(24 * 60 - 9)
    store.watch(1)
    assert store.counted(Kind.PROTECTION_TOO_LONG) == [TASKS]
    joined, standing = store.watch(10), store.watch(60)
    assert store.counted(Kind.PROTECTION_TOO_LONG) == [TASKS + 1]
    assert (joined.keys(), standing.keys()) == ({"done"}, {"done"})
    assert standing["done"] <= SEEN


def test_what_is_known_of_stuck_tasks_is_not_written_again(store: Store) -> None:
    """Nor do sweeps, which find them again: nothing is refused, and each is counted once."""
    for _ in range(TASKS):
        store.system.report(store.system.start(), "PENDING")
    store.system.deliver()
    store.system.wait(16)
    store.system.sweep_with()
    assert store.counted(Kind.STUCK) == [TASKS]
    for _ in range(4):
        store.watch(15)
        store.system.sweep_with()
        assert "refused" not in store.writes
    assert store.counted(Kind.STUCK) == [TASKS]


def test_what_is_known_is_open_again_with_all_that_stands(store: Store) -> None:
    """Of an incident that was over while its findings are stored, the look that finds them opens it again."""
    protect_for_long(store, TASKS)
    store.system.wait(24 * 60 + 1)
    store.watch(1)
    (incident,) = store.system.alerts.incidents.unresolved(SHOP)
    ended = store.system.alerts.next_steps().take(
        replace(incident, ended_by="somebody said so"), store.system.clock.now
    )
    assert store.system.alerts.incidents.save(ended, incident, (), store.system.clock.now) is None
    assert store.counted(Kind.PROTECTION_TOO_LONG) == []
    assert "refused" not in store.watch(1)
    (again,) = store.system.alerts.incidents.unresolved(SHOP)
    assert again.incident_id == incident.incident_id
