"""A table outlives its stack, and another stack goes on with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from taskledger.simulator.api.ecs import SimulatedEcs
from tests.e2e.deployment import Deployment
from tests.e2e.ecs import Cluster


@pytest.fixture(scope="module")
def own(ecs: tuple[SimulatedEcs, str]) -> Cluster:
    """A cluster that no other test looks at."""
    return Cluster(*ecs, "adopted")


@pytest.fixture(scope="module")
def kept(deployment: Deployment) -> Deployment:
    """A stack that leaves its table when it is gone."""
    return deployment.deploy("Kept", removalPolicy="retain")


@pytest.fixture(scope="module")
def history(kept: Deployment, own: Cluster) -> tuple[str, dict[str, Any]]:
    """A task that ended while the first stack was there, and what that had of it."""
    task = own.run()
    own.finish(task)
    kept.send(*map(json.dumps, own.take()))
    kept.wait("the task to be over in the ledger", lambda: kept.closed(task))
    return task, kept.shown(task)


@pytest.fixture(scope="module")
def adopted(kept: Deployment, history: object) -> Iterator[Deployment]:
    """Another stack on the table that the first one has left."""
    table = kept.client("dynamodb").describe_table(TableName=kept.outputs["LedgerTableName"])["Table"]
    kept.client("cloudformation").update_termination_protection(
        StackName="Kept", EnableTerminationProtection=False
    )
    kept.cdk("destroy", "--force", stackName="Kept", removalPolicy="retain")
    names = {"tableArn": table["TableArn"], "tableStreamArn": table["LatestStreamArn"]}
    deployed = kept.deploy("Adopted", **names)
    yield deployed
    deployed.cdk("destroy", "--force", stackName="Adopted", **names)
    dynamodb = kept.client("dynamodb")
    dynamodb.update_table(TableName=table["TableName"], DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=table["TableName"])


def test_the_history_is_still_answered(adopted: Deployment, history: tuple[str, dict[str, Any]]) -> None:
    """What the first stack recorded is shown by the second one, and by the table's name alone."""
    task, before = history
    assert adopted.shown(task) == before
    table = adopted.outputs["LedgerTableName"]
    ran = adopted.taskledger("show", "--json", "--table", table, task)
    assert (ran.code, ran.document) == (0, before)


def test_the_adopted_table_goes_on(adopted: Deployment, own: Cluster) -> None:
    """New events are recorded in it, and a task that fails is found and stored as an incident."""
    task = own.run()
    own.run_out_of_memory(task)
    adopted.send(*map(json.dumps, own.take()))
    adopted.wait("the task to be over in the ledger", lambda: adopted.closed(task))
    assert adopted.shown(task)["versionsMissing"] == []
    adopted.wait(
        "the incident", lambda: "OUT_OF_MEMORY" in adopted.taskledger("incidents", "--json", "--open").out
    )
