"""A sweep that is killed, out of time, or not alone: nothing is lost, and nothing closed that lives."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.adapters.dynamodb.sweep_progress import DynamoSweepProgress
from reconciler.adapters.ecs import EcsTasks
from reconciler.errors import TransientError
from reconciler.use_cases import sweep_cluster
from taskledger.local.memory_sweep_progress import MemorySweepProgress
from taskledger.simulator.engine.shapes import Fields
from tests.support.ledgers import RETENTION, dynamodb_table
from tests.support.room import BATCH, SHOP, Room, boto3_client, counts, disagreements, new_room


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


def in_trouble(room: Room, tasks: int = 2, clusters: Sequence[str] = ("batch", "shop")) -> list[str]:
    """Tasks of all kinds in each cluster; those that are gone were missed by a pass before."""
    lives, missed, gone = (
        [room.running(cluster) for cluster in clusters for _ in range(tasks)] for _ in range(3)
    )
    room.deliver()
    for arn in gone:
        room.report(arn, "STOPPED")
    room.drop()
    room.wait(61)
    for arn in gone:
        room.ledger.mark_missing(room.entry(arn), room.clock.now)
    for arn in missed:
        room.report(arn, "STOPPED")
    room.protect(*(arn for arn in lives if "/shop/" in arn))
    unrecorded = [room.start(cluster) for cluster in clusters for _ in range(tasks)]
    room.drop()
    room.wait(15)
    room.api.calls.clear()
    return [*lives, *missed, *gone, *unrecorded]


def believed(room: Room, arns: list[str]) -> list[tuple[object, ...]]:
    """What the ledger says of the tasks, but for times."""
    return [
        (entry.state.version, entry.state.last_status, entry.unobserved, entry.protection is not None)
        for entry in map(room.entry, arns)
    ]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_cluster, "CHUNK", 2)


def swept_at_once() -> list[tuple[object, ...]]:
    """What the ledger says after one sweep that nothing interrupts."""
    room = new_room()
    arns = in_trouble(room)
    assert room.sweep().complete
    assert disagreements(room) == []
    return believed(room, arns)


def killed(room: Room, killer: Killer) -> bool:
    try:
        room.sweep(
            tasks=killer.around(room.tasks),
            ledger=killer.around(room.ledger),
            passes=killer.around(room.passes),
        )
    except Killed:
        return True
    return False


@pytest.mark.parametrize("done", [False, True], ids=["before the call", "after the call"])
def test_killed_at_any_call(done: bool) -> None:  # noqa: FBT001 - a column
    """Wherever a sweep is killed, the next one goes on when its time is up, and ends as one alone would."""
    expected = swept_at_once()
    for nth in range(1, 1000):
        room = new_room()
        arns = in_trouble(room)
        if not killed(room, Killer(nth, done)):
            break
        room.wait(11)
        assert room.sweep().complete
        assert (believed(room, arns), disagreements(room)) == (expected, []), nth
    assert nth > 30


def test_killed_again_and_again() -> None:
    """A sweep that never gets far still comes to its end, cluster by cluster."""
    room = new_room()
    arns = in_trouble(room)
    for nth in (9, 15, 20, 24, 1000):
        assert killed(room, Killer(nth)) is (nth < 1000)
        room.wait(11)
    assert believed(room, arns) == swept_at_once()


@contextmanager
def on_dynamodb() -> Iterator[tuple[Room, Callable[[Killer], None]]]:
    """A room with the table, and a way to have a process killed at any call to AWS."""
    with dynamodb_table() as (client, name):
        room = new_room()
        doomed = boto3_client(room.api)
        room.clusters = [SHOP]
        room.ledger, room.passes = DynamoLedger(client, name, RETENTION), DynamoSweepProgress(client, name)

        def kill(killer: Killer) -> None:
            for each, service in ((client, "dynamodb"), (doomed, "ecs")):
                each.meta.events.register_first(
                    f"before-send.{service}", lambda **_: killer.step(lambda: None), unique_id="killer"
                )
            try:
                room.sweep(tasks=EcsTasks(doomed))
            finally:
                for each, service in ((client, "dynamodb"), (doomed, "ecs")):
                    each.meta.events.unregister(f"before-send.{service}", unique_id="killer")

        yield room, kill


def test_killed_at_any_call_to_aws() -> None:
    """The same on DynamoDB, where a repair is several calls: rows, then each entry."""
    with on_dynamodb() as (room, kill):
        arns = in_trouble(room, tasks=1, clusters=["shop"])
        kill(last := Killer(1000))
        expected = believed(room, arns)
    for nth in range(1, last.calls + 1):
        with on_dynamodb() as (room, kill):
            arns = in_trouble(room, tasks=1, clusters=["shop"])
            with pytest.raises(Killed):
                kill(Killer(nth))
            room.wait(11)
            assert room.sweep().complete
            assert (believed(room, arns), disagreements(room)) == (expected, []), nth


@pytest.mark.parametrize("after", range(1, 12))
def test_out_of_time(after: int) -> None:
    """Runs that end early share a pass: each goes on where the last one stopped, and none asks twice."""
    expected, room = swept_at_once(), new_room()
    arns = in_trouble(room)
    runs, found = 0, 0
    while True:
        left = iter(range(after + 1))
        swept = room.sweep(out_of_time=lambda left=left: next(left, None) is None)  # type: ignore[misc]  # bound now
        runs, found = runs + 1, found + sum(one.counts["CLOSED"] for one in swept.clusters.values())
        if swept.complete or runs > 50:
            break
        room.wait(1)
    assert (swept.complete, found) == (True, 4)
    assert believed(room, arns) == expected
    described = [arn for request in room.api.made("DescribeTasks") for arn in request["tasks"]]
    assert len(described) == len(set(described))


def test_out_of_time_between_clusters(room: Room) -> None:
    """Clusters without tasks take time too: a run stops between them, and the pass still ends."""
    for number in range(6):
        room.ecs.call("CreateCluster", {"clusterName": f"empty{number}"})
    seen: list[str] = []
    for _ in range(3):
        left = iter(range(3))
        swept = room.sweep(out_of_time=lambda left=left: next(left, None) is None)  # type: ignore[misc]  # bound now
        seen += swept.clusters
    assert (len(seen), len(set(seen)), swept.complete) == (8, 8, True)


def test_protection_is_asked_for_before_time_is_up(room: Room) -> None:
    """What was described in a run is asked about in it, also when it stops in the middle of a hundred."""
    arns = sorted(room.running() for _ in range(7))
    room.deliver()
    room.protect(*arns)
    left = iter(range(4))
    assert not room.sweep(out_of_time=lambda: next(left, None) is None).complete
    assert [room.entry(arn).protection is not None for arn in arns] == [True] * 4 + [False] * 3
    assert room.sweep().complete
    assert all(room.entry(arn).protection for arn in arns)


def during(room: Room, operation: str, act: Callable[[], object]) -> None:
    """Lets something happen just before the first such call on the shop."""

    def before(called: str, request: Fields) -> None:
        if called == operation and request.get("cluster", SHOP) == SHOP:
            room.api.before = lambda *_: None
            act()

    room.api.before = before


def test_a_second_sweep_keeps_out(room: Room) -> None:
    """While a run is under way another one does nothing, and says so."""
    arn = room.running()
    room.drop()
    others = []
    during(room, "DescribeTasks", lambda: others.append(room.sweep()))
    swept = room.sweep()
    assert [(other.excluded, other.complete, other.clusters) for other in others] == [(True, False, {})]
    assert (swept.complete, counts(swept), room.known(arn)) == (
        True,
        {"REPAIRED": 1, "UNRECORDED": 1},
        [("RUNNING", 3)],
    )


def test_an_overtaken_sweep_ends(room: Room) -> None:
    """A run that went on past its time is told so at the next cluster, and touches the place no more."""
    arns = in_trouble(room)
    room.ecs.call("CreateCluster", {"clusterName": "zoo"})
    others = []

    def overtake() -> None:
        room.wait(11)
        others.append(room.sweep())

    during(room, "DescribeTasks", overtake)
    swept = room.sweep()
    assert (swept.complete, [str(error) for error in swept.errors]) == (
        False,
        ["another run has taken the sweep over"],
    )
    assert [other.complete for other in others] == [True]
    assert (believed(room, arns), disagreements(room)) == (swept_at_once(), [])
    assert room.passes.acquire("next", room.clock.now, room.clock.now) is not None


def test_two_sweeps_in_step() -> None:
    """Even two that don't know of each other do no harm, wherever the second one comes between."""
    expected = swept_at_once()
    for nth in range(1, 1000):
        room = new_room()
        arns, closed = in_trouble(room), []

        class Between(Killer):
            """Runs the second sweep at the n-th call of the first."""

            def step(self, call: Callable[[], Any]) -> Any:
                self.calls += 1
                if self.calls == self.nth:
                    other = room.sweep(passes=MemorySweepProgress())  # noqa: B023 - called in this turn of the loop
                    closed.extend(one.counts["CLOSED"] for one in other.clusters.values())  # noqa: B023 - the same
                return call()

        between = Between(nth)
        swept = room.sweep(tasks=between.around(room.tasks), ledger=between.around(room.ledger))
        closed += [one.counts["CLOSED"] for one in swept.clusters.values()]
        assert (believed(room, arns), sum(closed)) == (expected, 4), nth
        if between.calls < nth:
            break
    assert nth > 30


def test_a_pass_cut_short_is_one_pass(room: Room) -> None:
    """A task that two runs of the same pass miss was missed once."""
    arn = room.running()
    room.deliver()
    room.report(arn, "STOPPED")
    room.drop()
    room.wait(61)
    assert killed(room, Killer(14, done=True))
    assert (room.entry(arn).open, room.entry(arn).missing_since is not None) == (True, True)
    room.wait(11)
    assert counts(room.sweep()) == {"VANISHED": 1}
    assert room.entry(arn).open
    room.wait(15)
    assert counts(room.sweep()) == {"CLOSED": 1, "VANISHED": 1}


def test_a_failing_ledger_keeps_the_place(room: Room) -> None:
    """Where the ledger itself fails, the run ends with what it did, and the next one goes on from there."""
    arns = in_trouble(room)

    class Flaky:
        """The keeper of the place, which fails at the second cluster."""

        def checkpoint(self, run: str, place: Any) -> None:
            if place.cluster_arn == SHOP:
                raise TransientError("throttled")
            room.passes.checkpoint(run, place)

        def __getattr__(self, name: str) -> Any:
            return getattr(room.passes, name)

    swept = room.sweep(passes=Flaky())
    assert ([str(error) for error in swept.errors], list(swept.clusters)) == (["throttled"], [BATCH])
    room.api.calls.clear()
    assert room.sweep().complete
    assert {request["cluster"] for request in room.api.made("ListTasks")} == {SHOP}
    assert believed(room, arns) == swept_at_once()


def test_the_place_is_not_left_behind_at_an_error(room: Room) -> None:
    """A run that breaks off leaves the place that it had come to, not the one where it began."""
    in_trouble(room)

    class Broken(EcsTasks):
        """ECS, with a fault of our own in the second cluster."""

        def list_tasks(self, cluster_arn: str, listing: Any) -> Any:
            if cluster_arn == SHOP:
                raise ZeroDivisionError
            return super().list_tasks(cluster_arn, listing)

    with pytest.raises(ZeroDivisionError):
        room.sweep(tasks=Broken(boto3_client(room.api)))
    place = room.passes.acquire("next", room.clock.now, room.clock.now)
    assert place is not None
    assert place == replace(place, cluster_arn=SHOP, after=None)
