"""Reads, puts and deletions of many items, as many a call as DynamoDB takes; what it left is tried again.

Put are history rows: each is the same whenever it is made again, so an unconditional put is as good as "put
if absent".
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ...chunks import chunks
from ...errors import LedgerError, TransientError
from ..aws import aws_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from .items.values import Item

MAX_GET = 100  # keys in one BatchGetItem call (API reference)
MAX_WRITE = 25  # requests in one BatchWriteItem call (API reference)
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds before unprocessed items are tried again


def get_all(
    client: DynamoDBClient, table_name: str, keys: Sequence[Item], *, consistent: bool = False
) -> Iterator[Item]:
    """The items under these keys, which must differ, in any order; the absent are left out."""
    for chunk in chunks(keys, MAX_GET):
        yield from _get(client, table_name, {"Keys": chunk, "ConsistentRead": consistent})


def put_all(client: DynamoDBClient, table_name: str, rows: Sequence[Item]) -> dict[str, LedgerError]:
    """Writes all rows; the result has why by the partition key of each that was not written."""
    failed: dict[str, LedgerError] = {}
    for chunk in chunks(rows, MAX_WRITE):
        try:
            left = _put(client, table_name, chunk)
        except LedgerError as error:
            failed |= {row["pk"]["S"]: error for row in chunk}
        else:
            failed |= {pk: TransientError("DynamoDB left a history row unprocessed") for pk in left}
    return failed


def delete_all(client: DynamoDBClient, table_name: str, keys: Sequence[Item]) -> None:
    """Deletes the items under these keys, which must differ; raises where it could not delete all."""
    for chunk in chunks(keys, MAX_WRITE):
        if left := _write(client, table_name, [{"DeleteRequest": {"Key": key}} for key in chunk]):
            raise TransientError(f"DynamoDB left {len(left)} items undeleted")


def _get(client: DynamoDBClient, table_name: str, request: Any) -> Iterator[Item]:  # noqa: ANN401 - boto3's own
    for pause in (*PAUSES, None):
        with aws_errors():
            response: Any = client.batch_get_item(RequestItems={table_name: request})
        yield from response["Responses"].get(table_name, ())
        request = response.get("UnprocessedKeys", {}).get(table_name)
        if not request:
            return
        if pause is not None:
            time.sleep(pause)
    raise TransientError(f"DynamoDB left {len(request['Keys'])} items unread")


def _put(client: DynamoDBClient, table_name: str, rows: Sequence[Item]) -> Iterator[str]:
    """The partition keys of what is still unprocessed after the last pause."""
    left = _write(client, table_name, [{"PutRequest": {"Item": row}} for row in rows])
    return (request["PutRequest"]["Item"]["pk"]["S"] for request in left)


def _write(client: DynamoDBClient, table_name: str, requests: Sequence[Any]) -> Sequence[Any]:
    """What is still unprocessed after the last pause."""
    for pause in (*PAUSES, None):
        with aws_errors():
            response = client.batch_write_item(RequestItems={table_name: requests})
        requests = response.get("UnprocessedItems", {}).get(table_name, [])
        if not requests or pause is None:
            break
        time.sleep(pause)
    return requests
