"""A table that gives no answer to the first question of a run: the result says so, and nothing was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from reconciler.errors import LedgerError, TerminalError, TransientError
from reconciler.use_cases.watch_protection import ProtectionResult
from tests.support.findings import found
from tests.support.system import SHOP, System

ERRORS = [TransientError("throttled"), TerminalError("AccessDenied")]


@dataclass
class Failing:
    """A port of which one method fails, with as many errors as there are."""

    port: Any
    method: str
    errors: list[LedgerError]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self.port, name)

        def call(*arguments: Any, **options: Any) -> Any:
            if name == self.method and self.errors:
                raise self.errors.pop()
            return method(*arguments, **options)

        return call


@pytest.mark.parametrize("error", ERRORS, ids=["transient", "terminal"])
def test_a_sweep_without_its_place(system: System, error: LedgerError) -> None:
    """It has one error, is neither complete nor excluded, and asks ECS nothing; the next one does all."""
    system.running()
    system.drop()
    store = Failing(system.progress_store, "acquire", [error])
    result = system.sweep_with(progress_store=store)
    assert (result.errors, result.complete, result.excluded) == ([error], False, False)
    assert (result.place, result.clusters, result.notified, result.late) == (None, {}, [], 0)
    assert system.api.calls == []
    assert system.sweep_with(progress_store=store).complete


@pytest.mark.parametrize("method", ["checkpoint", "release"])
def test_a_sweep_that_loses_its_place(system: System, method: str) -> None:
    """Where the place cannot be written on the way or at the end, the error is in the result."""
    store = Failing(system.progress_store, method, [error := TransientError("throttled")])
    result = system.sweep_with(progress_store=store)
    assert (result.errors, result.complete) == ([error], method == "release")


def test_clusters_that_cannot_be_read_end_a_sweep(system: System) -> None:
    """It has the error and is not complete; its place is free for the next one at once."""
    ledger = Failing(system.ledger, "clusters", [error := TransientError("throttled")])
    result = system.sweep_with(ledger=ledger)
    assert (result.errors, result.complete, result.clusters) == ([error], False, {})
    assert system.sweep_with().complete


@pytest.mark.parametrize("error", ERRORS, ids=["transient", "terminal"])
def test_a_watch_without_its_clusters(system: System, error: LedgerError) -> None:
    """It has one error, has looked at no cluster, and has asked ECS nothing; the next one does all."""
    system.running()
    system.deliver()
    system.alerts.notify([found(1)])
    system.api.heal()
    system.wait(20)
    system.ledger = Failing(system.ledger, "active_clusters", [error])
    result = system.watch()
    assert (result.maintenance.errors, result.maintenance.resolved) == ([error], [])
    assert (result.protection, result.notified, system.api.calls) == (ProtectionResult(), [], [])
    after = system.watch()
    assert (after.maintenance.errors, len(after.maintenance.resolved)) == ([], 1)


def test_a_cluster_whose_incidents_cannot_be_read(system: System) -> None:
    """It is one error, and its protections are watched all the same."""
    arn = system.running()
    system.deliver()
    system.protect(arn, minutes=20)
    system.sweep_with()
    system.wait(21)
    store = system.alerts.incidents
    error = TransientError("throttled")
    failing = Failing(store, "due", [error])
    system.alerts = replace(system.alerts, incidents=failing)
    result = system.watch()
    assert result.maintenance.errors == [error]
    assert [one.kind for one in result.protection.findings] == ["PROTECTION_EXPIRED"]
    assert store.due(SHOP, system.clock.now) == []
    assert [message.document["type"] for _, message in system.inbox.mail] == ["OPENED"]
