"""Tasks in the ledger of a deployed stack, each with what was reported of it and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.deployed import TABLE, Deployment
from tests.support.values import START, describe, event, task_arn

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.model.task import Observation

STOPPED: Any = {"last_status": "STOPPED", "desired_status": "STOPPED"}


def seen(version: int, at: datetime, **fields: Any) -> Observation:
    """An event of that time."""
    return event(version, seconds=(at - START).total_seconds(), **fields)


def found(version: int, at: datetime, **fields: Any) -> Observation:
    """What a sweep found at that time."""
    return describe(version, seconds=(at - START).total_seconds(), **fields)


def life(
    deployment: Deployment, number: int, began: datetime, ended: datetime | None = None, **fields: Any
) -> str:
    """Records a task that ran from its beginning on, and until it ended where it did; returns its ARN."""
    arn = task_arn(number)
    own = {"task_arn": arn, "created_at": began, "started_at": began} | fields
    observed = [seen(3, began, **own)]
    if ended:
        why = {"stop_code": "UserInitiated", "stopped_reason": "Replaced by hand"}
        own |= why | STOPPED | {"stopping_at": ended, "stopped_at": ended}
        observed.append(seen(6, ended, **own))
    deployment.record(*observed)
    return arn


def forget_rows(deployment: Deployment, arn: str) -> None:
    """Deletes the history of a task, as DynamoDB does when it has expired."""
    query: Any = {
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :v)",
        "ExpressionAttributeValues": {":pk": {"S": arn}, ":v": {"S": "v"}},
    }
    for item in deployment.dynamodb.query(**query)["Items"]:
        deployment.dynamodb.delete_item(TableName=TABLE, Key={"pk": item["pk"], "sk": item["sk"]})


def refuse_scans(deployment: Deployment) -> None:
    """Fails the test at the first scan of the table."""
    deployment.answer("dynamodb.Scan", lambda _: pytest.fail("the table was scanned"))
