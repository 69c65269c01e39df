"""What `taskledger show` finds by a name, an ARN and CLUSTER/NAME, and what it shows of the service."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.model.hook import Hook
from reconciler.model.service import Message
from tests.support.deployed import NOW, TABLE, Deployment, ago, other_cluster
from tests.support.kept_services import BREAKER, completed, failed, keep, rolled_back, service
from tests.support.running import taskledger
from tests.support.services import deployment_id
from tests.support.values import CLUSTER

ARN = f"{CLUSTER.replace(':cluster/', ':service/')}/checkout"
OLD_ARN = ARN.replace("service/shop/", "service/")
BATCH = other_cluster("batch")


def shown(*arguments: object) -> str:
    """The service that is shown."""
    ran = taskledger("show", "--json", *arguments)
    assert ran.code == 0, ran.err
    return f"{ran.document['cluster']}/{ran.document['service']}"


@pytest.mark.parametrize("wanted", ["checkout", "shop/checkout", ARN, OLD_ARN])
def test_a_service_is_found(deployment: Deployment, wanted: str) -> None:
    """By its name, by its cluster and name, and by its ARN in both forms."""
    keep(deployment, service("checkout"), service("web"), service("jobs", cluster_arn=BATCH))
    assert shown(wanted) == "shop/checkout"


@pytest.mark.parametrize("wanted", ["checkout", OLD_ARN])
def test_a_name_in_two_clusters(deployment: Deployment, wanted: str) -> None:
    """The error names both, and each is found with its cluster."""
    keep(deployment, service("checkout"), service("checkout", cluster_arn=BATCH))
    ran = taskledger("show", wanted)
    assert (ran.code, ran.out) == (1, "")
    assert f'2 services match "{wanted}": batch/checkout, shop/checkout' in ran.err
    assert shown("batch/checkout") == "batch/checkout"
    assert shown(ARN) == "shop/checkout"


def test_a_service_whose_name_an_id_begins_with(deployment: Deployment) -> None:
    """The name is the service's; a longer beginning, the id or the ARN shows the task."""
    arn = deployment.open(0xCAFE << 96, ago(minutes=5))
    keep(deployment, service("0000"))
    assert shown("0000") == "shop/0000"
    for wanted in ("0000cafe", arn.rsplit("/", 1)[1], arn):
        assert taskledger("show", "--json", wanted).document.get("taskArn") == arn


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("chekout", 'no task "chekout"'),
        ("chekout", "Nor is it a service in the ledger"),
        ("shop/chekout", 'The ledger has no service "shop/chekout": `taskledger services` lists'),
        ("shoq/checkout", 'The ledger has no service "shoq/checkout"'),
        (f"{ARN}2", f'The ledger has no service "{ARN}2"'),
    ],
)
def test_no_such_service(deployment: Deployment, wanted: str, said: str) -> None:
    """Exit code 1, and the error names what was not found."""
    keep(deployment, service("checkout"))
    ran = taskledger("show", wanted)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err


def test_the_document(deployment: Deployment) -> None:
    """The service with its deployments, its hooks, and what is wrong with it."""
    hook = Hook(
        hook_id="ecs-pause-1", status="SUCCEEDED", at=ago(hours=1), hook_type="PAUSE", stage="BAKE_TIME"
    )
    one = failed(2, ago(hours=3), ago(hours=2)), completed(1, ago(days=9), ago(days=9))
    keep(deployment, service("checkout", *one, hooks=(hook,), running_count=0))
    document = taskledger("show", "--json", "checkout").document
    newest, older = document["deployments"]
    assert (newest["outcome"], newest["reason"], newest["failedTasks"]) == ("FAILED", BREAKER, 0)
    assert older["deploymentId"] == deployment_id(1)
    assert newest["previousTaskDefinitionArn"] == older["taskDefinitionArn"]
    assert [(each["hookId"], each["lifecycleStage"]) for each in document["hooks"]] == [
        ("ecs-pause-1", "BAKE_TIME")
    ]
    assert [(each["kind"], each["cause"]) for each in document["findings"]] == [
        ("DEPLOYMENT_FAILED", "CIRCUIT_BREAKER")
    ]


def test_images(deployment: Deployment) -> None:
    """Those that a deployment changed; null where ECS was not asked."""
    keep(deployment, service("checkout", *rolled_back(ago(minutes=30), ago(minutes=20))))
    _, bad, older = taskledger("show", "--json", "checkout").document["deployments"]
    assert older["images"] is None
    assert bad["images"] == [
        {
            "container": "app",
            "from": "shop/app:1",
            "to": "shop/app:2",
            "fromDigest": "sha256:" + "1" * 64,
            "toDigest": "sha256:" + "2" * 64,
        }
    ]


def test_the_text(deployment: Deployment) -> None:
    """Numbers, deployments with outcome, duration, reason and images, hooks, messages, and findings."""
    since = ago(minutes=20)
    hook = Hook(
        hook_id="ecs-pause-1",
        status="AWAITING_ACTION",
        at=ago(minutes=4),
        hook_type="PAUSE",
        stage="BAKE_TIME",
        expires_at=NOW + timedelta(hours=1),
        timeout_action="ROLLBACK",
    )
    said = Message(at=ago(minutes=9), text="(service checkout) was unable to place a task.")
    record = service(
        "checkout",
        *rolled_back(ago(minutes=32), ago(minutes=20)),
        running_count=2,
        pending_count=1,
        below_desired_since=since,
        hooks=(hook,),
        messages=(said,),
    )
    keep(deployment, record)
    ran = taskledger("show", "checkout")
    wanted = [
        "checkout  ACTIVE, 2 of 4 tasks run, 1 pending",
        f"below desired  since {since:%Y-%m-%dT%H:%M:%S}",
        f"checkout:42  IN_PROGRESS  {ago(minutes=20):%Y-%m-%dT%H:%M:%SZ}  2",  # minutes, by the real clock
        f"checkout:43  ROLLED_BACK  {ago(minutes=32):%Y-%m-%dT%H:%M:%SZ}  12m",
        BREAKER,
        f"rolls back {deployment_id(2)}",
        "rolled back to checkout:42 at ",
        "image of app: shop/app:1 (sha256:111111111111) to shop/app:2 (sha256:222222222222)",
        "PAUSE  AWAITING_ACTION  BAKE_TIME",
        "then ROLLBACK",
        "unable to place a task",
        "SERVICE_IMPAIRED BELOW_DESIRED",
        "HOOK_WAITING",
    ]
    assert ran.code == 0
    assert [words for words in wanted if words not in ran.out] == []
    assert "\x1b" not in ran.out


def test_a_healthy_service(deployment: Deployment) -> None:
    """Says that nothing is wrong, also when a deployment failed that a later one made up for."""
    keep(
        deployment,
        service("checkout", completed(2, ago(hours=1), ago(hours=1)), failed(1, ago(hours=3), ago(hours=2))),
    )
    out = taskledger("show", "checkout").out
    assert "nothing is wrong" in out
    assert [words for words in ("hooks", "messages", "None", "below desired") if words in out] == []


def test_a_deleted_service(deployment: Deployment) -> None:
    """It is shown as long as it is kept, with how it ended."""
    gone = replace(service("checkout", completed(1, ago(days=9), ago(days=9))), gone_at=ago(hours=1))
    keep(deployment, gone, service("web", status="INACTIVE"))
    document = taskledger("show", "--json", "checkout").document
    assert (document["open"], document["closedAs"]) == (False, "UNOBSERVED")
    assert taskledger("show", "--json", "web").document["closedAs"] == "INACTIVE"
    assert "checkout  UNOBSERVED" in taskledger("show", "checkout").out


def test_an_unreadable_service(deployment: Deployment) -> None:
    """The error names the row: exit code 2."""
    keep(deployment, service("checkout"))
    key = {"pk": {"S": f"SERVICES#{CLUSTER}"}, "sk": {"S": "checkout"}}
    row = deployment.dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    deployment.dynamodb.put_item(TableName=TABLE, Item={**row, "revision": {"S": "three"}})
    ran = taskledger("show", "checkout")
    assert (ran.code, ran.out) == (2, "")
    assert f"SERVICES#{CLUSTER}/checkout" in ran.err


def test_the_deployments_of_a_task(deployment: Deployment) -> None:
    """That which started it, and those of its service that began while it lived."""
    back, bad, older = rolled_back(ago(minutes=30), ago(minutes=20))
    keep(deployment, service("checkout", back, bad, older))
    arn = deployment.close(
        1, ago(minutes=25), created_at=ago(days=1), started_by=deployment_id(1), group="service:checkout"
    )
    document = taskledger("show", "--json", arn).document
    assert (document["deployment"]["deploymentId"], document["deployment"]["outcome"]) == (
        deployment_id(1),
        "COMPLETED",
    )
    assert [one["deploymentId"] for one in document["deployments"]] == [deployment_id(2), deployment_id(1)]
    out = taskledger("show", arn).out
    assert "checkout:43  ROLLED_BACK" in out
    assert deployment_id(3) not in out.partition("deployments")[0]


@pytest.mark.parametrize("group", ["family:report", "service:unknown"])
def test_a_task_without_a_known_service(deployment: Deployment, group: str) -> None:
    """It has no deployment: the fields are there, and the text has no section."""
    arn = deployment.open(1, ago(minutes=5), group=group)
    document = taskledger("show", "--json", arn).document
    assert (document["deployment"], document["deployments"]) == (None, [])
    assert "deployments" not in taskledger("show", arn).out
