"""Sweeps that meet: one keeps the other out, an overtaken one ends, and a place is never left behind."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.adapters.ecs import EcsTasks
from reconciler.errors import TransientError
from taskledger.local.direct_client import direct_client
from taskledger.local.memory_sweep_progress import MemorySweepProgress
from taskledger.simulator.engine.shapes import Fields
from tests.reconciler.use_cases.test_sweep_interrupted import (
    Killer,
    believed,
    in_trouble,
    killed,
    swept_at_once,
)
from tests.support.system import BATCH, SHOP, System, counts, disagreements, new_system

pytestmark = pytest.mark.usefixtures("small_chunks")


def during(system: System, operation: str, act: Callable[[], object]) -> None:
    """Lets something happen just before the first such call on the shop."""

    def before(called: str, request: Fields) -> None:
        if called == operation and request.get("cluster", SHOP) == SHOP:
            system.api.before = lambda *_: None
            act()

    system.api.before = before


def test_a_second_sweep_keeps_out(system: System) -> None:
    """While a run is under way another one does nothing, and says so."""
    arn = system.running()
    system.drop()
    others = []
    during(system, "DescribeTasks", lambda: others.append(system.sweep_with()))
    swept = system.sweep_with()
    assert [(other.excluded, other.complete, other.clusters) for other in others] == [(True, False, {})]
    assert (swept.complete, counts(swept), system.known(arn)) == (
        True,
        {"REPAIRED": 1, "UNRECORDED": 1},
        [("RUNNING", 3)],
    )


def test_an_overtaken_sweep_ends(system: System) -> None:
    """A run that went on past its time is reported so at the next cluster, and touches the place no more."""
    arns = in_trouble(system)
    system.ecs.call("CreateCluster", {"clusterName": "zoo"})
    others = []

    def overtake() -> None:
        system.wait(11)
        others.append(system.sweep_with())

    during(system, "DescribeTasks", overtake)
    swept = system.sweep_with()
    assert (swept.complete, [str(error) for error in swept.errors]) == (
        False,
        ["another run has taken the sweep over"],
    )
    assert [other.complete for other in others] == [True]
    assert (believed(system, arns), disagreements(system)) == (swept_at_once(), [])
    assert system.progress_store.acquire("next", system.clock.now, system.clock.now) is not None


def test_two_sweeps_in_step() -> None:
    """Even two that don't know of each other do no harm, wherever the second one comes between."""
    expected = swept_at_once()
    for nth in range(1, 1000):
        system = new_system()
        arns, closed = in_trouble(system), []

        class Between(Killer):
            """Runs the second sweep at the n-th call of the first."""

            def step(self, call: Callable[[], Any]) -> Any:
                self.calls += 1
                if self.calls == self.nth:
                    other = system.sweep_with(progress_store=MemorySweepProgress())  # noqa: B023 - called in this turn of the loop
                    closed.extend(one.counts["CLOSED"] for one in other.clusters.values())  # noqa: B023 - the same
                return call()

        between = Between(nth)
        swept = system.sweep_with(tasks=between.around(system.tasks), ledger=between.around(system.ledger))
        closed += [one.counts["CLOSED"] for one in swept.clusters.values()]
        assert (believed(system, arns), sum(closed)) == (expected, 4), nth
        if between.calls < nth:
            break
    assert nth > 30


def test_a_pass_cut_short_is_one_pass(system: System) -> None:
    """A task that two runs of the same pass miss was missed once."""
    arn = system.running()
    system.deliver()
    system.report(arn, "STOPPED")
    system.drop()
    system.wait(61)
    assert killed(system, Killer(19, done=True))
    assert (system.entry(arn).open, system.entry(arn).missing_since is not None) == (True, True)
    system.wait(11)
    assert counts(system.sweep_with()) == {"VANISHED": 1}
    assert system.entry(arn).open
    system.wait(15)
    assert counts(system.sweep_with()) == {"CLOSED": 1, "VANISHED": 1}


def test_a_failing_ledger_keeps_the_place(system: System) -> None:
    """Where the ledger itself fails, the run ends with what it did, and the next one goes on from there."""
    arns = in_trouble(system)

    class Flaky:
        """The keeper of the place, which fails at the second cluster."""

        def checkpoint(self, run: str, place: Any) -> None:
            if place.cluster_arn == SHOP:
                raise TransientError("throttled")
            system.progress_store.checkpoint(run, place)

        def __getattr__(self, name: str) -> Any:
            return getattr(system.progress_store, name)

    swept = system.sweep_with(progress_store=Flaky())
    assert ([str(error) for error in swept.errors], list(swept.clusters)) == (["throttled"], [BATCH])
    system.api.calls.clear()
    assert system.sweep_with().complete
    assert {request["cluster"] for request in system.api.made("ListTasks")} == {SHOP}
    assert believed(system, arns) == swept_at_once()


def test_the_place_is_not_left_behind_at_an_error(system: System) -> None:
    """A run that breaks off leaves the place that it had come to, not the one where it began."""
    in_trouble(system)

    class Broken(EcsTasks):
        """ECS, with a fault of our own in the second cluster."""

        def list_tasks(self, cluster_arn: str, listing: Any) -> Any:
            if cluster_arn == SHOP:
                raise ZeroDivisionError
            return super().list_tasks(cluster_arn, listing)

    with pytest.raises(ZeroDivisionError):
        system.sweep_with(tasks=Broken(direct_client(system.api)))
    place = system.progress_store.acquire("next", system.clock.now, system.clock.now)
    assert place is not None
    assert place == replace(place, cluster_arn=SHOP, after=None)
