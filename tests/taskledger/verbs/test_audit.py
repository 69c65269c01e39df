"""`taskledger audit`: each difference is shown with its cause, and the exit code says whether it matters."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.deployed import DeployedEcs
from tests.support.running import Ran, taskledger

DOCUMENT = {"stack", "at", "clusters", "differences", "errors", "explained", "unexplained"}
CLUSTER = {
    *("clusterArn", "cluster", "tasks", "services", "unknown", "explained", "unexplained", "kinds", "error"),
    "missedEvents",
}
MISSED = {
    *("tasks", "sampled", "versionsByEvent", "versionsByDescription", "versionsBetween", "versionsBefore"),
    "entriesByDescription",
}
PASSING = "a passing status, which has no version and makes no event"
CONTRADICTION = "one version with two states: the entry was changed by hand, or a bug"
SUMMARY = (
    "shop: 2 tasks compared, 1 with unexplained differences, 1 with explained differences only "
    "(1 CONTRADICTION, 1 PASSING)"
)


def audit(*arguments: str) -> Ran:
    return taskledger("audit", "--json", *arguments)


def differences(ran: Ran) -> list[tuple[Any, ...]]:
    return [
        tuple(each[name] for name in ("field", "ledger", "ecs", "kind"))
        for each in ran.document["differences"]
    ]


def test_a_ledger_that_agrees(deployed_ecs: DeployedEcs) -> None:
    """Nothing differs: exit code 0, and a document of the shape that --help describes."""
    deployed_ecs.run()
    deployed_ecs.report(deployed_ecs.run("jobs", "batch"), "STOPPED")
    deployed_ecs.later(minutes=10)
    ran = audit()
    document = ran.document
    assert (ran.code, ran.err) == (0, "")
    assert document.keys() == DOCUMENT
    assert (document["stack"], document["differences"], document["errors"]) == ("TaskLedger", [], [])
    assert [(each["cluster"], each["tasks"]) for each in document["clusters"]] == [("batch", 1), ("shop", 1)]
    for cluster in document["clusters"]:
        assert cluster.keys() == CLUSTER
        assert cluster["missedEvents"].keys() == MISSED


def test_an_entry_that_was_tampered_with(deployed_ecs: DeployedEcs) -> None:
    """The field is shown with both values, as one version cannot have two: exit code 1."""
    arn = deployed_ecs.run()
    deployed_ecs.tamper(arn, "group", {"S": "service:other"})
    ran = audit()
    assert (ran.code, ran.document["unexplained"]) == (1, 1)
    assert ran.document["differences"] == [
        {
            "taskArn": arn,
            "serviceArn": None,
            "clusterArn": "arn:aws:ecs:eu-central-1:111122223333:cluster/shop",
            "field": "group",
            "ledger": "service:other",
            "ecs": "service:web",
            "kind": "CONTRADICTION",
            "cause": CONTRADICTION,
            "explained": False,
        }
    ]


def test_a_lost_stop(deployed_ecs: DeployedEcs) -> None:
    """A version that is not recorded is unexplained once it is older than a minute, in every field of it."""
    arn = deployed_ecs.run()
    deployed_ecs.lost = True
    deployed_ecs.report(arn, "STOPPED")
    deployed_ecs.later(minutes=10)
    ran = audit()
    assert (ran.code, ran.document["clusters"][0]["kinds"]) == (1, {"MISSED": 1})
    assert ("version", 3, 4, "MISSED") in differences(ran)
    assert ("lastStatus", "RUNNING", "STOPPED", "MISSED") in differences(ran)
    assert ("containers[app].lastStatus", "RUNNING", "STOPPED", "MISSED") in differences(ran)


def unrecorded(there: DeployedEcs) -> None:
    there.lost = True
    there.run()


def vanished(there: DeployedEcs) -> None:
    arn = there.run()
    there.lost = True
    there.report(arn, "STOPPED")
    there.later(hours=2)


def forgotten(there: DeployedEcs) -> None:
    there.report(there.run(), "STOPPED")
    there.later(hours=2)


@pytest.mark.parametrize(
    ("arrange", "code", "found"),
    [
        (unrecorded, 1, [("task", None, "RUNNING", "UNRECORDED")]),
        (vanished, 1, [("task", "RUNNING", None, "VANISHED")]),
        (forgotten, 0, []),
        (lambda there: there.tamper(there.run(), "version", {"N": "9"}), 0, [("version", 9, 3, "AHEAD")]),
        (
            lambda there: there.report(there.run(), "DEACTIVATING"),
            0,
            [("lastStatus", "RUNNING", "DEACTIVATING", "PASSING")],
        ),
        (
            lambda there: there.ecs.set_health(there.run(), "UNHEALTHY"),
            0,
            [
                (field, None, "UNHEALTHY", "NOT_IN_EVENTS")
                for field in ("healthStatus", "containers[app].healthStatus")
            ],
        ),
    ],
)
def test_a_difference(
    deployed_ecs: DeployedEcs, arrange: Callable[[DeployedEcs], None], code: int, found: list[Any]
) -> None:
    """It is shown in any case, and makes the exit code 1 where a correct ledger does not have it."""
    arrange(deployed_ecs)
    ran = audit()
    assert (ran.code, differences(ran)) == (code, found)
    document = ran.document
    assert (document["unexplained"], document["explained"]) == (code, 1 - code if found else 0)


def test_an_event_on_its_way(deployed_ecs: DeployedEcs) -> None:
    """A change of the last minute is explained."""
    arn = deployed_ecs.run()
    deployed_ecs.lost = True
    deployed_ecs.later(minutes=29, seconds=50)
    deployed_ecs.report(arn, "STOPPED")
    ran = audit()
    assert (ran.code, ran.document["clusters"][0]["kinds"]) == (0, {"IN_FLIGHT": 1})


def test_an_event_that_arrives_meanwhile(deployed_ecs: DeployedEcs) -> None:
    """What the ledger lacks is compared again after a while, and is no difference if it has come."""
    deployed_ecs.ecs.scheduler_stop(deployed_ecs.run(), "Scaling activity")
    deployed_ecs.deployment.monkeypatch.setattr("taskledger.audit.run._wait", deployed_ecs.receive)
    ran = audit()
    assert (ran.code, ran.document["differences"]) == (0, [])


def test_more_than_a_page(deployed_ecs: DeployedEcs) -> None:
    """Every task is compared, running or stopped, however many pages and calls that takes."""
    deployed_ecs.lost = True
    for number in range(210):
        arn = deployed_ecs.run()
        if number % 2:
            deployed_ecs.report(arn, "STOPPED")
    deployed_ecs.later(minutes=10)
    ran = audit()
    assert (ran.code, ran.document["clusters"][0]["kinds"]) == (1, {"UNRECORDED": 210})
    assert len({each["taskArn"] for each in ran.document["differences"]}) == 210


def test_missed_events(deployed_ecs: DeployedEcs) -> None:
    """They are counted for each cluster's newest tasks, and not shown where no history is read."""
    first = deployed_ecs.run()
    deployed_ecs.lost = True
    deployed_ecs.report(first, "STOPPED")
    deployed_ecs.run()
    assert audit().document["clusters"][0]["missedEvents"] == {
        "tasks": 1,
        "sampled": False,
        "versionsByEvent": 3,
        "versionsByDescription": 0,
        "versionsBetween": 0,
        "versionsBefore": 0,
        "entriesByDescription": 0,
    }
    assert "by event" not in taskledger("audit", "--history", "0").out


def test_how_much_history_is_read(deployed_ecs: DeployedEcs) -> None:
    """No more than is wanted, and what is a sample is called one."""
    deployed_ecs.run()
    deployed_ecs.run()
    for history, tasks in (("1", 1), ("2", 2), ("all", 2)):
        missed = audit("--history", history).document["clusters"][0]["missedEvents"]
        assert (missed["tasks"], missed["sampled"]) == (tasks, tasks < 2)
    assert "Of shop only the newest tasks are counted" in taskledger("audit", "--history", "1").out


@pytest.mark.parametrize("history", ["-1", "many", "1.5"])
def test_a_wrong_number(history: str) -> None:
    """It is wrong usage, and the error says what is right."""
    ran = taskledger("audit", "--history", history)
    assert (ran.code, ran.out) == (2, "")
    assert f'"{history}" is neither a number nor all.' in ran.err


def test_the_text(deployed_ecs: DeployedEcs) -> None:
    """A summary, a table that begins with what is unexplained, missed events, and a conclusion."""
    tampered, passing = deployed_ecs.run(), deployed_ecs.run()
    deployed_ecs.tamper(tampered, "stopCode", {"S": "UserInitiated"})
    deployed_ecs.report(passing, "DEACTIVATING")
    ran = taskledger("audit")
    assert ran.code == 1
    assert [" ".join(line.split()) for line in ran.out.splitlines()] == [
        SUMMARY,
        "",
        "task or service field ledger ECS likely cause",
        f"{tampered[-32:]} stopCode UserInitiated - CONTRADICTION: {CONTRADICTION}",
        f"{passing[-32:]} lastStatus RUNNING DEACTIVATING PASSING: {PASSING}",
        "",
        "versions of tasks, by their source",
        "cluster tasks by event by description only missing before the first entries by description",
        "shop 2 6 0 0 0 0",
        "",
        "1 task with differences that are not explained.",
    ]


def test_the_text_of_a_ledger_that_agrees(deployed_ecs: DeployedEcs) -> None:
    """Short, where there is nothing to report."""
    assert taskledger("audit").out.strip() == "There is no cluster to audit."
    deployed_ecs.run()
    lines = taskledger("audit").out.splitlines()
    assert lines[0] == "shop: 1 task compared, all agree"
    assert lines[-1] == "The ledger agrees with ECS, or the difference is explained."
