"""How long tasks took, as `taskledger latency` shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.deployed import TABLE, Deployment, ago, other_cluster
from tests.support.panes import pane
from tests.support.running import Ran, taskledger
from tests.support.values import task_arn

if TYPE_CHECKING:
    from datetime import datetime

DEFINITION = "arn:aws:ecs:eu-central-1:111122223333:task-definition/"
DURATIONS = {"n", "p50", "p90", "p99", "slowest"}


def run(*arguments: object) -> Ran:
    ran = taskledger("latency", *arguments)
    assert ran.code == 0, ran.err
    return ran


def started(
    deployment: Deployment,
    number: int,
    began: datetime,
    pull: float,
    revision: str = "checkout:42",
    **values: Any,
) -> None:
    """A running task whose images took so many seconds."""
    deployment.open(
        number,
        began,
        task_definition_arn=f"{DEFINITION}{revision}",
        **{
            "connectivity_at": began + timedelta(seconds=5),
            "pull_started_at": began + timedelta(seconds=8),
            "pull_stopped_at": began + timedelta(seconds=8 + pull),
            "started_at": began + timedelta(seconds=10 + pull),
        }
        | values,
    )


@pytest.fixture
def shop(deployment: Deployment) -> Deployment:
    """Two revisions of checkout, of which the newer pulls longer; two others; and a task of version 0.1.0."""
    for number, pull in enumerate((12, 10, 14)):
        started(deployment, number, ago(hours=5), pull)
    for number, pull in enumerate((31, 30, 92.5, 33), start=10):
        started(deployment, number, ago(hours=2), pull, "checkout:43")
    started(deployment, 20, ago(hours=1), 3, "web:7", group="service:web", cluster_arn=other_cluster("fleet"))
    started(deployment, 21, ago(hours=1), 60, "nightly:3", group="family:nightly")
    deployment.open(22, ago(hours=3))
    return deployment


def phases(document: dict[str, Any], revision: str) -> dict[str, Any]:
    """The phases of that revision in a document."""
    (found,) = [
        one["phases"]
        for service in document["services"]
        for one in service["revisions"]
        if one["taskDefinitionArn"] == f"{DEFINITION}{revision}"
    ]
    return dict(found)


@pytest.mark.usefixtures("shop")
def test_the_document() -> None:
    """By cluster and owner, the newest revision first; in seconds; null where there is none."""
    document = run("--json").document
    assert document.keys() == {"since", "services", "withoutPhases"}
    assert (document["since"], document["withoutPhases"]) == (f"{ago(days=1):%Y-%m-%dT%H:%M:%S}.000Z", 1)
    assert [(one["cluster"], one["group"], one["service"]) for one in document["services"]] == [
        ("fleet", "service:web", "web"),
        ("shop", "family:nightly", None),
        ("shop", "service:checkout", "checkout"),
    ]
    revisions = document["services"][2]["revisions"]
    assert [(one["taskDefinitionArn"], one["lives"]) for one in revisions] == [
        (f"{DEFINITION}checkout:43", 4),
        (f"{DEFINITION}checkout:42", 3),
    ]
    found = phases(document, "checkout:43")
    assert list(found) == ["provision", "prepare", "pull", "start", "stop"]
    assert found["stop"] is None
    assert found["pull"] == {
        "n": 4,
        "p50": 32,
        "p90": 74.65,
        "p99": 90.715,
        "slowest": {"seconds": 92.5, "taskArn": task_arn(12)},
    }


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("arguments", "groups"),
    [
        (["--cluster", "fleet"], ["service:web"]),
        (["--cluster", other_cluster("fleet")], ["service:web"]),
        (["--service", "checkout"], ["service:checkout"]),
        (["--service", "nightly"], []),
        (["--since", "90m"], ["service:web", "family:nightly"]),
        (["--since", "90m", "--cluster", "shop"], ["family:nightly"]),
        (["--limit", "1"], ["service:web", "family:nightly", "service:checkout"]),
    ],
)
def test_some(arguments: list[str], groups: list[str]) -> None:
    """Of one cluster, of one service, since then; the limit is of what people read."""
    assert [one["group"] for one in run("--json", *arguments).document["services"]] == groups


def test_stops(deployment: Deployment) -> None:
    """A task that was started before --since counts with its stop alone, from where its containers ended."""
    ended = {"execution_stopped_at": ago(minutes=11), "stopping_at": ago(minutes=10)}
    long_ago = {"created_at": ago(days=9), "connectivity_at": ago(days=9), "pull_started_at": ago(days=9)}
    deployment.close(1, ago(minutes=9), **ended, **long_ago)
    (service,) = run("--json").document["services"]
    found = service["revisions"][0]["phases"]
    assert {name for name, one in found.items() if one} == {"stop"}
    assert found["stop"].keys() == DURATIONS
    assert found["stop"]["p50"] == 120


@pytest.mark.usefixtures("shop")
def test_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table a service, with its newest revision against the one before, in 80 columns."""
    ran = pane(monkeypatch, 80, "latency", "--service", "checkout")
    heading, alike, *lines = ran.out.splitlines()
    assert heading == "checkout (shop)  checkout:43, 4 tasks; before it checkout:42, 3 tasks"
    assert alike == "tasks 4, slowest task 00000000"
    (pull,) = [" ".join(line.split()) for line in lines if line.startswith("pull")]
    assert pull == "pull 32.0s 1m 15s 1m 31s 1m 32s 12.0s +20.0s"
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "have no phases: 1." in ran.err


@pytest.mark.usefixtures("shop")
def test_a_first_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to compare it with, so no columns of that."""
    heading, titles, *_ = pane(monkeypatch, 80, "latency", "--cluster", "fleet").out.splitlines()
    assert heading == "web (fleet)  web:7, 1 task"
    assert "before" not in titles


@pytest.mark.usefixtures("shop")
def test_in_a_pipe() -> None:
    """A line for each revision and phase, in seconds."""
    titles, *rows = run("--cluster", "shop").out.splitlines()
    assert " ".join(titles.split()) == "owner cluster revision phase tasks p50 p90 p99 slowest slowest task"
    lines = [row.split() for row in rows]
    assert [line[2:4] for line in lines if line[3] == "pull"] == [
        ["nightly:3", "pull"],
        ["checkout:43", "pull"],
        ["checkout:42", "pull"],
    ]
    assert [
        "service:checkout",
        "shop",
        "checkout:43",
        "pull",
        "4",
        "32.000",
        "74.650",
        "90.715",
        "92.500",
    ] in [line[:9] for line in lines]


@pytest.mark.usefixtures("shop")
def test_a_limit() -> None:
    """The others are counted on stderr."""
    ran = run("--limit", "1")
    assert {line.split()[0] for line in ran.out.splitlines()[1:]} == {"service:web"}
    assert "2 more: --limit shows more, --json all." in ran.err


@pytest.mark.usefixtures("deployment")
def test_an_empty_ledger() -> None:
    """It is said on stderr; the document has no services."""
    ran = run()
    assert (ran.out, ran.err) == ("", "No phases match.\n")
    document = run("--json").document
    assert (document["services"], document["withoutPhases"]) == ([], 0)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cluster", "shoq"], 'does not know a cluster "shoq". It knows: fleet, shop.'),
        (["--since", "yesterday"], '"yesterday" is neither a time span'),
        (["--most", "3"], "More than 3 tasks were open since"),
        (["checkout"], "unexpected extra argument"),
    ],
)
def test_wrong_input(arguments: list[str], said: str) -> None:
    """Exit code 2, and one line that says what is wrong."""
    ran = taskledger("latency", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_an_unreadable_entry(shop: Deployment) -> None:
    """It is named on stderr, and the others are measured."""
    key = {"pk": {"S": task_arn(12)}, "sk": {"S": "ENTRY"}}
    row = shop.dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    shop.dynamodb.put_item(TableName=TABLE, Item={**row, "phases": {"B": b"x"}})
    ran = run("--json")
    assert f"Left out, as it cannot be read: {task_arn(12)}" in ran.err
    assert phases(ran.document, "checkout:43")["pull"]["n"] == 3
