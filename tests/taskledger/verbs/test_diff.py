"""What `taskledger diff` says began, ended and changed between two times."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.deployed import TABLE, Deployment, ago, other_cluster
from tests.support.panes import pane
from tests.support.recorded_past import STOPPED, life, refuse_scans, seen
from tests.support.running import Ran, taskledger
from tests.support.values import CLUSTER, task_arn

NEW = CLUSTER.replace("cluster/shop", "task-definition/checkout:43")
OLD = NEW.replace(":43", ":42")
LISTS = ("began", "ended", "cameAndWent", "changed")


def run(*arguments: object) -> Ran:
    ran = taskledger("diff", *arguments)
    assert ran.code == 0, ran.err
    return ran


@pytest.fixture
def old(deployment: Deployment) -> Deployment:
    """A ledger that knows of its cluster since long ago."""
    life(deployment, 0xF, ago(days=81), ago(days=80))
    return deployment


@pytest.fixture
def rolled(old: Deployment) -> Deployment:
    """A service of which a new revision took the place of the old one, with one failure on the way."""
    life(old, 1 << 112, ago(hours=9), ago(hours=1))
    life(old, 2 << 112, ago(hours=1, minutes=10), ago(hours=1, minutes=5), task_definition_arn=NEW)
    life(old, 3 << 112, ago(hours=1), task_definition_arn=NEW)
    life(old, 4 << 112, ago(hours=9), group="service:web")
    life(old, 5 << 112, ago(minutes=5))
    stopping: dict[str, Any] = {
        "task_arn": task_arn(6 << 112),
        "created_at": ago(hours=9),
        "started_at": ago(hours=9),
        "group": "service:web",
    }
    asked = {"desired_status": "STOPPED", "stopping_at": ago(minutes=40)}
    old.record(seen(3, ago(hours=9), **stopping), seen(4, ago(minutes=40), **stopping, **asked))
    return old


def numbers(document: dict[str, Any]) -> dict[str, list[int]]:
    """Which tasks are in which list."""
    return {
        name: [int(one["taskArn"].rpartition("/")[2], 16) >> 112 for one in document[name]] for name in LISTS
    }


def test_the_lists(rolled: Deployment) -> None:
    """Each task is in the list that it belongs to, found without a scan of the table."""
    refuse_scans(rolled)
    assert numbers(run("2h", "30m", "--json").document) == {
        "began": [3], "ended": [1], "cameAndWent": [2], "changed": [6],
    }  # fmt: skip


def test_up_to_now(rolled: Deployment) -> None:
    """Without the second time, and with no time before now."""
    document = run("2h", "--json").document
    assert sorted(numbers(document)["began"]) == [3, 5]
    assert document == run("2h", "0s", "--json").document


@pytest.mark.usefixtures("rolled")
def test_the_services() -> None:
    """The tasks and revisions of each at both times, and how many made the difference."""
    checkout, web = run("2h", "30m", "--json").document["services"]
    assert checkout == {
        "cluster": "shop",
        "clusterArn": CLUSTER,
        "group": "service:checkout",
        "service": "checkout",
        "before": {
            "tasks": 1,
            "running": 1,
            "taskDefinitions": [{"taskDefinitionArn": OLD, "tasks": 1}],
        },
        "after": {"tasks": 1, "running": 1, "taskDefinitions": [{"taskDefinitionArn": NEW, "tasks": 1}]},
        "began": 1,
        "ended": 1,
        "cameAndWent": 1,
        "changed": 0,
    }
    assert (web["service"], web["before"]["tasks"], web["after"]["tasks"], web["changed"]) == ("web", 2, 2, 1)


@pytest.mark.usefixtures("rolled")
def test_the_tasks() -> None:
    """An end has its code and reason, a change both states; what began has nothing of its end."""
    document = run("2h", "30m", "--json").document
    (began,), (ended,), (passed,), (changed,) = (document[name] for name in LISTS)
    assert (began["lastStatus"], began["endedAt"], "stopCode" in began) == ("RUNNING", None, False)
    for one in (ended, passed):
        assert (one["stopCode"], one["stoppedReason"]) == ("UserInitiated", "Replaced by hand")
        assert one["closedAs"] == "STOPPED"
        assert one["endedAt"] == one["stoppedAt"]
    assert changed["before"] == {
        "lastStatus": "RUNNING", "desiredStatus": "RUNNING", "version": 3, "inferred": False,
    }  # fmt: skip
    assert (changed["desiredStatus"], changed["version"]) == ("STOPPED", 4)


@pytest.mark.usefixtures("rolled")
def test_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment is seen at a glance; below, what each task did, the latest first, in 80 columns."""
    assert pane(monkeypatch, 80, "diff", "2h", "30m").out.splitlines() == [
        "cluster shop",
        "owner     tasks   began  ended  came and went  changed  definitions",
        "checkout  1 -> 1      1      1              1        0  checkout:42 ->",
        "                                                        checkout:43",
        "web       2 -> 2      0      0              0        1  checkout:42",
        "",
        "cluster shop",
        "when   what           task      owner     definition   how",
        "1h 0m  began          00030000  checkout  checkout:43  RUNNING",
        "1h 0m  ended          00010000  checkout  checkout:42  user: Replaced by hand",
        "1h 5m  came and went  00020000  checkout  checkout:43  user: Replaced by hand",
        "-      changed        00060000  web       checkout:42  RUNNING, then RUNNING ->",
        "                                                       STOPPED",
    ]


@pytest.mark.usefixtures("rolled")
def test_people_see_some_of_the_tasks() -> None:
    """As many as --limit says; a program gets all."""
    ran = run("2h", "30m", "--limit", "1")
    assert "3 more tasks: --limit shows more, --json all." in ran.err
    assert ran.out.count("came and went") == 1  # in the title
    assert numbers(run("2h", "30m", "--json", "--limit", "1").document)["cameAndWent"] == [2]


def test_a_stop_that_nobody_saw(old: Deployment) -> None:
    """It is no stop with a code."""
    arn = life(old, 1, ago(hours=9))
    entry = old.ledger.entry(arn)
    assert entry
    assert old.ledger.close(entry, ago(hours=1))
    assert "its stop was not observed" in run("2h").out
    (ended,) = run("2h", "--json").document["ended"]
    assert (ended["closedAs"], ended["stopCode"], ended["stoppedAt"]) == ("UNOBSERVED", None, None)


def test_some_tasks(rolled: Deployment) -> None:
    """Of one cluster, or of one service."""
    life(rolled, 7, ago(hours=9), cluster_arn=other_cluster("batch"), group="family:nightly")
    assert [one["service"] for one in run("2h", "--json", "--service", "web").document["services"]] == ["web"]
    (found,) = run("2h", "--json", "--cluster", "batch").document["services"]
    assert (found["cluster"], found["group"], found["service"]) == ("batch", "family:checkout", None)


def test_nothing_changed(old: Deployment) -> None:
    """Then there are services, and no tasks; where nothing ran either, a line says so."""
    assert run("3h").err.splitlines() == ["No tasks ran then, or between."]
    life(old, 1, ago(hours=9))
    assert len(run("3h").out.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["1h", "2h"], "T1 must be before T2."),
        (["1h", "1h"], "T1 must be before T2."),
        (["0s"], "T1 must be before T2."),
        (["2h", "9999-01-01"], "is in the future"),
        (["soon", "1h"], '"soon" is neither a time span'),
        (["2h", "soon"], '"soon" is neither a time span'),
        ([], "Missing argument 'T1'"),
        (["100d", "1h"], "may be deleted by now"),
        (["85d", "1h"], "the ledger knows shop since"),
        (["2h", "--most", "1"], "More than 1 tasks"),
    ],
)
def test_wrong_input(old: Deployment, arguments: list[str], said: str) -> None:
    """Exit code 2, and one line that says what to do."""
    for number in (1, 2):
        life(old, number, ago(hours=9))
    ran = taskledger("diff", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err.splitlines()[-1]


@pytest.mark.usefixtures("deployment")
def test_an_empty_ledger() -> None:
    """It does not say that nothing changed."""
    ran = taskledger("diff", "2h")
    assert (ran.code, ran.out) == (2, "")
    assert "The ledger has no tasks yet" in ran.err


def test_a_cluster_that_was_not_known_at_first(old: Deployment) -> None:
    """Its tasks did not begin when the ledger first saw them: it is left out."""
    batch = other_cluster("batch")
    life(old, 1, ago(hours=1), cluster_arn=batch)
    ran = run("2h", "--json")
    assert all(ran.document[name] == [] for name in LISTS)
    assert "Left out, as it is not known what ran then: the ledger knows batch since" in ran.err
    assert [one["knownSince"] is None for one in ran.document["clusters"]] == [False, False]


def test_a_row_that_cannot_be_read(rolled: Deployment) -> None:
    """It is named on stderr, and all other tasks are there."""
    key = {"pk": {"S": task_arn(1 << 112)}, "sk": {"S": "ENTRY"}}
    item = rolled.dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    rolled.dynamodb.put_item(TableName=TABLE, Item={**item, "version": {"S": "three"}})
    ran = run("2h", "30m", "--json")
    assert numbers(ran.document)["ended"] == []
    assert ran.err.count("Left out, as it cannot be read") == 1


def test_times_of_a_task_up_to_the_second_one(old: Deployment) -> None:
    """What came later is not in it."""
    begun = {"task_arn": task_arn(1), "created_at": ago(hours=1)}
    over = STOPPED | {"started_at": ago(minutes=50), "stopped_at": ago(minutes=10)}
    old.record(
        seen(1, ago(hours=1), last_status="PENDING", **begun),
        seen(6, ago(minutes=10) + timedelta(seconds=1), **begun, **over),
    )
    (began,) = run("2h", "55m", "--json").document["began"]
    assert (began["lastStatus"], began["startedAt"]) == ("PENDING", None)
