"""All rows of one task: its entry, its history and its findings, to be deleted when a person asks for it.

Incidents are of many tasks, and are not among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..aws import aws_errors
from .batch import delete_all
from .items.finding_items import PREFIX as FINDING
from .items.task.entry_items import ENTRY
from .items.task.history_items import PREFIX as VERSION
from .items.task.tag_items import PREFIX as TAGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRows:
    """The sort keys of a task's rows, by what they hold."""

    task_arn: str
    history: tuple[str, ...]
    tags: tuple[str, ...]
    findings: tuple[str, ...]
    entry: tuple[str, ...]

    @property
    def sort_keys(self) -> Sequence[str]:
        """The entry last: a deletion that breaks off leaves what the task is found by."""
        return [*self.history, *self.tags, *self.findings, *self.entry]


def read_task_rows(client: DynamoDBClient, table_name: str, task_arn: str) -> TaskRows:
    """The rows that there are, readable or not; rows of a kind that is not known here are left out."""
    pages = client.get_paginator("query").paginate(
        TableName=table_name,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": task_arn}},
        ProjectionExpression="sk",
        ConsistentRead=True,
    )
    with aws_errors():
        keys = [item["sk"]["S"] for page in pages for item in page["Items"]]
    return TaskRows(
        task_arn=task_arn,
        history=tuple(key for key in keys if key.startswith(VERSION)),
        tags=tuple(key for key in keys if key.startswith(TAGS)),
        findings=tuple(key for key in keys if key.startswith(FINDING)),
        entry=tuple(key for key in keys if key == ENTRY),
    )


def delete_task_rows(client: DynamoDBClient, table_name: str, rows: TaskRows) -> None:
    """Deletes these rows and no others."""
    keys = [{"pk": {"S": rows.task_arn}, "sk": {"S": key}} for key in rows.sort_keys]
    delete_all(client, table_name, keys)
