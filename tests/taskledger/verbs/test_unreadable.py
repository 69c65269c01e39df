"""What the commands list when rows of the table cannot be read: the others, and a line for each on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.incidents.reported import report_finding
from tests.support.deployed import RETENTION, TABLE, Deployment, ago
from tests.support.findings import finding
from tests.support.incidents import over, with_findings
from tests.support.running import Ran, taskledger
from tests.support.tabled import HUGE
from tests.support.values import task_arn

if TYPE_CHECKING:
    from collections.abc import Callable

LEFT_OUT = "Left out, as it cannot be read: "

Item = dict[str, Any]


def spoil(deployment: Deployment, of: Callable[[Item], bool], name: str, value: Item | None) -> Item:
    """The row, which somebody has edited by hand."""
    (item,) = (dict(one) for one in deployment.dynamodb.scan(TableName=TABLE)["Items"] if of(one))
    spoiled = {key: each for key, each in {**item, name: value}.items() if each}
    deployment.dynamodb.put_item(TableName=TABLE, Item=spoiled)
    return item


def run(*arguments: object) -> Ran:
    ran = taskledger(*arguments)
    assert ran.code == 0, ran.err
    return ran


def left_out(ran: Ran, item: Item) -> bool:
    """Whether one line says that this row was left out."""
    lines = [line for line in ran.err.splitlines() if line.startswith(LEFT_OUT)]
    return len(lines) == 1 and f"{item['pk']['S']}/{item['sk']['S']}: " in lines[0]


@pytest.fixture
def alerted(deployment: Deployment) -> Deployment:
    """Two open incidents and two resolved ones, each of a service with one finding."""
    deployment.open(1, ago(days=2))  # a cluster is known by its tasks
    store = DynamoIncidents(deployment.dynamodb, TABLE, RETENTION)
    now = ago(minutes=40)
    for number in range(4):
        reported = report_finding(finding(number, group=f"service:s{number}"), now)
        incident = with_findings(None, reported, now=now)
        assert store.save(incident, None, [reported], now) is None
        if number > 1:
            assert store.save(over(incident, ago(minutes=5)), incident, (), ago(minutes=5)) is None
    return deployment


@pytest.mark.parametrize(
    ("service", "name", "value"),
    [
        ("s0", "openedAt", HUGE),
        ("s0", "pending", None),
        ("s0", "status", {"S": "PAUSED"}),
        ("s3", "resolvedAt", HUGE),
        ("s3", "foundAt", HUGE),
        ("s3", "ttl", None),
        ("s3", "ttl", {"S": "never"}),
        ("s3", "tasks", {"L": [{"S": "app"}]}),
    ],
)
def test_incidents(alerted: Deployment, service: str, name: str, value: Item | None) -> None:
    """Open or resolved, one that cannot be read is named, and the other three are listed."""
    row = spoil(alerted, lambda item: item.get("owner", {}).get("S") == f"service:{service}", name, value)
    ran = run("incidents", "--json")
    assert sorted(each["service"] for each in ran.document["incidents"]) == [
        one for one in ("s0", "s1", "s2", "s3") if one != service or name == "foundAt"
    ]
    assert left_out(ran, row) is (name != "foundAt")
    assert left_out(run("incidents"), row) is (name != "foundAt")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", None),
        ("summary", {"N": "1"}),
        ("occurredAt", HUGE),
        ("foundAt", HUGE),
        ("exitCodes", {"M": {"app": {"S": "three"}}}),
        ("ttl", None),
        ("ttl", {"N": "1.5"}),
    ],
)
def test_findings(alerted: Deployment, name: str, value: Item | None) -> None:
    """One that cannot be read is named, and the others are listed."""
    row = spoil(alerted, lambda item: "findingId" in item and item["pk"]["S"] == task_arn(2), name, value)
    ran = run("findings", "--json")
    assert sorted(each["taskArn"] for each in ran.document["findings"]) == [task_arn(n) for n in (0, 1, 3)]
    assert left_out(ran, row)
    assert left_out(run("findings"), row)


@pytest.mark.parametrize(
    ("number", "name", "value"),
    [
        (1, "lastStatus", None),
        (1, "openSince", HUGE),
        (1, "protectionCheckedAt", HUGE),
        (2, "version", {"S": "three"}),
        (2, "closedAt", HUGE),
        (2, "closedAs", {"S": "A_LATER_WORD"}),
        (2, "ttl", None),
        (2, "ttl", {"S": "never"}),
    ],
)
def test_tasks(deployment: Deployment, number: int, name: str, value: Item | None) -> None:
    """Open or closed, one that cannot be read is named, and the others are listed."""
    deployment.open(1, ago(minutes=30))
    deployment.close(2, ago(minutes=20))
    deployment.close(3, ago(minutes=15))
    deployment.open(4, ago(minutes=10))
    row = spoil(
        deployment,
        lambda item: (item["pk"]["S"], item["sk"]["S"]) == (task_arn(number), "ENTRY"),
        name,
        value,
    )
    ran = run("tasks", "--json")
    assert [each["taskArn"] for each in ran.document["tasks"]] == [
        task_arn(one) for one in (4, 3, 2, 1) if one != number
    ]
    assert left_out(ran, row)
    assert left_out(run("tasks"), row)


def test_a_task_whose_history_cannot_be_read(deployment: Deployment) -> None:
    """`show` leaves the row out and names it in one line; the rest is there."""
    arn = deployment.open(1, ago(minutes=30))
    row = spoil(deployment, lambda item: item["sk"]["S"].startswith("v"), "at", HUGE)
    ran = taskledger("show", arn)
    assert (ran.code, arn in ran.out) == (0, True)
    assert [line for line in ran.err.splitlines() if f"{arn}/{row['sk']['S']}" in line] == [
        line for line in ran.err.splitlines() if line.startswith("Left out, as it cannot be read")
    ]
    assert f"{arn}/{row['sk']['S']}" in ran.err
