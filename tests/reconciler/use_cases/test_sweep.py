"""What a sweep finds and repairs, on the simulated ECS through the real boto3."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.entry import Closure
from reconciler.model.task import ClosedAs, Source
from taskledger.simulator.engine.errors import cluster_not_found
from taskledger.simulator.engine.shapes import Answer
from tests.support.system import BATCH, SHOP, System, counts


def vanish(system: System, *arns: str) -> None:
    """The tasks stop without a word, and ECS forgets them."""
    for arn in arns:
        system.report(arn, "STOPPED")
    system.drop()
    system.wait(61)


def test_nothing_to_repair(system: System) -> None:
    """Where every event came, a sweep changes nothing, running or stopped."""
    arns = [system.running(), system.start(), system.start_alone(), system.running("batch")]
    system.report(arns[0], "STOPPED")
    system.deliver()
    before = [system.entry(arn) for arn in arns]
    swept = system.sweep_with()
    assert (counts(swept), counts(swept, BATCH), swept.complete) == ({}, {}, True)
    assert [system.entry(arn) for arn in arns] == before


def test_missed(system: System) -> None:
    """A stop whose event was lost is found within the hour, with its codes, and leaves its row."""
    arn = system.running()
    system.deliver()
    system.ecs.scheduler_stop(arn, "Scaling activity initiated by (deployment ecs-svc/1)")
    system.report(arn, "DEPROVISIONING", "STOPPED")
    system.drop()
    system.wait(30)
    assert counts(system.sweep_with()) == {"MISSED": 1, "REPAIRED": 1}
    entry = system.entry(arn)
    assert (entry.state.last_status, entry.state.version, entry.unobserved) == ("STOPPED", 6, False)
    assert (entry.source, entry.state.stop_code) == (Source.DESCRIBE, "ServiceSchedulerInitiated")
    assert [(row.version, row.source) for row in system.ledger.history(arn)][-2:] == [
        (3, Source.EVENT),
        (6, Source.DESCRIBE),
    ]
    assert counts(system.sweep_with()) == {}


def test_unrecorded(system: System) -> None:
    """A task that no event ever reported is recorded, open or stopped, with its tags."""
    lives, over = system.running(tags={"team": "shop"}), system.running()
    system.report(over, "STOPPED")
    system.drop()
    assert counts(system.sweep_with()) == {"UNRECORDED": 2, "REPAIRED": 2}
    assert system.known(lives, over) == [("RUNNING", 3), ("STOPPED", 4)]
    assert (system.entry(lives).open, system.entry(over).open) == (True, False)
    assert system.entry(lives).state.tags == {"team": "shop"}


def test_vanished(system: System) -> None:
    """A task that ECS forgot is closed after two sweeps that missed it, and stays with its history."""
    arn = system.running()
    system.deliver()
    vanish(system, arn)
    rows = system.ledger.history(arn)
    assert counts(system.sweep_with()) == {"VANISHED": 1}
    assert (system.entry(arn).open, system.entry(arn).missing_since) == (True, system.clock.now)
    system.wait(30)
    assert counts(system.sweep_with()) == {"CLOSED": 1, "VANISHED": 1}
    entry = system.entry(arn)
    assert entry.closed == Closure(ClosedAs.UNOBSERVED, system.clock.now)
    assert (entry.state.last_status, system.ledger.history(arn)) == ("RUNNING", rows)
    assert counts(system.sweep_with()) == {}


def test_a_vanished_task_whose_end_is_reported_after_all(system: System) -> None:
    """The late event of a task that was closed as unobserved takes the conclusion's place."""
    arn = system.running()
    system.deliver()
    system.report(arn, "STOPPED")
    system.wait(61)
    late = list(system.events)
    system.drop()
    for _ in range(2):
        system.sweep_with()
        system.wait(15)
    assert system.entry(arn).unobserved
    system.events.extend(late)
    system.deliver()
    assert (system.entry(arn).unobserved, system.known(arn)) == (False, [("STOPPED", 4)])


def forget(*arns: str) -> Any:
    """ECS answers MISSING for these tasks."""

    def change(operation: str, answer: Answer) -> Answer:
        if operation != "DescribeTasks":
            return answer
        shown = [task for task in answer["tasks"] if task["taskArn"] not in arns]
        return {"tasks": shown, "failures": [{"arn": arn, "reason": "MISSING"} for arn in arns]}

    return change


def test_missing_but_once(system: System) -> None:
    """A task that one sweep misses and the next one finds is as if nothing had been."""
    arn = system.running()
    system.deliver()
    system.wait(10)
    before = system.entry(arn)
    for _ in range(2):
        system.api.change = forget(arn)
        assert counts(system.sweep_with()) == {"VANISHED": 1}
        system.api.heal()
        system.wait(15)
        assert counts(system.sweep_with()) == {}
        assert system.entry(arn) == before
        system.wait(15)


def test_missing_right_after_its_start(system: System) -> None:
    """ECS may not know a task yet that an event just reported: that says nothing, however often."""
    arn = system.start()
    system.deliver()
    system.api.change = forget(arn)
    for _ in range(4):
        assert counts(system.sweep_with()) == {"VANISHED": 1}
        system.wait(1)
    assert (system.entry(arn).open, system.entry(arn).missing_since) == (True, None)


def test_closed_too_early(system: System) -> None:
    """A task that ECS denied for two sweeps and then shows, unchanged, is open again."""
    arn = system.running()
    system.deliver()
    system.wait(10)
    system.api.change = forget(arn)
    for _ in range(2):
        system.sweep_with()
        system.wait(15)
    assert not system.entry(arn).open
    system.api.heal()
    assert counts(system.sweep_with()) == {"REFRESHED": 1}
    assert (system.entry(arn).open, system.entry(arn).missing_since) == (True, None)
    assert counts(system.sweep_with()) == {}


def test_an_api_that_lags(system: System) -> None:
    """An older description is the API's eventual consistency: it is marked, and nothing goes back."""
    arn = system.running()
    past = system.ecs.call("DescribeTasks", {"cluster": "shop", "tasks": [arn]})
    system.ecs.scheduler_stop(arn, "Scaling activity")
    system.report(arn, "STOPPED")
    system.deliver()
    after = system.entry(arn)
    system.api.change = lambda operation, answer: past if operation == "DescribeTasks" else answer
    assert counts(system.sweep_with()) == {"AHEAD": 1}
    marked = replace(after, above_since=system.clock.now)
    assert (system.entry(arn), system.known(arn)) == (marked, [("STOPPED", 5)])


@pytest.mark.parametrize("shown", [[], [{"reason": "ACCESS_DENIED"}]], ids=["silent", "another reason"])
def test_a_failure_is_never_absence(system: System, shown: list[dict[str, str]]) -> None:
    """A task that a description leaves out, or fails for another reason, is unknown, for however long."""
    arn, other = system.running(), system.running()
    system.deliver()
    before = [system.entry(each) for each in (arn, other)]

    def change(operation: str, answer: Answer) -> Answer:
        if operation != "DescribeTasks":
            return answer
        left = [task for task in answer["tasks"] if task["taskArn"] != arn]
        return {"tasks": left, "failures": [{"arn": arn, **failure} for failure in shown]}

    system.api.change = change
    for _ in range(4):
        system.wait(30)
        assert counts(system.sweep_with()) == {"UNKNOWN": 1}
    assert [system.entry(each) for each in (arn, other)] == before


def test_all_at_once_and_apart(system: System) -> None:
    """Each drift is counted by its own name, in its own cluster."""
    same, missed, gone, ahead = (system.running() for _ in range(4))
    system.deliver()
    vanish(system, gone)
    system.report(missed, "STOPPED")
    system.drop()
    unrecorded = system.start()
    elsewhere = system.start("batch")
    system.drop()
    past = {
        task["taskArn"]: task
        for task in system.ecs.call("DescribeTasks", {"cluster": "shop", "tasks": [ahead]})["tasks"]
    }
    system.report(ahead, "STOPPED")
    system.deliver()

    def change(operation: str, answer: Answer) -> Answer:
        if operation != "DescribeTasks":
            return answer
        return {**answer, "tasks": [past.get(task["taskArn"], task) for task in answer["tasks"]]}

    system.api.change = change
    swept = system.sweep_with()
    assert counts(swept) == {"AHEAD": 1, "MISSED": 1, "REPAIRED": 2, "UNRECORDED": 1, "VANISHED": 1}
    assert swept.clusters[SHOP].counts.total() == 5 + 2
    assert counts(swept, BATCH) == {"REPAIRED": 1, "UNRECORDED": 1}
    assert system.known(same, missed, unrecorded, ahead, elsewhere) == [
        ("RUNNING", 3),
        ("STOPPED", 4),
        ("PROVISIONING", 1),
        ("STOPPED", 4),
        ("PROVISIONING", 1),
    ]


def test_health_and_tags_at_the_same_version(system: System) -> None:
    """What events don't carry is filled in, without a new version or row, and counted apart from repairs."""
    arn = system.running(tags={"team": "shop"})
    system.deliver()
    before, rows = system.entry(arn), system.ledger.history(arn)
    system.ecs.set_health(arn, "UNHEALTHY")
    system.wait(15)
    assert counts(system.sweep_with()) == {"REFRESHED": 1}
    entry = system.entry(arn)
    assert (entry.state.health_status, entry.state.containers[0].health_status) == ("UNHEALTHY", "UNHEALTHY")
    assert (entry.state.version, entry.source, entry.state.tags) == (3, before.source, {"team": "shop"})
    assert system.ledger.history(arn) == rows
    assert counts(system.sweep_with()) == {}


def test_tags_of_a_task_that_was_asked_to_stop_are_kept(system: System) -> None:
    """StopTask deletes a task's tags in ECS; the ledger keeps them."""
    arn = system.running(tags={"team": "shop"})
    system.deliver()
    system.ecs.call("StopTask", {"cluster": "shop", "task": arn})
    system.drop()
    system.sweep_with()
    assert (system.known(arn), system.entry(arn).state.tags) == ([("RUNNING", 4)], {"team": "shop"})


def test_an_empty_cluster(system: System) -> None:
    """A cluster without tasks is swept without a question about tasks."""
    swept = system.sweep_with()
    assert (swept.complete, counts(swept), set(swept.clusters)) == (True, {}, {BATCH, SHOP})
    assert not system.api.made("DescribeTasks")


def test_an_account_without_clusters(system: System) -> None:
    """Where there is no cluster, there is nothing to do."""
    for name in ("batch", "shop"):
        system.ecs.call("DeleteCluster", {"cluster": name})
    swept = system.sweep_with()
    assert (swept.complete, swept.clusters, swept.errors) == (True, {}, [])


@pytest.mark.parametrize("others", [("batch",), ()], ids=["another stays", "it was the last"])
def test_a_deleted_cluster(system: System, others: tuple[str, ...]) -> None:
    """Tasks of a cluster that ECS lists no more are closed after two passes."""
    arn = system.running()
    system.deliver()
    vanish(system, arn)
    for name in {"batch", "shop"} - set(others):
        system.ecs.call("DeleteCluster", {"cluster": name})
    assert counts(system.sweep_with()) == {"VANISHED": 1}
    assert system.entry(arn).open
    system.wait(15)
    assert counts(system.sweep_with()) == {"CLOSED": 1, "VANISHED": 1}
    assert system.entry(arn).unobserved


@pytest.mark.parametrize("reason", ["listed", "not all listed", "not asked"])
def test_a_cluster_that_is_not_found_is_not_yet_deleted(system: System, reason: str) -> None:
    """While ECS's list of clusters names it, or is not complete, a cluster's tasks may live."""
    arn = system.running()
    system.deliver()
    if reason == "not asked":
        system.clusters = [SHOP]

    def change(operation: str, answer: Answer) -> Answer:
        hidden = operation == "ListClusters" and reason == "not all listed"
        return {"clusterArns": [BATCH], "nextToken": "nonsense"} if hidden else answer

    def refuse(operation: str, request: Any) -> Exception | None:
        return cluster_not_found() if operation == "ListTasks" and "shop" in request["cluster"] else None

    system.api.refuse, system.api.change = refuse, change
    for _ in range(3):
        system.wait(30)
        swept = system.sweep_with()
        assert [type(error).__name__ for error in swept.clusters[SHOP].errors] == ["ClusterNotFound"]
    assert (system.entry(arn).open, system.entry(arn).missing_since) == (True, None)
