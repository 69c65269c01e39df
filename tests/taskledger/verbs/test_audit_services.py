"""`taskledger audit` compares services, too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.service import ServiceRecord
from reconciler.parsing.service_answer import parse_described_service
from reconciler.services.merge import merge_reading
from taskledger.simulator.engine.errors import ApiError
from tests.support.deployed import DeployedEcs, ago
from tests.support.running import Ran, taskledger
from tests.support.values import CLUSTER

ARN = "arn:aws:ecs:eu-central-1:111122223333:service/shop/web"


class Shop:
    """A service in ECS without tasks, which began two hours ago, and what the ledger has of it."""

    def __init__(self, there: DeployedEcs) -> None:
        self.there = there
        there.clock.restart(ago(hours=2))
        there.ecs.call("CreateCluster", {"clusterName": "shop"})
        self.call("CreateService", serviceName="web", taskDefinition="web:1", desiredCount=0)
        there.later(hours=1)
        there.ecs.run_until(there.clock.now)
        there.events.clear()

    def call(self, operation: str, **request: Any) -> Any:
        return self.there.ecs.call(operation, {"cluster": "shop", **request})

    def swept(self) -> ServiceRecord:
        """The record after a sweep, which is stored."""
        services = self.there.deployment.services
        (item,) = self.call("DescribeServices", services=["web"])["services"]
        known = services.service(CLUSTER, "web")
        fresh = known or ServiceRecord(service_arn=ARN, cluster_arn=CLUSTER)
        after = merge_reading(fresh, parse_described_service(item), ago(minutes=50))
        assert services.save(after, known, ago(minutes=50))
        return after


@pytest.fixture
def shop(deployed_ecs: DeployedEcs) -> Shop:
    return Shop(deployed_ecs)


def audit(*arguments: str) -> Ran:
    return taskledger("audit", "--json", *arguments)


def differences(ran: Ran) -> list[tuple[Any, ...]]:
    return [
        tuple(each[name] for name in ("serviceArn", "field", "ledger", "ecs", "kind", "explained"))
        for each in ran.document["differences"]
    ]


def test_a_service_that_agrees(shop: Shop) -> None:
    """Nothing differs, and it is counted."""
    shop.swept()
    ran = audit()
    (cluster,) = ran.document["clusters"]
    assert (ran.code, differences(ran), cluster["services"], cluster["tasks"]) == (0, [], 1, 0)
    assert "shop: 0 tasks and 1 service compared, all agree" in taskledger("audit").out


def deploy(shop: Shop) -> None:
    shop.swept()
    shop.there.later(minutes=55)
    shop.call("UpdateService", service="web", taskDefinition="web:2")


def delete(shop: Shop) -> None:
    shop.swept()
    shop.call("DeleteService", service="web", force=True)


def close(shop: Shop) -> None:
    services = shop.there.deployment.services
    shop.swept()
    known = services.service(CLUSTER, "web")
    assert known
    assert services.save(replace(known, gone_at=ago(minutes=1)), known, ago(minutes=1))


@pytest.mark.parametrize(
    ("arrange", "code", "found"),
    [
        (lambda _: None, 1, [("service", None, "ACTIVE", "UNRECORDED")]),
        (delete, 1, [("service", "ACTIVE", "INACTIVE", "VANISHED")]),
        (close, 1, [("service", "ACTIVE", "ACTIVE", "REAPPEARED")]),
    ],
)
def test_a_service_that_differs(
    shop: Shop, arrange: Callable[[Shop], None], code: int, found: list[tuple[Any, ...]]
) -> None:
    """Unknown to the ledger, gone from ECS, or closed too early: exit code 1."""
    arrange(shop)
    ran = audit()
    assert ran.code == code
    assert differences(ran) == [(ARN, *each, False) for each in found]
    text = taskledger("audit").out
    assert "1 service with differences that are not explained" in text
    assert "web " in text


def test_a_deployment_since_the_last_sweep(shop: Shop) -> None:
    """It is shown, and explained: exit code 0."""
    deploy(shop)
    ran = audit()
    assert ran.code == 0
    assert {(kind, explained) for *_, kind, explained in differences(ran)} == {("UNSWEPT", True)}


def test_a_service_of_a_cluster_that_is_gone(shop: Shop) -> None:
    """It has vanished with it."""
    delete(shop)
    shop.call("DeleteCluster")
    ran = audit()
    assert (ran.code, [each[:1] + each[4:5] for each in differences(ran)]) == (1, [(ARN, "VANISHED")])


@pytest.mark.parametrize("operation", ["ListServices", "DescribeServices"])
def test_ecs_refuses(shop: Shop, operation: str) -> None:
    """The error says what to do, the tasks are compared, and the exit code is 2."""
    shop.swept()
    shop.there.run("jobs")
    shop.there.api.fail_next(operation, ApiError("AccessDeniedException", "no"))
    ran = audit()
    (cluster,) = ran.document["clusters"]
    assert (ran.code, cluster["tasks"], cluster["error"][:18]) == (2, 1, "AWS denied access ")


def test_a_service_without_an_answer(shop: Shop) -> None:
    """No answer is no absence: it is counted as unknown, and makes the exit code 2."""
    shop.swept()
    call = shop.there.api.call

    def no_answer(operation: str, request: Any) -> Any:
        answer = call(operation, request)
        return {"services": [], "failures": []} if operation == "DescribeServices" else answer

    shop.there.deployment.monkeypatch.setattr(shop.there.api, "call", no_answer)
    ran = audit()
    (cluster,) = ran.document["clusters"]
    assert (ran.code, cluster["unknown"], differences(ran)) == (2, 1, [])


def test_an_unreadable_service(shop: Shop) -> None:
    """It is named on stderr, and counts as one that the ledger does not know."""
    shop.swept()
    there = shop.there.deployment
    key = {"pk": {"S": f"SERVICES#{CLUSTER}"}, "sk": {"S": "web"}}
    row = there.dynamodb.get_item(TableName="ledger", Key=key)["Item"]
    there.dynamodb.put_item(TableName="ledger", Item={**row, "revision": {"S": "three"}})
    ran = audit()
    assert (ran.code, ran.document["clusters"][0]["kinds"]) == (1, {"UNRECORDED": 1})
    assert f"Left out, as it cannot be read: SERVICES#{CLUSTER}/web" in ran.err
