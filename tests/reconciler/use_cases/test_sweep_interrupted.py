"""A sweep that is killed, out of time, or not alone: nothing is lost, and nothing closed that lives."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config

from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.adapters.dynamodb.sweep_progress import DynamoSweepProgress
from reconciler.adapters.ecs import EcsTasks
from taskledger.simulator.api.client import connect
from tests.support.ledgers import RETENTION, dynamodb_table
from tests.support.system import SHOP, System, disagreements, new_system

pytestmark = pytest.mark.usefixtures("small_chunks")


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Killer:
    """Kills at the n-th call, before it or once it is done; a dead process makes no more calls."""

    nth: int
    done: bool = False
    calls: int = 0

    def step(self, call: Callable[[], Any]) -> Any:
        self.calls += 1
        if self.calls > self.nth or (self.calls == self.nth and not self.done):
            raise Killed
        result = call()
        if self.calls == self.nth:
            raise Killed
        return result

    def around(self, target: Any) -> Any:
        return Doomed(target, self)


@dataclass
class Doomed:
    """What a process that will be killed calls."""

    target: Any
    killer: Killer

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.target, name)
        return lambda *given, **named: self.killer.step(lambda: call(*given, **named))


def in_trouble(system: System, tasks: int = 2, clusters: Sequence[str] = ("batch", "shop")) -> list[str]:
    """Tasks of all kinds in each cluster; those that are gone were missed by a pass before."""
    lives, missed, gone = (
        [system.running(cluster) for cluster in clusters for _ in range(tasks)] for _ in range(3)
    )
    system.deliver()
    for arn in gone:
        system.report(arn, "STOPPED")
    system.drop()
    system.wait(61)
    for arn in gone:
        system.ledger.mark_missing(system.entry(arn), system.clock.now)
    for arn in missed:
        system.report(arn, "STOPPED")
    system.protect(*(arn for arn in lives if "/shop/" in arn))
    unrecorded = [system.start(cluster) for cluster in clusters for _ in range(tasks)]
    system.drop()
    system.wait(15)
    system.api.calls.clear()
    return [*lives, *missed, *gone, *unrecorded]


def believed(system: System, arns: list[str]) -> list[tuple[object, ...]]:
    """What the ledger says of the tasks, but for times."""
    return [
        (entry.state.version, entry.state.last_status, entry.unobserved, entry.protection is not None)
        for entry in map(system.entry, arns)
    ]


def swept_at_once() -> list[tuple[object, ...]]:
    """What the ledger says after one sweep that nothing interrupts."""
    system = new_system()
    arns = in_trouble(system)
    assert system.sweep_with().complete
    assert disagreements(system) == []
    return believed(system, arns)


def killed(system: System, killer: Killer) -> bool:
    try:
        system.sweep_with(
            tasks=killer.around(system.tasks),
            ledger=killer.around(system.ledger),
            progress_store=killer.around(system.progress_store),
        )
    except Killed:
        return True
    return False


@pytest.mark.parametrize("done", [False, True], ids=["before the call", "after the call"])
def test_killed_at_any_call(done: bool) -> None:  # noqa: FBT001 - a column
    """Wherever a sweep is killed, the next one goes on when its time is up, and ends as one alone would."""
    expected = swept_at_once()
    for nth in range(1, 1000):
        system = new_system()
        arns = in_trouble(system)
        if not killed(system, Killer(nth, done)):
            break
        system.wait(11)
        assert system.sweep_with().complete
        assert (believed(system, arns), disagreements(system)) == (expected, []), nth
    assert nth > 30


def test_killed_again_and_again() -> None:
    """A sweep that never gets far still comes to its end, cluster by cluster."""
    system = new_system()
    arns = in_trouble(system)
    for nth in (9, 15, 20, 24, 1000):
        assert killed(system, Killer(nth)) is (nth < 1000)
        system.wait(11)
    assert believed(system, arns) == swept_at_once()


@contextmanager
def on_dynamodb() -> Iterator[tuple[System, Callable[[Killer], None]]]:
    """A system with the table, and a way to have a process killed at any call to AWS."""
    with dynamodb_table() as (client, name):
        system = new_system()
        doomed = boto3.client("ecs", "eu-central-1", config=Config(retries={"total_max_attempts": 1}))
        connect(doomed, system.api)
        system.clusters = [SHOP]
        system.ledger, system.progress_store = (
            DynamoLedger(client, name, RETENTION),
            DynamoSweepProgress(client, name),
        )

        def kill(killer: Killer) -> None:
            for each, service in ((client, "dynamodb"), (doomed, "ecs")):
                each.meta.events.register_first(
                    f"before-send.{service}", lambda **_: killer.step(lambda: None), unique_id="killer"
                )
            try:
                system.sweep_with(tasks=EcsTasks(doomed))
            finally:
                for each, service in ((client, "dynamodb"), (doomed, "ecs")):
                    each.meta.events.unregister(f"before-send.{service}", unique_id="killer")

        yield system, kill


def test_killed_at_any_call_to_aws() -> None:
    """The same on DynamoDB, where a repair is several calls: rows, then each entry."""
    with on_dynamodb() as (system, kill):
        arns = in_trouble(system, tasks=1, clusters=["shop"])
        kill(last := Killer(1000))
        expected = believed(system, arns)
    for nth in range(1, last.calls + 1):
        with on_dynamodb() as (system, kill):
            arns = in_trouble(system, tasks=1, clusters=["shop"])
            with pytest.raises(Killed):
                kill(Killer(nth))
            system.wait(11)
            assert system.sweep_with().complete
            assert (believed(system, arns), disagreements(system)) == (expected, []), nth


@pytest.mark.parametrize("after", range(1, 12))
def test_out_of_time(after: int) -> None:
    """Runs that end early share a pass: each goes on where the last one stopped, and none asks twice."""
    expected, system = swept_at_once(), new_system()
    arns = in_trouble(system)
    runs, found = 0, 0
    while True:
        left = iter(range(after + 1))
        swept = system.sweep_with(out_of_time=lambda left=left: next(left, None) is None)  # type: ignore[misc]  # bound now
        runs, found = runs + 1, found + sum(one.counts["CLOSED"] for one in swept.clusters.values())
        if swept.complete or runs > 50:
            break
        system.wait(1)
    assert (swept.complete, found) == (True, 4)
    assert believed(system, arns) == expected
    described = [arn for request in system.api.made("DescribeTasks") for arn in request["tasks"]]
    assert len(described) == len(set(described))


def test_out_of_time_between_clusters(system: System) -> None:
    """Clusters without tasks take time too: a run stops between them, and the pass still ends."""
    for number in range(6):
        system.ecs.call("CreateCluster", {"clusterName": f"empty{number}"})
    seen: list[str] = []
    for _ in range(3):
        left = iter(range(3))
        swept = system.sweep_with(out_of_time=lambda left=left: next(left, None) is None)  # type: ignore[misc]  # bound now
        seen += swept.clusters
    assert (len(seen), len(set(seen)), swept.complete) == (8, 8, True)


def test_protection_is_asked_for_before_time_is_up(system: System) -> None:
    """What was described in a run is asked about in it, also when it stops in the middle of a hundred."""
    arns = sorted(system.running() for _ in range(7))
    system.deliver()
    system.protect(*arns)
    left = iter(range(4))
    assert not system.sweep_with(out_of_time=lambda: next(left, None) is None).complete
    assert [system.entry(arn).protection is not None for arn in arns] == [True] * 4 + [False] * 3
    assert system.sweep_with().complete
    assert all(system.entry(arn).protection for arn in arns)
