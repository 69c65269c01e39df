"""What a sweep finds and repairs, on the simulated ECS through the real boto3."""

from typing import Any

import pytest

from reconciler.errors import TransientError
from reconciler.model.entry import Closure, LedgerEntry
from reconciler.model.task import ClosedAs, Source
from reconciler.ports.ledger import Recording
from taskledger.simulator.engine.errors import cluster_not_found
from taskledger.simulator.engine.shapes import Answer
from tests.support.room import BATCH, SHOP, Room, counts
from tests.support.values import task_arn


def vanish(room: Room, *arns: str) -> None:
    """The tasks stop without a word, and ECS forgets them."""
    for arn in arns:
        room.report(arn, "STOPPED")
    room.drop()
    room.wait(61)


def test_nothing_to_repair(room: Room) -> None:
    """Where every event came, a sweep changes nothing, running or stopped."""
    arns = [room.running(), room.start(), room.start_alone(), room.running("batch")]
    room.report(arns[0], "STOPPED")
    room.deliver()
    before = [room.entry(arn) for arn in arns]
    swept = room.sweep()
    assert (counts(swept), counts(swept, BATCH), swept.complete) == ({}, {}, True)
    assert [room.entry(arn) for arn in arns] == before


def test_missed(room: Room) -> None:
    """A stop whose event was lost is found within the hour, with its codes, and leaves its row."""
    arn = room.running()
    room.deliver()
    room.ecs.scheduler_stop(arn, "Scaling activity initiated by (deployment ecs-svc/1)")
    room.report(arn, "DEPROVISIONING", "STOPPED")
    room.drop()
    room.wait(30)
    assert counts(room.sweep()) == {"MISSED": 1, "REPAIRED": 1}
    entry = room.entry(arn)
    assert (entry.state.last_status, entry.state.version, entry.unobserved) == ("STOPPED", 6, False)
    assert (entry.source, entry.state.stop_code) == (Source.DESCRIBE, "ServiceSchedulerInitiated")
    assert [(row.version, row.source) for row in room.ledger.history(arn)][-2:] == [
        (3, Source.EVENT),
        (6, Source.DESCRIBE),
    ]
    assert counts(room.sweep()) == {}


def test_unrecorded(room: Room) -> None:
    """A task that no event ever told of is recorded, open or stopped, with its tags."""
    lives, over = room.running(tags={"team": "shop"}), room.running()
    room.report(over, "STOPPED")
    room.drop()
    assert counts(room.sweep()) == {"UNRECORDED": 2, "REPAIRED": 2}
    assert room.known(lives, over) == [("RUNNING", 3), ("STOPPED", 4)]
    assert (room.entry(lives).open, room.entry(over).open) == (True, False)
    assert room.entry(lives).state.tags == {"team": "shop"}


def test_vanished(room: Room) -> None:
    """A task that ECS forgot is closed after two sweeps that missed it, and stays with its history."""
    arn = room.running()
    room.deliver()
    vanish(room, arn)
    rows = room.ledger.history(arn)
    assert counts(room.sweep()) == {"VANISHED": 1}
    assert (room.entry(arn).open, room.entry(arn).missing_since) == (True, room.clock.now)
    room.wait(30)
    assert counts(room.sweep()) == {"CLOSED": 1, "VANISHED": 1}
    entry = room.entry(arn)
    assert entry.closed == Closure(ClosedAs.UNOBSERVED, room.clock.now)
    assert (entry.state.last_status, room.ledger.history(arn)) == ("RUNNING", rows)
    assert counts(room.sweep()) == {}


def test_vanished_and_told_of_after_all(room: Room) -> None:
    """The late event of a task that was closed as unobserved takes the conclusion's place."""
    arn = room.running()
    room.deliver()
    room.report(arn, "STOPPED")
    room.wait(61)
    late = list(room.events)
    room.drop()
    for _ in range(2):
        room.sweep()
        room.wait(15)
    assert room.entry(arn).unobserved
    room.events.extend(late)
    room.deliver()
    assert (room.entry(arn).unobserved, room.known(arn)) == (False, [("STOPPED", 4)])


def forget(*arns: str) -> Any:
    """ECS answers MISSING for these tasks."""

    def change(operation: str, answer: Answer) -> Answer:
        if operation != "DescribeTasks":
            return answer
        told = [task for task in answer["tasks"] if task["taskArn"] not in arns]
        return {"tasks": told, "failures": [{"arn": arn, "reason": "MISSING"} for arn in arns]}

    return change


def test_missing_but_once(room: Room) -> None:
    """A task that one sweep misses and the next one finds is as if nothing had been."""
    arn = room.running()
    room.deliver()
    room.wait(10)
    before = room.entry(arn)
    for _ in range(2):
        room.api.change = forget(arn)
        assert counts(room.sweep()) == {"VANISHED": 1}
        room.api.heal()
        room.wait(15)
        assert counts(room.sweep()) == {}
        assert room.entry(arn) == before
        room.wait(15)


def test_missing_right_after_its_start(room: Room) -> None:
    """ECS may not know a task yet that an event just told of: that says nothing, however often it is said."""
    arn = room.start()
    room.deliver()
    room.api.change = forget(arn)
    for _ in range(4):
        assert counts(room.sweep()) == {"VANISHED": 1}
        room.wait(1)
    assert (room.entry(arn).open, room.entry(arn).missing_since) == (True, None)


def test_closed_too_early(room: Room) -> None:
    """A task that ECS denied for two sweeps and then shows, unchanged, is open again."""
    arn = room.running()
    room.deliver()
    room.wait(10)
    room.api.change = forget(arn)
    for _ in range(2):
        room.sweep()
        room.wait(15)
    assert not room.entry(arn).open
    room.api.heal()
    assert counts(room.sweep()) == {"REFRESHED": 1}
    assert (room.entry(arn).open, room.entry(arn).missing_since) == (True, None)
    assert counts(room.sweep()) == {}


def test_an_api_that_lags(room: Room) -> None:
    """An older description is the API's eventual consistency: nothing is written, and nothing goes back."""
    arn = room.running()
    past = room.ecs.call("DescribeTasks", {"cluster": "shop", "tasks": [arn]})
    room.ecs.scheduler_stop(arn, "Scaling activity")
    room.report(arn, "STOPPED")
    room.deliver()
    after = room.entry(arn)
    room.api.change = lambda operation, answer: past if operation == "DescribeTasks" else answer
    assert counts(room.sweep()) == {"AHEAD": 1}
    assert (room.entry(arn), room.known(arn)) == (after, [("STOPPED", 5)])


@pytest.mark.parametrize("told", [[], [{"reason": "ACCESS_DENIED"}]], ids=["not told of", "another reason"])
def test_a_failure_is_never_absence(room: Room, told: list[dict[str, str]]) -> None:
    """A task that a description leaves out, or fails for another reason, is unknown, for however long."""
    arn, other = room.running(), room.running()
    room.deliver()
    before = [room.entry(each) for each in (arn, other)]

    def change(operation: str, answer: Answer) -> Answer:
        if operation != "DescribeTasks":
            return answer
        left = [task for task in answer["tasks"] if task["taskArn"] != arn]
        return {"tasks": left, "failures": [{"arn": arn, **failure} for failure in told]}

    room.api.change = change
    for _ in range(4):
        room.wait(30)
        assert counts(room.sweep()) == {"UNKNOWN": 1}
    assert [room.entry(each) for each in (arn, other)] == before


def test_all_at_once_and_apart(room: Room) -> None:
    """Each drift is counted by its own name, in its own cluster."""
    same, missed, gone, ahead = (room.running() for _ in range(4))
    room.deliver()
    vanish(room, gone)
    room.report(missed, "STOPPED")
    room.drop()
    unrecorded = room.start()
    elsewhere = room.start("batch")
    room.drop()
    past = {
        task["taskArn"]: task
        for task in room.ecs.call("DescribeTasks", {"cluster": "shop", "tasks": [ahead]})["tasks"]
    }
    room.report(ahead, "STOPPED")
    room.deliver()

    def change(operation: str, answer: Answer) -> Answer:
        if operation != "DescribeTasks":
            return answer
        return {**answer, "tasks": [past.get(task["taskArn"], task) for task in answer["tasks"]]}

    room.api.change = change
    swept = room.sweep()
    assert counts(swept) == {"AHEAD": 1, "MISSED": 1, "REPAIRED": 2, "UNRECORDED": 1, "VANISHED": 1}
    assert swept.clusters[SHOP].counts.total() == 5 + 2
    assert counts(swept, BATCH) == {"REPAIRED": 1, "UNRECORDED": 1}
    assert room.known(same, missed, unrecorded, ahead, elsewhere) == [
        ("RUNNING", 3),
        ("STOPPED", 4),
        ("PROVISIONING", 1),
        ("STOPPED", 4),
        ("PROVISIONING", 1),
    ]


def test_health_and_tags_at_the_same_version(room: Room) -> None:
    """What events don't carry is filled in, without a new version or row, and counted apart from repairs."""
    arn = room.running(tags={"team": "shop"})
    room.deliver()
    before, rows = room.entry(arn), room.ledger.history(arn)
    room.ecs.set_health(arn, "UNHEALTHY")
    room.wait(15)
    assert counts(room.sweep()) == {"REFRESHED": 1}
    entry = room.entry(arn)
    assert (entry.state.health_status, entry.state.containers[0].health_status) == ("UNHEALTHY", "UNHEALTHY")
    assert (entry.state.version, entry.source, entry.state.tags) == (3, before.source, {"team": "shop"})
    assert room.ledger.history(arn) == rows
    assert counts(room.sweep()) == {}


def test_tags_of_a_task_that_was_asked_to_stop_are_kept(room: Room) -> None:
    """StopTask deletes a task's tags in ECS; the ledger keeps them."""
    arn = room.running(tags={"team": "shop"})
    room.deliver()
    room.ecs.call("StopTask", {"cluster": "shop", "task": arn})
    room.drop()
    room.sweep()
    assert (room.known(arn), room.entry(arn).state.tags) == ([("RUNNING", 4)], {"team": "shop"})


def test_an_empty_cluster(room: Room) -> None:
    """A cluster without tasks is swept without a question about tasks."""
    swept = room.sweep()
    assert (swept.complete, counts(swept), set(swept.clusters)) == (True, {}, {BATCH, SHOP})
    assert not room.api.made("DescribeTasks")


def test_an_account_without_clusters(room: Room) -> None:
    """Where there is no cluster, there is nothing to do."""
    for name in ("batch", "shop"):
        room.ecs.call("DeleteCluster", {"cluster": name})
    swept = room.sweep()
    assert (swept.complete, swept.clusters, swept.errors) == (True, {}, [])


@pytest.mark.parametrize("others", [("batch",), ()], ids=["another stays", "it was the last"])
def test_a_deleted_cluster(room: Room, others: tuple[str, ...]) -> None:
    """Tasks of a cluster that ECS lists no more are closed after two passes."""
    arn = room.running()
    room.deliver()
    vanish(room, arn)
    for name in {"batch", "shop"} - set(others):
        room.ecs.call("DeleteCluster", {"cluster": name})
    assert counts(room.sweep()) == {"VANISHED": 1}
    assert room.entry(arn).open
    room.wait(15)
    assert counts(room.sweep()) == {"CLOSED": 1, "VANISHED": 1}
    assert room.entry(arn).unobserved


@pytest.mark.parametrize("reason", ["listed", "not all listed", "not asked"])
def test_a_cluster_that_is_not_found_is_not_yet_deleted(room: Room, reason: str) -> None:
    """While ECS's list of clusters names it, or is not complete, a cluster's tasks may live."""
    arn = room.running()
    room.deliver()
    if reason == "not asked":
        room.clusters = [SHOP]

    def change(operation: str, answer: Answer) -> Answer:
        hidden = operation == "ListClusters" and reason == "not all listed"
        return {"clusterArns": [BATCH], "nextToken": "nonsense"} if hidden else answer

    def refuse(operation: str, request: Any) -> Exception | None:
        return cluster_not_found() if operation == "ListTasks" and "shop" in request["cluster"] else None

    room.api.refuse, room.api.change = refuse, change
    for _ in range(3):
        room.wait(30)
        swept = room.sweep()
        assert [type(error).__name__ for error in swept.clusters[SHOP].errors] == ["ClusterNotFound"]
    assert (room.entry(arn).open, room.entry(arn).missing_since) == (True, None)


def test_a_task_that_changes_between_list_and_describe(room: Room) -> None:
    """What is recorded is what was described; its late event finds it there already."""
    arn = room.running()
    room.deliver()

    def before(operation: str, _: Any) -> None:
        if operation == "DescribeTasks":
            room.report(arn, "STOPPED")

    room.api.before = before
    assert counts(room.sweep()) == {"MISSED": 1, "REPAIRED": 1}
    room.api.heal()
    room.deliver()
    assert room.known(arn) == [("STOPPED", 4)]
    assert [(row.version, row.source) for row in room.ledger.history(arn)][-2:] == [
        (4, Source.EVENT),
        (4, Source.DESCRIBE),
    ]


def test_a_task_that_is_forgotten_between_list_and_describe(room: Room) -> None:
    """It came and went: what was never recorded and is known no more leaves nothing to say."""
    arn = room.start()
    room.drop()
    room.api.change = forget(arn)
    assert (counts(room.sweep()), room.ledger.entry(arn)) == ({}, None)


def test_an_event_between_description_and_ledger(room: Room) -> None:
    """An event that arrives just before the ledger is read was not missed."""
    arn = room.running()
    room.deliver()
    room.ecs.scheduler_stop(arn, "Scaling activity")

    class Late:
        """The ledger, which an event reaches when the sweep begins to read it."""

        def __getattr__(self, name: str) -> Any:
            if name == "entries":
                room.deliver()
            return getattr(room.ledger, name)

    assert counts(room.sweep(ledger=Late())) == {}
    assert room.known(arn) == [("RUNNING", 4)]


def test_an_event_during_a_repair(room: Room) -> None:
    """The gate takes whichever is newer, and a version that an event brought meanwhile was no repair."""
    same, newer = room.running(), room.running()
    room.deliver()
    for arn in (same, newer):
        room.ecs.scheduler_stop(arn, "Scaling activity")

    class Busy:
        """The ledger, which events reach just before a repair does."""

        def record(self, recordings: Any) -> Any:
            room.report(newer, "STOPPED")
            room.deliver()
            return room.ledger.record(recordings)

        def __getattr__(self, name: str) -> Any:
            return getattr(room.ledger, name)

    assert counts(room.sweep(ledger=Busy())) == {"MISSED": 2}
    assert room.known(same, newer) == [("RUNNING", 4), ("STOPPED", 5)]


def test_an_event_during_a_closing(room: Room) -> None:
    """A task of which an event arrives just before it would be closed stays as the event told it."""
    arn = room.running()
    room.deliver()
    room.wait(10)
    room.api.change = forget(arn)
    room.sweep()
    room.wait(15)

    class Busy:
        """The ledger, which an event reaches just before the closing does."""

        def close(self, entry: LedgerEntry, now: Any) -> bool:
            room.ecs.scheduler_stop(arn, "Scaling activity")
            room.deliver()
            return room.ledger.close(entry, now)

        def __getattr__(self, name: str) -> Any:
            return getattr(room.ledger, name)

    assert counts(room.sweep(ledger=Busy())) == {"VANISHED": 1}
    assert (room.entry(arn).open, room.known(arn)) == (True, [("RUNNING", 4)])


def test_a_write_that_fails_is_told_and_repeated(room: Room) -> None:
    """A repair that cannot be written is an error of its task; it is repaired by the next sweep."""
    arn, other = room.start(), room.start()
    room.drop()

    class Refusing:
        """The ledger, which cannot write one task."""

        def record(self, recordings: list[Recording]) -> Any:
            due = [one for one in recordings if one.observation.state.task_arn != arn]
            return {**room.ledger.record(due), arn: TransientError("throttled")}

        def __getattr__(self, name: str) -> Any:
            return getattr(room.ledger, name)

    swept = room.sweep(ledger=Refusing())
    assert counts(swept) == {"UNRECORDED": 2, "REPAIRED": 1}
    assert [str(error) for error in swept.clusters[SHOP].errors] == ["throttled"]
    assert room.ledger.entry(arn) is None
    assert counts(room.sweep()) == {"UNRECORDED": 1, "REPAIRED": 1}
    assert room.known(arn, other) == [("PROVISIONING", 1)] * 2


def test_stuck(room: Room) -> None:
    """A task that stays in a passing state for too long is told of, also in one that makes no event."""
    provisioning, activating = room.start(), room.start()
    room.report(activating, "PENDING", "ACTIVATING")
    room.deliver()
    assert room.sweep().clusters[SHOP].stuck == []
    room.wait(6)
    assert [one.task_arn for one in room.sweep().clusters[SHOP].stuck] == [provisioning]
    room.wait(5)
    found = {one.task_arn: one.cause for one in room.sweep().clusters[SHOP].stuck}
    assert found == {provisioning: "PROVISIONING", activating: "ACTIVATING"}


def test_stuck_is_not_judged_by_an_api_that_lags(room: Room) -> None:
    """A passing state that the ledger knows to be over is no finding."""
    arn = room.start()
    past = room.ecs.call("DescribeTasks", {"cluster": "shop", "tasks": [arn]})
    room.report(arn, "PENDING", "RUNNING")
    room.deliver()
    room.wait(60)
    room.api.change = lambda operation, answer: past if operation == "DescribeTasks" else answer
    swept = room.sweep()
    assert (counts(swept), swept.clusters[SHOP].stuck) == ({"AHEAD": 1}, [])


def test_only_clusters_that_were_chosen(room: Room) -> None:
    """Where clusters are named, the others are not asked about."""
    room.start(), room.start("batch")
    room.clusters = [BATCH]
    swept = room.sweep()
    assert set(swept.clusters) == {BATCH}
    assert {request["cluster"] for request in room.api.made("ListTasks")} == {BATCH}
    assert not room.api.made("ListClusters")


def test_ten_thousand_tasks(room: Room) -> None:
    """A first sweep records all tasks of a large cluster, and the next one finds nothing to do."""
    for number in range(10_000):
        room.ecs.learn(
            {
                "taskArn": task_arn(number),
                "clusterArn": SHOP,
                "version": 3,
                "lastStatus": "RUNNING",
                "desiredStatus": "RUNNING",
                "group": "service:checkout" if number % 2 else "family:batch",
                "containers": [{"name": "app", "lastStatus": "RUNNING"}],
            }
        )
    assert counts(room.sweep()) == {"UNRECORDED": 10_000, "REPAIRED": 10_000}
    room.api.heal()
    swept = room.sweep()
    assert (counts(swept), swept.clusters[SHOP].counts.total(), swept.complete) == ({}, 10_000, True)
    assert len(room.ledger.open_tasks(SHOP)) == 10_000
    assert [
        len(room.api.made(operation)) for operation in ("ListTasks", "DescribeTasks", "GetTaskProtection")
    ] == [
        2 + 101,
        100,
        50,
    ]


def test_each_entry_once(room: Room) -> None:
    """A task that is listed twice, or listed and open in the ledger, is compared once."""
    arn = room.running()
    room.deliver()
    room.api.change = lambda operation, answer: (
        {**answer, "taskArns": answer["taskArns"] * 2} if operation == "ListTasks" else answer
    )
    swept = room.sweep()
    assert swept.clusters[SHOP].counts == {"NONE": 1}
    assert room.known(arn) == [("RUNNING", 3)]
