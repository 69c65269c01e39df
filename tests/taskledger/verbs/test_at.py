"""What `taskledger at` says ran at a time, and since when it can say so."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskledger.deployed import stack as deployed_stack
from taskledger.deployed.ledger import READERS
from tests.support import deployed
from tests.support.deployed import NOW, TABLE, Answer, Deployment, ago, other_cluster, refusal
from tests.support.panes import pane
from tests.support.past_lives import LONGEST, TrueLife, times, true_lives
from tests.support.recorded_past import STOPPED, forget_rows, life, refuse_scans, seen
from tests.support.running import Ran, taskledger
from tests.support.tabled import HUGE
from tests.support.values import CLUSTER, task_arn

if TYPE_CHECKING:
    from datetime import datetime

TASK = {
    "taskArn", "clusterArn", "cluster", "group", "service", "taskDefinitionArn", "launchType",
    "capacityProviderName", "availabilityZone", "cpu", "memory", "ephemeralStorage", "cpuArchitecture",
    "platformFamily", "platformVersion", "startedBy", "createdAt", "connectivityAt", "pullStartedAt",
    "pullStoppedAt", "startedAt", "stoppingAt", "executionStoppedAt", "lastStatus", "desiredStatus",
    "version", "inferred", "endedAt",
}  # fmt: skip
BEGIN = NOW - timedelta(hours=3)


def run(*arguments: object) -> Ran:
    ran = taskledger("at", *arguments)
    assert ran.code == 0, ran.err
    return ran


def ran_at(*arguments: object) -> dict[str, dict[str, Any]]:
    """The tasks that ran, by their ARNs."""
    return {task["taskArn"]: task for task in run("--json", *arguments).document["tasks"]}


def refused(*arguments: object) -> str:
    """The one line that a run ends with, which prints nothing else."""
    ran = taskledger("at", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Traceback" not in ran.err
    return ran.err.splitlines()[-1]


@pytest.fixture
def old(deployment: Deployment) -> Deployment:
    """A ledger that knows of its cluster since long ago."""
    life(deployment, 0xF, ago(days=81), ago(days=80))
    return deployment


@settings(max_examples=6)
@given(
    true=st.tuples(*(true_lives(number, BEGIN) for number in range(3))),
    moments=st.lists(times(BEGIN), min_size=3, max_size=3),
)
def test_any_time_of_any_lives(true: tuple[TrueLife, ...], moments: list[datetime]) -> None:
    """Exactly the tasks that ran then, each as it then was, without a scan of the table."""
    with pytest.MonkeyPatch.context() as patch, deployed.deployment(patch) as stack:
        life(stack, 0xF, ago(days=81), ago(days=80))
        for one in true:
            stack.record(*one.observations)
        refuse_scans(stack)
        for moment in moments:
            found = {
                arn: (task["version"], task["lastStatus"], task["desiredStatus"])
                for arn, task in ran_at(moment.isoformat()).items()
            }
            assert found == {one.task_arn: state for one in true if (state := one.at(moment))}


def test_the_lives_are_over_by_now() -> None:
    """The times of the rule above are in the past."""
    assert BEGIN + timedelta(seconds=3 * LONGEST) < NOW


def test_a_task_has_all_its_fields(old: Deployment) -> None:
    """None of them says what only came later, but for when it ended."""
    arn = life(old, 1, ago(hours=5), ago(hours=1), pull_started_at=ago(hours=5), launch_type="FARGATE")
    task = ran_at("2h")[arn]
    assert task.keys() == TASK
    assert (task["pullStartedAt"], task["launchType"]) == (task["createdAt"], "FARGATE")
    assert (task["lastStatus"], task["stoppingAt"], task["inferred"]) == ("RUNNING", None, False)
    assert task["endedAt"] == f"{ago(hours=1):%Y-%m-%dT%H:%M:%S.000Z}"


def test_a_task_that_was_to_stop(old: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ran, and the table says that it was to stop; a status that is not known is called that."""
    own = {"task_arn": task_arn(1), "created_at": ago(hours=5), "started_at": ago(hours=5)}
    stopping = own | {"stopping_at": ago(hours=2, minutes=1), "desired_status": "STOPPED"}
    over = stopping | STOPPED | {"stopped_at": ago(hours=1)}
    old.record(seen(3, ago(hours=5), **own), seen(4, ago(hours=2), **stopping), seen(6, ago(hours=1), **over))
    assert "RUNNING -> STOPPED" in pane(monkeypatch, 80, "at", "2h").out
    forget_rows(old, task_arn(1))
    assert "not known -> STOPPED" in pane(monkeypatch, 80, "at", "2h").out


def test_the_document(old: Deployment) -> None:
    """The time, the clusters with since when each is known, and the tasks, the newest first."""
    life(old, 1, ago(hours=4))
    life(old, 2, ago(hours=3))
    document = run("2h", "--json").document
    assert document["at"] == f"{ago(hours=2):%Y-%m-%dT%H:%M:%S.000Z}"
    known = f"{ago(days=80):%Y-%m-%dT%H:%M:%S.000Z}"
    assert document["clusters"] == [{"cluster": "shop", "clusterArn": CLUSTER, "knownSince": known}]
    assert [one["taskArn"] for one in document["tasks"]] == [task_arn(2), task_arn(1)]


def test_a_task_that_outlived_its_history(old: Deployment) -> None:
    """Its own times say what it was, and that is marked."""
    arn = life(old, 1, ago(days=60), ago(hours=1))
    assert not ran_at("2h")[arn]["inferred"]
    forget_rows(old, arn)
    task = ran_at("2h")[arn]
    assert (task["lastStatus"], task["desiredStatus"]) == ("RUNNING", "RUNNING")
    assert (task["version"], task["inferred"]) == (None, True)
    assert run("2h").out.splitlines()[-1].split()[-1] == "yes"


def test_some_tasks(old: Deployment) -> None:
    """Of one cluster, or of one service."""
    batch: dict[str, Any] = {"cluster_arn": other_cluster("batch"), "group": "family:nightly"}
    life(old, 1, ago(hours=4))
    life(old, 2, ago(hours=4), group="service:cart")
    life(old, 3, ago(hours=4), **batch)
    assert ran_at("2h").keys() == {task_arn(1), task_arn(2), task_arn(3)}
    assert ran_at("2h", "--cluster", "batch").keys() == {task_arn(3)}
    assert ran_at("2h", "--service", "cart").keys() == {task_arn(2)}


def test_only_tasks_that_changed_since_have_their_history_read(old: Deployment) -> None:
    """The others are as their entries say."""
    life(old, 1, ago(hours=4))
    life(old, 2, ago(hours=4), ago(hours=1))
    reads: Counter[str] = Counter()
    old.answer("dynamodb.Query", lambda body: reads.update([json.loads(body).get("IndexName", "table")]))
    assert ran_at("2h").keys() == {task_arn(1), task_arn(2)}
    assert reads["table"] == 2  # the clusters, and the history of the second task


def test_histories_are_read_side_by_side(old: Deployment) -> None:
    """As many at once as the client has connections for, and each task gets its own."""
    for number in range(100, 104 + READERS):
        life(old, number, ago(hours=4), ago(minutes=number))
    configs: list[Any] = []
    connect = deployed_stack.connect

    def noted(session: Any, service: str, *config: Any) -> Any:
        configs.extend((service, one.max_pool_connections) for one in config)
        return connect(session, service, *config)

    old.monkeypatch.setattr(deployed_stack, "connect", noted)
    found = ran_at("2h")
    assert {arn: (one["version"], one["inferred"]) for arn, one in found.items()} == {
        task_arn(number): (3, False) for number in range(100, 104 + READERS)
    }
    assert ("dynamodb", READERS) in configs


def test_a_history_that_cannot_be_read(old: Deployment) -> None:
    """No answer is better than one with states that are only not known because of that."""
    life(old, 1, ago(hours=4), ago(hours=1))

    def deny(body: bytes) -> Answer | None:
        return (
            refusal("AccessDeniedException")
            if ":v" in json.loads(body)["ExpressionAttributeValues"]
            else None
        )

    old.answer("dynamodb.Query", deny)
    assert refused("2h").startswith("Error: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["9999-01-01"], "is in the future"),
        (["yesterday"], "neither a time span"),
        (["2h", "--cluster", "shoq"], 'does not know a cluster "shoq". It knows: shop.'),
        (["2h", "--most", "1"], "More than 1 tasks were open since"),
        (["100d"], f"what closed before {ago(days=90):%Y-%m-%dT%H:%M:%SZ} may be deleted by now"),
        (["85d"], f"the ledger knows shop since {ago(days=81):%Y-%m-%dT%H:%M:%SZ}. Give a later time"),
    ],
)
def test_wrong_input(old: Deployment, arguments: list[str], said: str) -> None:
    """Exit code 2, and one line that says what to do."""
    life(old, 1, ago(hours=4))
    life(old, 2, ago(hours=4))
    assert said in refused(*arguments)


@pytest.mark.usefixtures("deployment")
@pytest.mark.parametrize("arguments", [[], ["--cluster", "shop"], ["--json"]])
def test_an_empty_ledger(arguments: list[str]) -> None:
    """It does not say that nothing ran."""
    assert "The ledger has no tasks yet" in refused("2h", *arguments)


def test_nothing_ran(old: Deployment) -> None:
    """That is an answer where the cluster was known."""
    ran = run("30d")
    assert (ran.out, ran.err.splitlines()[-1]) == ("", "No tasks ran then.")
    assert run("30d", "--json").document["tasks"] == []


def test_people_see_some_of_the_tasks(old: Deployment) -> None:
    """As many as --limit says; a program gets all, and the counts are of all."""
    for number in range(4):
        life(old, number, ago(hours=4 + number))
    ran = run("2h", "--limit", "3")
    header, counts, empty, _, *rows = ran.out.splitlines()
    assert (header.split()[:3], counts.split()[:4]) == (
        ["owner", "cluster", "tasks"],
        ["service:checkout", "shop", "4", "4"],
    )
    assert (empty, len(rows)) == ("", 3)
    assert "1 more tasks: --limit shows more, --json all." in ran.err
    assert len(ran_at("2h", "--limit", "3")) == 4


def test_the_tables(old: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which revisions ran, and each task as it was, in 80 columns."""
    new = CLUSTER.replace("cluster/shop", "task-definition/checkout:43")
    life(old, 0xCAFE << 112, ago(hours=4), ago(hours=1))
    arn = task_arn(0xBEEF << 112)
    begun = {"task_arn": arn, "created_at": ago(hours=2, minutes=1), "task_definition_arn": new}
    old.record(
        seen(1, ago(hours=2, minutes=1), last_status="PENDING", **begun),
        seen(9, ago(minutes=5), **begun, **STOPPED, stopped_at=ago(minutes=5)),
    )
    assert pane(monkeypatch, 80, "at", "2h").out.splitlines() == [
        "owner     cluster  tasks  running  definitions",
        "checkout  shop         2        1  checkout:42 (1), checkout:43 (1)",
        "",
        "owner checkout, cluster shop",
        "task      definition   status   since  ended",
        "beef0000  checkout:43  PENDING  1m 0s  1h 55m after",
        "cafe0000  checkout:42  RUNNING  2h 0m  1h 0m after",
    ]


@pytest.mark.parametrize(("name", "value"), [("at", HUGE), ("lastStatus", None)])
def test_an_unreadable_row(old: Deployment, name: str, value: Any) -> None:
    """It is named on stderr; the row before it counts, and all other tasks are there."""
    arn = life(old, 1, ago(hours=4), ago(hours=1))
    life(old, 2, ago(hours=4))
    (row,) = (
        one
        for one in old.dynamodb.scan(TableName=TABLE)["Items"]
        if one["pk"]["S"] == arn and one["sk"]["S"].startswith("v") and "6#" not in one["sk"]["S"]
    )
    spoiled = {key: each for key, each in {**row, name: value}.items() if each}
    old.dynamodb.put_item(TableName=TABLE, Item=spoiled)
    ran = run("2h", "--json")
    assert ran.err.count("Left out, as it cannot be read") == 1
    assert f"{arn}/{row['sk']['S']}" in ran.err
    assert {one["taskArn"]: one["inferred"] for one in ran.document["tasks"]} == {
        task_arn(1): True,
        task_arn(2): False,
    }


def test_a_table_without_its_stack(old: Deployment) -> None:
    """Is enough."""
    arn = life(old, 1, ago(hours=4))
    old.cloudformation.stacks.clear()
    assert ran_at("2h", "--table", TABLE).keys() == {arn}
