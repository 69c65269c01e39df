"""`taskledger audit`: what differs between the ledger and ECS is told with its cause and by the exit code."""

from collections.abc import Iterator
from typing import Any

import pytest

from taskledger.simulator.engine.errors import ApiError
from tests.support.deployed import Deployed, deployed
from tests.support.running import Ran, taskledger

DOCUMENT = {"stack", "at", "clusters", "differences", "errors", "explained", "unexplained"}
CLUSTER = {
    *("clusterArn", "cluster", "tasks", "unknown", "explained", "unexplained", "kinds", "error"),
    "missedEvents",
}
MISSED = {
    *("tasks", "sampled", "versionsByEvent", "versionsByDescription", "versionsBetween", "versionsBefore"),
    "entriesByDescription",
}
DIFFERENCE = {"taskArn", "clusterArn", "field", "ledger", "ecs", "kind", "cause", "explained"}
PASSING = "a passing status, which is no version of its own and makes no event"
CONTRADICTION = "one version with two states: the entry was changed by hand, or a bug"
SUMMARY = (
    "shop: 2 tasks compared, 1 with unexplained differences, 1 with explained differences only "
    "(1 CONTRADICTION, 1 PASSING)"
)
DENIED = ApiError("AccessDeniedException", "User is not authorized to perform that")


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    monkeypatch.setattr("taskledger.verbs.audit.CALLS_PER_SECOND", 10_000)
    monkeypatch.setattr("taskledger.verbs.audit.AGAIN", 0)
    with deployed(monkeypatch) as found:
        yield found


def audit(*arguments: str) -> Ran:
    return taskledger("audit", "--json", *arguments)


def differences(ran: Ran) -> list[tuple[str, Any, Any, str]]:
    return [
        tuple(each[name] for name in ("field", "ledger", "ecs", "kind"))
        for each in ran.document["differences"]
    ]  # type: ignore[misc]  # four of them


def kinds(ran: Ran) -> dict[str, int]:
    """How many tasks differ in each way, over all clusters."""
    found: dict[str, int] = {}
    for cluster in ran.document["clusters"]:
        for kind, number in cluster["kinds"].items():
            found[kind] = found.get(kind, 0) + number
    return found


def test_a_ledger_that_agrees(stack: Deployed) -> None:
    """Nothing differs: exit code 0, and a document of the shape that --help tells."""
    running, stopped = stack.run(), stack.run("jobs", "batch")
    stack.report(stopped, "STOPPED")
    stack.later(minutes=10)
    ran = audit()
    document = ran.document
    assert (ran.code, ran.err) == (0, "")
    assert document.keys() == DOCUMENT
    assert (document["stack"], document["differences"], document["errors"]) == ("TaskLedger", [], [])
    assert [(each["cluster"], each["tasks"]) for each in document["clusters"]] == [("batch", 1), ("shop", 1)]
    for cluster in document["clusters"]:
        assert cluster.keys() == CLUSTER
        assert cluster["missedEvents"].keys() == MISSED
    assert stack.entry(running).open


def test_an_entry_that_was_tampered_with(stack: Deployed) -> None:
    """The field is told with both values, and that one version cannot have two: exit code 1."""
    arn = stack.run()
    stack.tamper(arn, "group", {"S": "service:other"})
    ran = audit()
    assert ran.code == 1
    (found,) = ran.document["differences"]
    assert found == {
        "taskArn": arn,
        "clusterArn": "arn:aws:ecs:eu-central-1:111122223333:cluster/shop",
        "field": "group",
        "ledger": "service:other",
        "ecs": "service:web",
        "kind": "CONTRADICTION",
        "cause": CONTRADICTION,
        "explained": False,
    }
    assert ran.document["unexplained"] == 1


def test_a_lost_stop(stack: Deployed) -> None:
    """A version that nobody recorded is unexplained once it is older than a minute, in every field of it."""
    arn = stack.run()
    stack.lost = True
    stack.report(arn, "STOPPED")
    stack.later(minutes=10)
    ran = audit()
    assert ran.code == 1
    assert kinds(ran) == {"MISSED": 1}
    assert ("version", 3, 4, "MISSED") in differences(ran)
    assert ("lastStatus", "RUNNING", "STOPPED", "MISSED") in differences(ran)
    assert ("containers[app].lastStatus", "RUNNING", "STOPPED", "MISSED") in differences(ran)


def test_a_task_that_the_ledger_does_not_know(stack: Deployed) -> None:
    """No event of it came: it is told by what ECS says."""
    stack.lost = True
    stack.run()
    ran = audit()
    assert (ran.code, differences(ran)) == (1, [("task", None, "RUNNING", "UNRECORDED")])


def test_a_task_that_ecs_does_not_know(stack: Deployed) -> None:
    """Open here and forgotten there."""
    arn = stack.run()
    stack.lost = True
    stack.report(arn, "STOPPED")
    stack.later(hours=2)
    ran = audit()
    assert (ran.code, differences(ran)) == (1, [("task", "RUNNING", None, "VANISHED")])


def test_a_closed_task_that_ecs_forgot(stack: Deployed) -> None:
    """It is what the ledger is for."""
    stack.report(stack.run(), "STOPPED")
    stack.later(hours=2)
    ran = audit()
    assert (ran.code, ran.document["clusters"][0]["tasks"]) == (0, 0)


def test_an_api_that_is_behind(stack: Deployed) -> None:
    """A ledger ahead of ECS is explained: exit code 0, and told all the same."""
    arn = stack.run()
    stack.tamper(arn, "version", {"N": "9"})
    ran = audit()
    assert (ran.code, differences(ran)) == (0, [("version", 9, 3, "AHEAD")])
    assert (ran.document["explained"], ran.document["unexplained"]) == (1, 0)


def test_a_passing_status(stack: Deployed) -> None:
    """A status that ECS does not count makes no event."""
    stack.report(stack.run(), "DEACTIVATING")
    ran = audit()
    assert (ran.code, differences(ran)) == (0, [("lastStatus", "RUNNING", "DEACTIVATING", "PASSING")])


def test_health(stack: Deployed) -> None:
    """Health is in no event."""
    stack.ecs.set_health(stack.run(), "UNHEALTHY")
    ran = audit()
    assert (ran.code, kinds(ran)) == (0, {"NOT_IN_EVENTS": 1})


def test_an_event_on_its_way(stack: Deployed) -> None:
    """A change of the last minute is explained."""
    arn = stack.run()
    stack.lost = True
    stack.later(minutes=29, seconds=50)
    stack.report(arn, "STOPPED")
    ran = audit()
    assert (ran.code, kinds(ran)) == (0, {"IN_FLIGHT": 1})


def test_an_event_that_comes_meanwhile(stack: Deployed) -> None:
    """What the ledger lacks is looked at once more after a while, and is no difference if it has come."""
    arn = stack.run()
    stack.ecs.scheduler_stop(arn, "Scaling activity")
    stack.monkeypatch.setattr("taskledger.verbs.audit._wait", lambda: stack.receive(*stack.events))
    ran = audit()
    assert (ran.code, ran.document["differences"]) == (0, [])


def test_more_than_a_page(stack: Deployed) -> None:
    """Every task is compared, running or stopped, however many pages and calls that takes."""
    stack.lost = True
    for number in range(210):
        arn = stack.run()
        if number % 2:
            stack.report(arn, "STOPPED")
    stack.later(minutes=10)
    ran = audit()
    assert (ran.code, kinds(ran)) == (1, {"UNRECORDED": 210})
    assert len({each["taskArn"] for each in ran.document["differences"]}) == 210


@pytest.mark.parametrize("operation", ["ListTasks", "DescribeTasks"])
def test_a_cluster_that_fails(stack: Deployed, operation: str) -> None:
    """It is told with what to do, the others are compared, and the exit code is 2 whatever they have."""
    stack.run("jobs", "batch")
    stack.tamper(stack.run(), "group", {"S": "service:other"})
    stack.api.fail_next(operation, DENIED)
    ran = audit()
    batch, shop = ran.document["clusters"]
    assert ran.code == 2
    assert (batch["tasks"], batch["error"][:18], shop["error"]) == (0, "AWS denied access ", None)
    assert ran.document["unexplained"] == shop["unexplained"] == 1


def test_a_task_that_ecs_says_nothing_of(stack: Deployed) -> None:
    """No answer is no absence: it is counted as unknown, and makes the exit code 2."""
    stack.run()
    call = stack.api.call

    def speechless(operation: str, request: Any) -> Any:
        answer = call(operation, request)
        return {"tasks": [], "failures": []} if operation == "DescribeTasks" else answer

    stack.monkeypatch.setattr(stack.api, "call", speechless)
    ran = audit()
    (cluster,) = ran.document["clusters"]
    assert (ran.code, cluster["unknown"], ran.document["differences"]) == (2, 1, [])
    assert "of 1 ECS did not say" in taskledger("audit").out


def test_no_list_of_clusters(stack: Deployed) -> None:
    """Then those that the ledger knows are compared, and the exit code is 2."""
    stack.run()
    stack.api.fail_next("ListClusters", DENIED)
    ran = audit()
    assert (ran.code, ran.document["errors"][0][:18]) == (2, "AWS denied access ")
    assert [(each["cluster"], each["tasks"]) for each in ran.document["clusters"]] == [("shop", 1)]


def test_a_cluster_that_is_gone(stack: Deployed) -> None:
    """What is open in the ledger of a deleted cluster has vanished; with no list, that is not known."""
    arn = stack.run()
    stack.lost = True
    stack.report(arn, "STOPPED")
    stack.later(hours=2)
    stack.ecs.call("DeleteCluster", {"cluster": "shop"})
    ran = audit()
    assert (ran.code, kinds(ran)) == (1, {"VANISHED": 1})
    stack.api.fail_next("ListClusters", DENIED)
    ran = audit()
    assert (ran.code, kinds(ran)) == (2, {})
    assert "Cluster not found" in ran.document["clusters"][0]["error"]


def test_some_clusters(stack: Deployed) -> None:
    """By their names or ARNs."""
    stack.run("jobs", "batch")
    stack.run()
    arn = "arn:aws:ecs:eu-central-1:111122223333:cluster/batch"
    assert [each["cluster"] for each in audit("--cluster", arn).document["clusters"]] == ["batch"]
    both = audit("--cluster", "shop", "--cluster", "batch").document["clusters"]
    assert [each["cluster"] for each in both] == ["batch", "shop"]


def test_a_cluster_that_nobody_knows(stack: Deployed) -> None:
    """It is told with those that are known, and nothing is compared."""
    stack.run()
    ran = audit("--cluster", "shop", "--cluster", "shoq")
    assert (ran.code, ran.out) == (2, "")
    assert 'Neither ECS nor the ledger knows a cluster "shoq". They know: shop.' in ran.err


def test_a_named_cluster_needs_no_list(stack: Deployed) -> None:
    """Who may not list clusters can audit one that the ledger knows; for another one it is told why not."""
    stack.run()
    stack.api.fail_next("ListClusters", DENIED, times=2)
    ran = audit("--cluster", "shop")
    assert (ran.code, ran.document["errors"], ran.document["clusters"][0]["tasks"]) == (0, [], 1)
    unknown = audit("--cluster", "batch")
    assert (unknown.code, unknown.out) == (2, "")
    assert "AWS denied access" in unknown.err


def test_the_clusters_that_are_watched(stack: Deployed) -> None:
    """A stack that watches some clusters has no entries of others, so those are not compared."""
    stack.run()
    stack.lost = True
    stack.run("jobs", "batch")
    stack.function.environment = {"CLUSTERS": "shop, no-such"}
    ran = audit()
    assert (ran.code, [each["cluster"] for each in ran.document["clusters"]]) == (0, ["shop"])


def test_it_is_not_known_which_are_watched(stack: Deployed) -> None:
    """Then all are compared, and people are told why."""
    stack.run()
    stack.function.error = (403, "AccessDeniedException", "no")
    ran = audit()
    assert (ran.code, len(ran.document["clusters"])) == (0, 1)
    assert ran.err.startswith("All clusters are audited, watched or not (see --cluster): AWS denied access")


def test_no_tasks_at_all(stack: Deployed) -> None:
    """An empty account agrees with an empty ledger."""
    ran = audit()
    assert (ran.code, ran.document["clusters"]) == (0, [])
    assert taskledger("audit").out.strip() == "There is no cluster to audit."


def test_the_account_of_missed_events(stack: Deployed) -> None:
    """Of each cluster's newest tasks: how many versions events told, and how many only others or nobody."""
    first = stack.run()
    stack.lost = True
    stack.report(first, "STOPPED")
    stack.run()
    stack.lost = False
    account = audit().document["clusters"][0]["missedEvents"]
    assert account == {
        "tasks": 1,
        "sampled": False,
        "versionsByEvent": 3,
        "versionsByDescription": 0,
        "versionsBetween": 0,
        "versionsBefore": 0,
        "entriesByDescription": 0,
    }


def test_how_much_history_is_read(stack: Deployed) -> None:
    """No more than asked for, and what is a sample says so."""
    stack.run()
    stack.run()
    for history, tasks in (("1", 1), ("2", 2), ("all", 2)):
        account = audit("--history", history).document["clusters"][0]["missedEvents"]
        assert (account["tasks"], account["sampled"]) == (tasks, tasks < 2)
    assert "Of shop only the newest tasks are counted" in taskledger("audit", "--history", "1").out


def test_no_history(stack: Deployed) -> None:
    """Without an account nothing is told of one."""
    stack.run()
    assert "told by" not in taskledger("audit", "--history", "0").out


@pytest.mark.parametrize("history", ["-1", "many", "1.5", ""])
def test_a_wrong_number(history: str) -> None:
    """It is told what is right."""
    ran = taskledger("audit", "--history", history)
    assert (ran.code, ran.out) == (2, "")
    assert f'"{history}" is neither a number nor all.' in ran.err


def test_the_words(stack: Deployed) -> None:
    """For people: counts, a table that begins with what is unexplained, the account, and a sum."""
    tampered, passing = stack.run(), stack.run()
    stack.tamper(tampered, "stopCode", {"S": "UserInitiated"})
    stack.report(passing, "DEACTIVATING")
    ran = taskledger("audit")
    told = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert ran.code == 1
    assert told == [
        SUMMARY,
        "",
        "task field ledger ECS likely cause",
        f"{tampered[-32:]} stopCode UserInitiated - CONTRADICTION: {CONTRADICTION}",
        f"{passing[-32:]} lastStatus RUNNING DEACTIVATING PASSING: {PASSING}",
        "",
        "versions of tasks, by who told them",
        "cluster tasks told by events by description only by nobody before the first entries by description",
        "shop 2 6 0 0 0 0",
        "",
        "1 task with differences that are not explained.",
    ]


def test_the_words_of_a_sound_ledger(stack: Deployed) -> None:
    """Short, where there is nothing to say."""
    stack.run()
    told = taskledger("audit").out.splitlines()
    assert told[0] == "shop: 1 task compared, all agree"
    assert told[-1] == "The ledger agrees with ECS, or the difference is explained."


def test_a_table_that_is_not_there(stack: Deployed) -> None:
    """One line that says what to do, and exit code 2."""
    stack.outputs["LedgerTableName"] = "gone"
    ran = taskledger("audit")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "deploy the stack again" in ran.err
