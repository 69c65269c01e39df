"""The audit of a deployed ledger: nothing to say after a sweep, and the right words when somebody meddled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.deployment import Deployment
    from tests.e2e.ecs import Cluster


@pytest.fixture(scope="module")
def swept(deployment: Deployment, cluster: Cluster) -> str:
    """A task whose events were lost, and which the deployed sweep has found."""
    task = cluster.serve()
    cluster.take()
    deployment.invoke("SweepFunctionName")
    return task


@contextmanager
def tampered(deployment: Deployment, task_arn: str, group: str) -> Iterator[None]:
    """Another group in the task's entry, as no event or description ever reported; put right afterwards."""
    shown = deployment.shown(task_arn)["group"]
    _write(deployment, task_arn, group)
    yield
    _write(deployment, task_arn, shown)


def _write(deployment: Deployment, task_arn: str, group: str) -> None:
    deployment.client("dynamodb").update_item(
        TableName=deployment.outputs["LedgerTableName"],
        Key={"pk": {"S": task_arn}, "sk": {"S": "ENTRY"}},
        UpdateExpression="SET #group = :group",
        ExpressionAttributeNames={"#group": "group"},
        ExpressionAttributeValues={":group": {"S": group}},
    )


def test_clean_after_a_sweep(deployment: Deployment, swept: str) -> None:
    """What ECS says and what the ledger says is the same, field by field."""
    ran = deployment.taskledger("audit")
    assert ran.code == 0, ran.out + ran.err


def test_tampering_is_reported(deployment: Deployment, swept: str) -> None:
    """A field that contradicts ECS makes exit code 1, with the task, the field and both values."""
    with tampered(deployment, swept, "service:forged"):
        ran = deployment.taskledger("audit")
    assert ran.code == 1, ran.out + ran.err
    assert swept.rsplit("/", 1)[1][:8] in ran.out
    assert "group" in ran.out
    assert "service:forged" in ran.out
