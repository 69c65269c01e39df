"""A baseline: the pattern of the sample in ECS's documentation that puts task events into DynamoDB.

Each event is an invocation of its own: get the item, compare `version`, put the whole event. Written anew,
and kinder than the sample: the table is made once and not for each event, and no event is logged.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeSerializer

from tests.bench.observe import answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import boto3

TABLE = "ECSTaskState"
CALLS = 2  # for an event: GetItem, PutItem


def handle(table: Any, event: Mapping[str, Any]) -> None:
    detail = event["detail"]
    known = table.get_item(Key={"taskArn": detail["taskArn"]}).get("Item")
    if known is None or known["version"] < detail["version"]:
        table.put_item(Item=whole(event))


def whole(event: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an event: its detail, and the version of its envelope."""
    return {"cw_version": event["version"], **event["detail"]}


def item(event: Mapping[str, Any]) -> dict[str, Any]:
    """The item that an event leaves, as DynamoDB holds it."""
    held: dict[str, Any] = TypeSerializer().serialize(whole(event))["M"]
    return held


def handler(session: boto3.Session, batch: Mapping[str, Any]) -> Callable[[], None]:
    """Handles the events of a batch one by one, where the version before of each is known.

    They are parsed here, as Lambda's runtime would for it.
    """
    bodies = [record["body"] for record in batch["Records"]]
    first = json.loads(bodies[0])
    old = item({**first, "detail": {**first["detail"], "version": 2}})
    known = json.dumps({"Item": old}).encode()
    session.events.register("before-send.dynamodb.GetItem", lambda **_: answer(known))
    session.events.register("before-send.dynamodb.PutItem", lambda **_: answer(b"{}"))
    table = session.resource("dynamodb").Table(TABLE)

    def work() -> None:
        for body in bodies:
            handle(table, json.loads(body))

    return work
