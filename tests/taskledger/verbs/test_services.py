"""Which services `taskledger services` lists, and what it shows of each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.model.deployment import Report
from reconciler.model.protection import Protection
from tests.support.deployed import NOW, TABLE, Deployment, ago, other_cluster
from tests.support.kept_services import completed, failed, keep, rolled_back, rolling, service
from tests.support.running import Ran, taskledger
from tests.support.services import deployment_id
from tests.support.values import CLUSTER

SERVICE = {
    "serviceArn", "clusterArn", "cluster", "service", "status", "schedulingStrategy", "deploymentController",
    "launchType", "taskDefinitionArn", "desiredCount", "runningCount", "pendingCount", "belowDesiredSince",
    "createdAt", "deployments", "messages", "open", "closedAs", "closedAt", "source", "observedAt",
}  # fmt: skip
DEPLOYMENT = {
    "deploymentId", "serviceDeploymentArn", "serviceArn", "clusterArn", "cluster", "service",
    "taskDefinitionArn", "previousTaskDefinitionArn", "images", "startedAt", "endedAt", "outcome", "reason",
    "desiredCount", "runningCount", "pendingCount", "failedTasks", "rollbackOf", "rolledBackAt",
    "rolledBackTo", "source", "observedAt",
}  # fmt: skip


def run(*arguments: object) -> Ran:
    ran = taskledger("services", *arguments)
    assert ran.code == 0, ran.err
    return ran


def listed(*arguments: object) -> list[str]:
    """The services that the command lists, in its order."""
    document = run("--json", *arguments).document
    return [f"{each['cluster']}/{each['service']}" for each in document["services"]]


@pytest.fixture
def shop(deployment: Deployment) -> Deployment:
    """Services of two clusters, some of which are unwell; the last is deleted."""
    keep(
        deployment,
        service("web", completed(1, ago(days=3), ago(days=3))),
        service("cart", failed(2, ago(hours=3), ago(hours=2)), completed(1, ago(days=9), ago(days=9))),
        service("api", rolling(2, ago(minutes=3)), completed(1, ago(days=4), ago(days=4))),
        service(
            "thin",
            completed(1, ago(days=5), ago(days=5)),
            running_count=3,
            below_desired_since=ago(minutes=2),
        ),
        service(
            "made-up-for", completed(2, ago(hours=1), ago(hours=1)), failed(1, ago(hours=3), ago(hours=2))
        ),
        service("jobs", completed(1, ago(days=6), ago(days=6)), cluster_arn=other_cluster("batch")),
        service("old", completed(1, ago(hours=5), ago(hours=5)), status="INACTIVE", running_count=0),
    )
    return deployment


@pytest.mark.usefixtures("shop")
def test_all_that_are_not_deleted() -> None:
    """By cluster, then by name."""
    names = ("api", "cart", "made-up-for", "thin", "web")
    assert listed() == ["batch/jobs", *(f"shop/{name}" for name in names)]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--cluster", "batch"], ["batch/jobs"]),
        (["--cluster", other_cluster("batch")], ["batch/jobs"]),
        (["--unwell"], ["shop/cart", "shop/thin"]),
        (["--unwell", "--cluster", "batch"], []),
        (["--since", "2h"], ["shop/api", "shop/made-up-for"]),
        (["--since", "1d"], ["shop/api", "shop/cart", "shop/made-up-for", "shop/old"]),
        (["--since", "1d", "--unwell"], ["shop/cart"]),
    ],
)
def test_some(arguments: list[str], names: list[str]) -> None:
    """Of one cluster, unwell now, with a deployment that began since then, deleted or not, or all of it."""
    assert listed(*arguments) == names


@pytest.mark.parametrize(
    ("names", "values"),
    [
        ([], {}),
        (["shop/web"], {"below_desired_since": ago(minutes=1)}),
        (["shop/web"], {"actions": {"SERVICE_TASK_PLACEMENT_FAILURE": Report(at=ago(minutes=1))}}),
        ([], {"actions": {"SERVICE_TASK_PLACEMENT_FAILURE": Report(at=ago(minutes=1), replayed=True)}}),
        ([], {"status": "INACTIVE", "below_desired_since": ago(hours=1)}),
    ],
)
def test_unwell(deployment: Deployment, names: list[str], values: dict[str, object]) -> None:
    """With a fault that ECS reported live, or with fewer tasks than desired, however short; never deleted."""
    keep(deployment, service("web", completed(1, ago(days=3), ago(days=3)), **values))
    assert listed("--unwell") == names


def test_a_rollback_under_way(deployment: Deployment) -> None:
    """It is unwell until the service runs again what it ran before."""
    keep(deployment, service("checkout", *rolled_back(ago(minutes=30), ago(minutes=20))))
    assert listed("--unwell") == ["shop/checkout"]


def test_protected_tasks_in_the_way(deployment: Deployment) -> None:
    """Which tasks are protected is read from the ledger: a scale-in that waits for them is a finding."""
    for number in (1, 2, 3):
        arn = deployment.open(number, ago(hours=9), group="service:checkout")
        held = Protection(expires_at=NOW + timedelta(hours=5), checked_at=ago(minutes=1), since=ago(hours=8))
        deployment.ledger.record_protection(CLUSTER, arn, None, held)
    older = completed(1, ago(days=3), ago(days=3))
    keep(deployment, service("checkout", older, desired_count=2, read_at=ago(hours=2)))
    assert listed("--unwell") == ["shop/checkout"]
    assert "PROTECTION" in run().out


def test_a_service_has_all_its_fields(deployment: Deployment) -> None:
    """As everywhere else in the command line's JSON, and each of its deployments too."""
    keep(deployment, service("checkout", *rolled_back(ago(minutes=30), ago(minutes=20))))
    (found,) = run("--json").document["services"]
    assert found.keys() == SERVICE
    assert [one.keys() for one in found["deployments"]] == [DEPLOYMENT] * 3
    assert [(one["deploymentId"], one["outcome"]) for one in found["deployments"]] == [
        (deployment_id(3), "IN_PROGRESS"),
        (deployment_id(2), "ROLLED_BACK"),
        (deployment_id(1), "COMPLETED"),
    ]


def test_the_table(deployment: Deployment) -> None:
    """A line for each: its tasks, since when these are too few, the newest deployment, and what is wrong."""
    since = ago(minutes=20)
    keep(
        deployment,
        service("cart", failed(2, ago(hours=3), ago(hours=2)), running_count=0, below_desired_since=since),
        service("web", completed(1, ago(days=3), ago(days=3))),
    )
    header, cart, web = run().out.splitlines()
    assert header.split("  ")[0] == "service"
    assert cart.split() == [
        *("cart", "shop", "0/4", f"{since:%Y-%m-%dT%H:%M:%SZ}"),
        *("checkout:43", "FAILED", f"{ago(hours=2):%Y-%m-%dT%H:%M:%SZ}"),
        *("CIRCUIT_BREAKER,", "BELOW_DESIRED"),
    ]
    assert web.split()[:4] == ["web", "shop", "4/4", "-"]
    assert web.split()[-1] == "-"


def test_a_service_of_events_alone(deployment: Deployment) -> None:
    """It is listed with what there is: ECS has not described it yet."""
    one = service("checkout", rolling(1, ago(minutes=1)))
    keep(
        deployment,
        one.__class__(service_arn=one.service_arn, cluster_arn=CLUSTER, deployments=one.deployments),
    )
    (found,) = run("--json").document["services"]
    assert (found["status"], found["desiredCount"], found["open"]) == (None, None, True)
    assert run().out.splitlines()[1].split()[:4] == ["checkout", "shop", "-", "-"]


@pytest.mark.parametrize("arguments", [[], ["--unwell"]])
@pytest.mark.usefixtures("deployment")
def test_nothing_to_list(arguments: list[str]) -> None:
    """It is said on stderr; the document has an empty list."""
    ran = run(*arguments)
    assert (ran.out, ran.err.splitlines()[-1]) == ("", "No services match.")
    assert listed(*arguments) == []


def test_an_unreadable_row(shop: Deployment) -> None:
    """It is named on stderr, and the others are listed."""
    key = {"pk": {"S": f"SERVICES#{CLUSTER}"}, "sk": {"S": "cart"}}
    row = shop.dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    shop.dynamodb.put_item(TableName=TABLE, Item={**row, "revision": {"S": "three"}})
    ran = run("--json")
    assert "cart" not in [one["service"] for one in ran.document["services"]]
    assert len(ran.document["services"]) == 5
    assert f"Left out, as it cannot be read: SERVICES#{CLUSTER}/cart" in ran.err


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cluster", "shoq"], 'does not know a cluster "shoq". It knows: batch, shop.'),
        (["--since", "yesterday"], '"yesterday" is neither a time span'),
        (["--stack", "Other"], 'There is no stack "Other"'),
        (["checkout"], "unexpected extra argument"),
    ],
)
def test_wrong_input(arguments: list[str], said: str) -> None:
    """Exit code 2, and one line that says what is wrong."""
    ran = taskledger("services", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_table_without_its_stack(shop: Deployment) -> None:
    """Is enough to list the services."""
    shop.cloudformation.stacks.clear()
    assert listed("--table", TABLE, "--cluster", "batch") == ["batch/jobs"]
