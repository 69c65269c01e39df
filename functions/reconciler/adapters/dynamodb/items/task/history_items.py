"""Rows of a task's history as DynamoDB items, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .....model.entry import HistoryRow
from .....model.task import Source
from ..values import milliseconds, moment, seconds

if TYPE_CHECKING:
    from datetime import timedelta

    from ..values import Item, Value

PREFIX = "v"


def row_key(task_arn: str, version: int, source: str) -> dict[str, Value]:
    return {"pk": {"S": task_arn}, "sk": {"S": f"{PREFIX}{version:019d}#{source}"}}


def row_item(row: HistoryRow, retention: timedelta) -> dict[str, Value]:
    item: dict[str, Value] = {
        **row_key(row.task_arn, row.version, row.source),
        "lastStatus": {"S": row.last_status},
        "at": milliseconds(row.at),
        "ttl": seconds(row.at + retention),
    }
    if row.desired_status:
        item["desiredStatus"] = {"S": row.desired_status}
    return item


def row(item: Item) -> HistoryRow:
    version, source, *_ = item["sk"]["S"][len(PREFIX) :].split("#")  # behind them, a digest of tags
    return HistoryRow(
        task_arn=item["pk"]["S"],
        version=int(version),
        source=Source(source),
        last_status=item["lastStatus"]["S"],
        desired_status=item["desiredStatus"]["S"] if "desiredStatus" in item else None,
        at=moment(item["at"]),
    )
