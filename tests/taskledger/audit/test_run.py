"""Which clusters are audited, and what becomes of those that cannot be."""

from typing import Any

import pytest

from taskledger.simulator.engine.errors import ApiError
from tests.support.deployed import DeployedEcs
from tests.support.running import Ran, taskledger

DENIED = ApiError("AccessDeniedException", "User is not authorized to perform that")


def audit(*arguments: str) -> Ran:
    return taskledger("audit", "--json", *arguments)


def clusters(ran: Ran) -> list[str]:
    return [each["cluster"] for each in ran.document["clusters"]]


@pytest.mark.parametrize("operation", ["ListTasks", "DescribeTasks"])
def test_a_cluster_that_fails(deployed_ecs: DeployedEcs, operation: str) -> None:
    """Its error says what to do, the others are compared, and the exit code is 2 whatever they have."""
    deployed_ecs.run("jobs", "batch")
    deployed_ecs.tamper(deployed_ecs.run(), "group", {"S": "service:other"})
    deployed_ecs.api.fail_next(operation, DENIED)
    ran = audit()
    batch, shop = ran.document["clusters"]
    assert (ran.code, ran.document["unexplained"], shop["unexplained"]) == (2, 1, 1)
    assert (batch["tasks"], batch["error"][:18], shop["error"]) == (0, "AWS denied access ", None)


def test_a_task_without_an_answer(deployed_ecs: DeployedEcs) -> None:
    """No answer is no absence: the task is counted as unknown, and makes the exit code 2."""
    deployed_ecs.run()
    call = deployed_ecs.api.call

    def no_answer(operation: str, request: Any) -> Any:
        answer = call(operation, request)
        return {"tasks": [], "failures": []} if operation == "DescribeTasks" else answer

    deployed_ecs.deployment.monkeypatch.setattr(deployed_ecs.api, "call", no_answer)
    ran = audit()
    (cluster,) = ran.document["clusters"]
    assert (ran.code, cluster["unknown"], ran.document["differences"]) == (2, 1, [])
    assert "ECS gave no answer for 1" in taskledger("audit").out


def test_no_list_of_clusters(deployed_ecs: DeployedEcs) -> None:
    """Then those that the ledger knows are compared, and the exit code is 2."""
    deployed_ecs.run()
    deployed_ecs.api.fail_next("ListClusters", DENIED)
    ran = audit()
    assert (ran.code, ran.document["errors"][0][:18]) == (2, "AWS denied access ")
    assert [(each["cluster"], each["tasks"]) for each in ran.document["clusters"]] == [("shop", 1)]


def test_a_cluster_that_is_gone(deployed_ecs: DeployedEcs) -> None:
    """Tasks that are open in the ledger have vanished with it; without a list, it is not known to be gone."""
    arn = deployed_ecs.run()
    deployed_ecs.lost = True
    deployed_ecs.report(arn, "STOPPED")
    deployed_ecs.later(hours=2)
    deployed_ecs.ecs.call("DeleteCluster", {"cluster": "shop"})
    ran = audit()
    assert (ran.code, ran.document["clusters"][0]["kinds"]) == (1, {"VANISHED": 1})
    deployed_ecs.api.fail_next("ListClusters", DENIED)
    ran = audit()
    assert (ran.code, ran.document["clusters"][0]["kinds"]) == (2, {})
    assert "Cluster not found" in ran.document["clusters"][0]["error"]


def test_some_clusters(deployed_ecs: DeployedEcs) -> None:
    """By their names or ARNs."""
    deployed_ecs.run("jobs", "batch")
    deployed_ecs.run()
    arn = "arn:aws:ecs:eu-central-1:111122223333:cluster/batch"
    assert clusters(audit("--cluster", arn)) == ["batch"]
    assert clusters(audit("--cluster", "shop", "--cluster", "batch")) == ["batch", "shop"]


def test_an_unknown_cluster(deployed_ecs: DeployedEcs) -> None:
    """The error names those that are known, and nothing is compared."""
    deployed_ecs.run()
    ran = audit("--cluster", "shop", "--cluster", "shoq")
    assert (ran.code, ran.out) == (2, "")
    assert 'Neither ECS nor the ledger knows a cluster "shoq". They know: shop.' in ran.err


def test_a_named_cluster_needs_no_list(deployed_ecs: DeployedEcs) -> None:
    """Who may not list clusters can audit one that the ledger knows; of another the error says why."""
    deployed_ecs.run()
    deployed_ecs.api.fail_next("ListClusters", DENIED, times=2)
    ran = audit("--cluster", "shop")
    assert (ran.code, ran.document["errors"], ran.document["clusters"][0]["tasks"]) == (0, [], 1)
    unknown = audit("--cluster", "batch")
    assert (unknown.code, unknown.out) == (2, "")
    assert "AWS denied access" in unknown.err


def test_the_clusters_that_are_watched(deployed_ecs: DeployedEcs) -> None:
    """A stack that watches some clusters has no entries of others, so those are not compared."""
    deployed_ecs.run()
    deployed_ecs.lost = True
    deployed_ecs.run("jobs", "batch")
    deployed_ecs.deployment.function.environment["CLUSTERS"] = "shop, no-such"
    ran = audit()
    assert (ran.code, clusters(ran)) == (0, ["shop"])


def test_it_is_not_known_which_are_watched(deployed_ecs: DeployedEcs) -> None:
    """Then all are compared, and stderr says why."""
    deployed_ecs.run()
    deployed_ecs.deployment.function.error = (403, "AccessDeniedException", "no")
    ran = audit()
    assert (ran.code, clusters(ran)) == (0, ["shop"])
    assert ran.err.startswith("All clusters are audited, watched or not (see --cluster): AWS denied access")
