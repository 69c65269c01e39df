"""The port `SweepProgressStore` on DynamoDB: one item with the place, and which run has it until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from ...errors import TransientError
from ...ports.sweep_progress import SweepProgress
from ..aws import is_condition_failed, translated
from .items.values import milliseconds, moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from .items.values import Item, Value

_KEY: dict[str, Any] = {"pk": {"S": "SWEEP"}, "sk": {"S": "PASS"}}
# A run may take what it has: when the first answer is lost on its way, botocore asks again.
_FREE = "attribute_not_exists(run) OR runUntil < :now OR run = :run"


class DynamoSweepProgress:
    """The place of the sweep in the ledger's table."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def acquire(self, run: str, now: datetime, until: datetime) -> SweepProgress | None:
        values = {":run": {"S": run}, ":until": milliseconds(until), ":now": milliseconds(now)}
        expression = "SET run = :run, runUntil = :until, began = if_not_exists(began, :now)"
        try:
            item = self._update(expression, values, _FREE)
        except (ClientError, BotoCoreError) as error:
            if is_condition_failed(error):
                return None
            raise translated(error) from error
        return _place(item)

    def checkpoint(self, run: str, place: SweepProgress) -> None:
        if not self._held(run, *_written(place)):
            raise TransientError("another run has taken the sweep over")

    def release(self, run: str, place: SweepProgress | None) -> None:
        sets, removed, values = _written(place) if place else ([], ["began", "clusterArn", "taskArn"], {})
        self._held(run, sets, ["run", "runUntil", *removed], values)

    def _held(
        self, run: str, sets: Sequence[str], removed: Sequence[str], values: Mapping[str, Value]
    ) -> bool:
        """Writes, and returns whether the run still has the sweep: an overtaken one may write nothing."""
        clauses = [
            f"SET {', '.join(sets)}" if sets else "",
            f"REMOVE {', '.join(removed)}" if removed else "",
        ]
        try:
            self._update(" ".join(filter(None, clauses)), {":run": {"S": run}, **values}, "run = :run")
        except (ClientError, BotoCoreError) as error:
            if is_condition_failed(error):
                return False
            raise translated(error) from error
        return True

    def _update(self, expression: str, values: dict[str, Value], condition: str) -> Item:
        response: Any = self._client.update_item(
            TableName=self._table_name,
            Key=_KEY,
            UpdateExpression=expression,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
            ReturnValues="ALL_NEW",
        )
        attributes: Item = response["Attributes"]
        return attributes


def _written(place: SweepProgress) -> tuple[list[str], list[str], dict[str, Value]]:
    """What to set, what to remove, and the values set."""
    texts = {"clusterArn": place.cluster_arn, "taskArn": place.after}
    values: dict[str, Value] = {f":{name}": {"S": value} for name, value in texts.items() if value}
    sets = [f"{name} = :{name}" for name in texts if f":{name}" in values]
    return sets, [name for name in texts if f":{name}" not in values], values


def _place(item: Item) -> SweepProgress:
    return SweepProgress(
        began=moment(item["began"]),
        cluster_arn=item["clusterArn"]["S"] if "clusterArn" in item else None,
        after=item["taskArn"]["S"] if "taskArn" in item else None,
    )
