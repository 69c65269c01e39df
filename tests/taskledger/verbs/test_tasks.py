"""Which tasks `taskledger tasks` lists, in which order, and how much it reads for them."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from reconciler.adapters.dynamodb import batch
from reconciler.model.task import Container
from taskledger.verbs.tasks import LIMIT
from tests.support.deployed import NOW, Answer, Deployment, ago, answered, other_cluster
from tests.support.panes import pane
from tests.support.running import Ran, taskledger
from tests.support.values import CLUSTER, TASK, event, task_arn

KEYS = {
    "taskArn", "clusterArn", "cluster", "group", "service", "taskDefinitionArn", "launchType",
    "capacityProviderName", "availabilityZone", "lastStatus", "desiredStatus", "healthStatus", "version",
    "createdAt", "startedAt", "stoppingAt", "stoppedAt", "stopCode", "stoppedReason", "startedBy", "tags",
    "containers", "protection", "source", "observedAt", "open", "closedAs", "cpu", "memory",
    "ephemeralStorage", "cpuArchitecture", "platformFamily", "platformVersion", "connectivityAt",
    "pullStartedAt", "pullStoppedAt", "executionStoppedAt",
}  # fmt: skip


def listed(*arguments: object) -> list[str]:
    """The tasks that the command lists, in its order."""
    ran = taskledger("tasks", "--json", *arguments)
    assert ran.code == 0, ran.err
    return [task["taskArn"] for task in ran.document["tasks"]]


def test_open_and_just_closed_tasks_newest_first(deployment: Deployment) -> None:
    """By default: every open task, and those that closed in the last hour, by what happened last."""
    ancient = deployment.open(1, ago(days=30))
    recent = deployment.close(2, ago(minutes=50))
    new = deployment.open(3, ago(minutes=20))
    latest = deployment.close(4, ago(minutes=1))
    deployment.close(5, ago(minutes=70))
    assert listed() == [latest, new, recent, ancient]


def test_a_task_has_all_its_fields(deployment: Deployment) -> None:
    """As everywhere else in the command line's JSON."""
    arn = deployment.close(1, ago(minutes=1))
    (task,) = taskledger("tasks", "--json").document["tasks"]
    assert (task.keys(), task["taskArn"], task["open"], task["closedAs"]) == (KEYS, arn, False, "STOPPED")


@pytest.mark.usefixtures("deployment")
def test_an_empty_ledger() -> None:
    """It has no tasks, whatever the filter: a line on stderr says so, beside an empty document or nothing."""
    assert listed("--cluster", "shop") == []
    ran = taskledger("tasks", "--open")
    assert (ran.code, ran.out, ran.err.splitlines()[-1]) == (0, "", "No tasks match.")
    assert taskledger("tasks", "--open", "--json").err == ""


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        (["--open"], [1]),
        (["--closed"], [2, 3]),
        (["--service", "checkout"], [1, 2]),
        (["--service", "CHECKOUT"], []),
        (["--status", "running"], [1]),
        (["--status", "STOPPED"], [2, 3]),
        (["--stop-code", "taskfailedtostart"], [3]),
        (["--service", "payments", "--closed", "--status", "STOPPED"], [3]),
        (["--service", "payments", "--open"], []),
    ],
)
def test_filters(deployment: Deployment, arguments: list[str], numbers: list[int]) -> None:
    """Each keeps what it names, and several keep what all of them name."""
    deployment.open(1, ago(minutes=10))
    deployment.close(2, ago(minutes=20))
    deployment.close(3, ago(minutes=30), group="service:payments", stop_code="TaskFailedToStart")
    assert listed(*arguments) == [task_arn(number) for number in numbers]


def test_a_cluster_by_name_or_arn(deployment: Deployment) -> None:
    """A name stands for every cluster of that name."""
    batch = deployment.open(1, ago(minutes=1), cluster_arn=other_cluster("batch"))
    elsewhere = CLUSTER.replace("eu-central-1", "eu-west-1")
    shops = [deployment.open(2, ago(minutes=2)), deployment.open(3, ago(minutes=3), cluster_arn=elsewhere)]
    assert listed("--cluster", "batch") == [batch]
    assert listed("--cluster", "shop") == shops
    assert listed("--cluster", CLUSTER) == shops[:1]


def test_an_unknown_cluster(deployment: Deployment) -> None:
    """It is most likely a typo: an error that names those that are known."""
    deployment.open(1, ago(minutes=1))
    ran = taskledger("tasks", "--cluster", "shopp")
    assert (ran.code, ran.out) == (2, "")
    assert '"shopp"' in ran.err
    assert "It knows: shop." in ran.err


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        (["--since", "20m"], [2, 1]),
        (["--since", "3h"], [2, 3, 1]),
        (["--since", ago(hours=3).isoformat()], [2, 3, 1]),
        (["--since", f"{ago(hours=3):%Y-%m-%dT%H:%M}", "--closed"], [2, 3]),
        (["--since", "1d", "--open"], []),
        (["--since", "3d", "--open"], [1]),
    ],
)
def test_since(deployment: Deployment, arguments: list[str], numbers: list[int]) -> None:
    """Bounds when closed tasks closed, and for --open when open ones opened."""
    deployment.open(1, ago(days=2))
    deployment.close(2, ago(minutes=10))
    deployment.close(3, ago(hours=2))
    assert listed(*arguments) == [task_arn(number) for number in numbers]


@pytest.mark.parametrize("since", ["yesterday", "3", "3y", "-3h", "2026-13-01", "9999-01-01", "999999w"])
@pytest.mark.usefixtures("deployment")
def test_a_wrong_since(since: str) -> None:
    """It is wrong usage, and the error shows the right forms."""
    ran = taskledger("tasks", "--since", since)
    assert (ran.code, ran.out) == (2, "")
    assert "90m" in ran.err or "in the future" in ran.err


def test_expired_tasks_are_gone(deployment: Deployment) -> None:
    """DynamoDB deletes what has expired days later; it is not shown until then."""
    deployment.close(1, ago(days=91))
    kept = deployment.close(2, ago(days=89))
    assert listed("--since", "365d") == [kept]


def test_limit_takes_the_newest(deployment: Deployment) -> None:
    """Of open and closed tasks together; that there are more is said on stderr."""
    for number in range(4):
        deployment.open(number, ago(minutes=10 * number + 2))
        deployment.close(10 + number, ago(minutes=10 * number + 1))
    ran = taskledger("tasks", "--json", "--limit", "3")
    assert [task["taskArn"] for task in ran.document["tasks"]] == [task_arn(10), task_arn(0), task_arn(11)]
    assert "more than these 3" in ran.err


def test_people_see_the_newest_hundred(deployment: Deployment) -> None:
    """Unless they ask for more; a program gets all."""
    for number in range(LIMIT + 1):
        deployment.open(number, ago(minutes=number))
    assert len(table(taskledger("tasks"))) == LIMIT
    assert len(table(taskledger("tasks", "--limit", "200"))) == len(listed()) == LIMIT + 1


def table(ran: Ran) -> list[list[str]]:
    """The rows of the printed table, without its heading."""
    assert ran.code == 0
    return [line.split() for line in ran.out.splitlines()[1:]]


def test_a_piped_table_is_for_programs(deployment: Deployment) -> None:
    """Whole ids, times and names on one line each, with what is wrong; no escape codes, nothing cut."""
    group = "service:" + "checkout" * 30
    ended = (Container(name="app", last_status="STOPPED", exit_code=0),)
    deployment.close(1, ago(minutes=3), group=group, stop_code="EssentialContainerExited", containers=ended)
    ran = taskledger("tasks")
    task_id, since = task_arn(1).rsplit("/", 1)[1], f"{ago(minutes=3):%Y-%m-%dT%H:%M:%SZ}"
    why = ["EssentialContainerExited", "UNEXPECTED_EXIT"]
    assert table(ran) == [[task_id, group, "shop", "STOPPED", since, *why]]
    assert "\x1b" not in ran.out


def test_a_table_for_people(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The start of each id, a stop code in short, what is wrong in words, and how long ago it stopped."""
    ended = (Container(name="app", last_status="STOPPED", exit_code=0),)
    monkeypatch.setattr("taskledger.output.times.now", lambda: NOW)
    failed: Any = {
        "stop_code": "EssentialContainerExited",
        "containers": ended,
        "stopped_at": ago(hours=3, minutes=5),
    }
    deployment.close(0xCAFE << 112, ago(minutes=9), **failed)
    deployment.open(1, ago(minutes=3))
    deployment.close(2, ago(minutes=2), stop_code="SomethingNew")
    shown = pane(monkeypatch, 80, "tasks", "--since", "4h")
    said, _, *rows = shown.out.splitlines()
    assert said == "owner checkout, cluster shop"
    for row, words in zip(
        rows,
        [
            "00000000  STOPPED  2m 0s  SomethingNew      unknown stop code",
            "00000000  RUNNING  3m 0s  -                 -",
            "cafe0000  STOPPED  3h 5m  container exited  ended by itself",
        ],
        strict=True,
    ):
        assert re.fullmatch(words, row)


def test_pages_are_read_until_the_limit_is_met(deployment: Deployment) -> None:
    """A limit reads no more than it needs; without one, every page is read."""
    for number in range(30):
        deployment.close(number, ago(minutes=number))
    reads = counted(deployment)
    assert len(listed("--closed", "--limit", "4")) == 4
    assert reads["closed"] == 1
    assert len(listed("--closed", "--limit", "4", "--status", "RUNNING")) == 0
    assert reads["closed"] == 1 + 6  # pages of five


def counted(deployment: Deployment) -> Counter[str]:
    """Counts the queries of each index, and lets no scan through."""
    reads: Counter[str] = Counter()

    def count(body: bytes) -> None:
        reads[json.loads(body).get("IndexName", "table")] += 1

    def refuse(_: bytes) -> None:
        pytest.fail("the table was scanned")

    deployment.answer("dynamodb.Query", count)
    deployment.answer("dynamodb.Scan", refuse)
    return reads


def test_many_open_tasks_are_read_in_hundreds(deployment: Deployment) -> None:
    """The index of open tasks has keys only; their entries come a hundred a call."""
    sizes = []
    for number in range(120):
        deployment.open(number, ago(minutes=number))
    deployment.answer("dynamodb.BatchGetItem", lambda body: sizes.append(len(keys(body))))
    assert listed() == [task_arn(number) for number in range(120)]
    assert sizes == [100, 20]


def keys(body: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(body)["RequestItems"]["ledger"]["Keys"]
    return found


def test_unprocessed_keys_are_asked_for_again(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that DynamoDB leaves unread at first are in the list."""
    monkeypatch.setattr(batch, "PAUSES", (0, 0))
    refused = iter([True, True])

    def respond(body: bytes) -> Answer | None:
        return unread(body) if next(refused, False) else None

    arn = deployment.open(1, ago(minutes=1))
    deployment.answer("dynamodb.BatchGetItem", respond)
    assert listed() == [arn]


def test_keys_that_stay_unprocessed(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """No list is better than one that silently lacks tasks."""
    monkeypatch.setattr(batch, "PAUSES", (0, 0))
    deployment.open(1, ago(minutes=1))
    deployment.answer("dynamodb.BatchGetItem", unread)
    ran = taskledger("tasks")
    assert (ran.code, ran.out) == (2, "")


def unread(body: bytes) -> Answer:
    return answered({"Responses": {}, "UnprocessedKeys": json.loads(body)["RequestItems"]})


def test_a_task_between_two_indexes_is_listed_once(deployment: Deployment) -> None:
    """A task that closes while it is read is in the index of open tasks for a moment still."""
    deployment.open(1, ago(minutes=30), task_arn=TASK)
    over = event(6, last_status="STOPPED", created_at=ago(minutes=30), stopped_at=ago(minutes=1))

    def close(_: bytes) -> None:
        deployment.record(over)

    deployment.answer("dynamodb.BatchGetItem", close)
    assert listed() == [TASK]
    assert listed("--open") == []
