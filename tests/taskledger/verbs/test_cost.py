"""What `taskledger cost` shows of the tasks in a ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.adapters.dynamodb.policy import DynamoPolicy
from reconciler.findings.policy import Policy
from reconciler.model.task import Container
from taskledger.output.times import stamp
from tests.support.deployed import NOW, RETENTION, TABLE, Deployment, ago, other_cluster
from tests.support.panes import pane
from tests.support.priced import EAST, PRICES, SIZED
from tests.support.running import Ran, taskledger, write

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

POLICY = Policy(prices=PRICES)
SPOT = {"capacity_provider_name": "FARGATE_SPOT"}
CRASHED: dict[str, Any] = {
    "stop_code": "EssentialContainerExited",
    "containers": (Container(name="app", exit_code=1),),
}
LINE = {"cost", "lives", "unpricedLives", "unpriced", "wasted", "days"}


def run(*arguments: object) -> Ran:
    ran = taskledger("cost", *arguments)
    assert ran.code == 0, ran.err
    return ran


def shown(*arguments: object) -> dict[str, Any]:
    return run("--json", *arguments).document


def costs(*arguments: object) -> list[tuple[str, float | None, float | None]]:
    """Each service or family that is listed, with what it cost and what it wasted."""
    found = shown(*arguments)["services"]
    return [(one["group"], one["cost"], one["wasted"]["cost"]) for one in found]


def ran_for(minutes: float, end: datetime = NOW) -> dict[str, Any]:
    begin = end - timedelta(minutes=minutes)
    return SIZED | {"pull_started_at": begin, "started_at": begin}


@pytest.fixture
def shop(deployment: Deployment) -> Deployment:
    """Two hours of checkout, of which half an hour crashed; Spot, EC2 and a batch beside it."""
    DynamoPolicy(deployment.dynamodb, TABLE).save(POLICY, ago(days=1))
    deployment.open(1, ago(minutes=30), **ran_for(30))
    deployment.close(2, ago(hours=1), **ran_for(60, ago(hours=1)))
    deployment.close(3, ago(hours=2), **ran_for(30, ago(hours=2)), **CRASHED)
    deployment.close(4, ago(hours=2), **ran_for(60, ago(hours=2)), **SPOT)
    deployment.open(5, ago(hours=2), **ran_for(120) | {"launch_type": "EC2"}, group="service:web")
    batch = {"cluster_arn": other_cluster("batch"), "group": "family:checkout"}
    deployment.close(6, ago(hours=5), **ran_for(60, ago(hours=5)), **batch)
    return deployment


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            [],
            [
                ("service:checkout", 0.024, 0.006),
                ("family:checkout", 0.012, 0),
                ("service:web", None, 0),
            ],
        ),
        (["--service", "checkout"], [("service:checkout", 0.024, 0.006)]),
        (["--cluster", "batch"], [("family:checkout", 0.012, 0)]),
        (["--since", "30m"], [("service:checkout", 0.006, 0), ("service:web", None, 0)]),
        (["--since", "90m", "--service", "checkout"], [("service:checkout", 0.012, 0)]),
        (["--service", "gone"], []),
    ],
)
def test_by_service(arguments: list[str], expected: list[Any]) -> None:
    """The dearest first; of a life that began before, what lies within the span."""
    assert costs(*arguments) == expected


@pytest.mark.usefixtures("shop")
def test_the_document() -> None:
    """Has the span, the prices, and the same of all and of each service."""
    found = shown()
    about = {"since", "until", "prices", "builtInPricesOf", "deletedBefore"}
    assert found.keys() == about | {"services"} | LINE
    assert found["services"][0].keys() == {"clusterArn", "cluster", "group", "service"} | LINE
    assert found["prices"] == {"eu-central-1": {"vcpu": 0.04, "gb": 0.004}}
    assert (found["cost"], found["lives"], found["unpricedLives"]) == (0.036, 6, 2)
    assert found["days"][-1]["day"] == str(NOW.date())
    assert sum(one["cost"] for one in found["days"]) == pytest.approx(0.036)
    assert sum(one["wasted"] for one in found["days"]) == pytest.approx(0.006)


@pytest.mark.usefixtures("shop")
def test_what_has_no_price() -> None:
    """The reason, and each key to set; on stderr once."""
    ran = run("--json")
    unpriced = sorted(ran.document["unpriced"], key=lambda one: one["key"] or "")
    assert unpriced == [
        {"reason": "NOT_ON_FARGATE", "key": None, "lives": 1},
        {"reason": "PRICE_UNKNOWN", "key": "prices.eu-central-1.spot_gb", "lives": 1},
        {"reason": "PRICE_UNKNOWN", "key": "prices.eu-central-1.spot_vcpu", "lives": 1},
    ]
    assert "1 task did not run on Fargate: there an instance has a price, and a task has none." in ran.err
    assert ran.err.count("set prices.eu-central-1.spot_vcpu and prices.eu-central-1.spot_gb") == 1


@pytest.mark.usefixtures("shop")
def test_the_key_that_it_names_is_the_one(tmp_path: Path) -> None:
    """Once it is in a policy file, the task has a price."""
    text = "[prices.eu-central-1]\nspot_vcpu = 0.02\nspot_gb = 0.004\n"
    file = write(tmp_path / "policy.toml", text)
    assert ("service:checkout", 0.007, None) in costs("--policy", file)


def test_prices_that_are_built_in(deployment: Deployment) -> None:
    """Of which month they are is said where they are used."""
    deployment.close(1, ago(hours=1), **ran_for(10, ago(hours=1)), cluster_arn=EAST)
    ran = run("--json")
    assert (ran.document["cost"], ran.document["builtInPricesOf"]) == (0.002057083333, "2026-11")
    assert "Prices of us-east-1 are those of 2026-11, where the policy sets no other." in ran.err


@pytest.mark.usefixtures("shop")
def test_the_table() -> None:
    """A line for each, with the tasks that have no price, and one of them all."""
    header, *rows = run("--since", "4h").out.splitlines()
    assert header.split()[:7] == ["service", "cluster", "tasks", "no", "price", "cost", "wasted"]
    assert [row.split()[:6] for row in rows] == [
        ["checkout", "shop", "4", "1", "$0.02", "<$0.01"],
        ["web", "shop", "1", "1", "-", "-"],
        ["all", "shop", "5", "2", "$0.02", "<$0.01"],
    ]


@pytest.mark.usefixtures("shop")
def test_many_days_fit(monkeypatch: pytest.MonkeyPatch, shop: Deployment) -> None:
    """In a terminal the first days are left out, and today is there."""
    shop.open(9, ago(days=40), **ran_for(40 * 1440))
    lines = pane(monkeypatch, 80, "cost", "--since", "40d").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].endswith(f"{NOW:%m-%d}")
    assert len(run("--since", "40d").out.splitlines()[0].split()) == 7 + 41


@pytest.mark.usefixtures("deployment")
def test_nothing_ran() -> None:
    """It is said on stderr; the document has no service, and nothing was spent."""
    ran = run()
    assert (ran.out, ran.err.splitlines()[-1]) == ("", "No tasks match.")
    found = shown()
    assert (found["cost"], found["services"], found["unpriced"]) == (0, [], [])


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cluster", "shoq"], 'does not know a cluster "shoq"'),
        (["--since", "yesterday"], '"yesterday" is neither a time span'),
        (["--most", "2"], "More than 2 tasks were open since"),
    ],
)
def test_wrong_input(arguments: list[str], said: str) -> None:
    """Exit code 2, and one line that says what is wrong; never a bill of some of the tasks."""
    ran = taskledger("cost", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@pytest.mark.usefixtures("shop")
def test_what_is_deleted_is_not_counted_as_nothing() -> None:
    """Of a time before the oldest that is kept, the sum is of what is left, and both outputs say so."""
    assert shown("--since", "7d")["deletedBefore"] is None
    found, plain = run("--json", "--since", "400d"), run("--since", "400d")
    horizon = stamp(NOW - RETENTION)
    assert found.document["deletedBefore"] == horizon.replace("Z", ".000Z")
    for ran in (found, plain):
        assert f"may be deleted by now: tasks that closed before {horizon}" in ran.err
