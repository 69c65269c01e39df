"""Reads, puts and deletions of many items, as many a call as DynamoDB takes, and transactions.

What a call left undone is tried again; a transaction is done as a whole or not at all. Put by `put_all` are
history rows: each is the same whenever it is made again, so an unconditional put is as good as "put if
absent".
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from ...chunks import chunks
from ...errors import LedgerError, TransientError
from ..aws import aws_errors, error_code, translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from .items.values import Item

MAX_GET = 100  # keys in one BatchGetItem call (API reference)
MAX_WRITE = 25  # requests in one BatchWriteItem call (API reference)
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds before unprocessed items are tried again

# Why an action of a transaction was not done, besides faults (TransactWriteItems, API reference).
FAILED = "ConditionalCheckFailed"
CONFLICT = "TransactionConflict"
_TRANSIENT = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError", "InternalServerError"})
_CONFLICT_PAUSE = 0.05  # seconds, after which a conflicting transaction is over


def get_all(
    client: DynamoDBClient, table_name: str, keys: Sequence[Item], *, consistent: bool = False
) -> Iterator[Item]:
    """The items under these keys, which must differ, in any order; the absent are left out."""
    for chunk in chunks(keys, MAX_GET):
        yield from _get(client, table_name, {"Keys": chunk, "ConsistentRead": consistent})


def query_all(
    client: DynamoDBClient,
    table_name: str,
    condition: str,
    values: Mapping[str, str],
    **how: Any,  # noqa: ANN401 - boto3's own options
) -> Iterator[Item]:
    """The items that the condition on their keys finds; no page is read before it is needed."""
    pages = client.get_paginator("query").paginate(
        TableName=table_name,
        KeyConditionExpression=condition,
        ExpressionAttributeValues={name: {"S": value} for name, value in values.items()},
        **how,
    )
    with aws_errors():
        for page in pages:
            yield from page["Items"]


def put_all(client: DynamoDBClient, table_name: str, rows: Sequence[Item]) -> dict[str, LedgerError]:
    """Writes all rows; the result has why by the partition key of each that was not written."""
    failed: dict[str, LedgerError] = {}
    for chunk in chunks(rows, MAX_WRITE):
        try:
            left = _put(client, table_name, chunk)
        except LedgerError as error:
            failed |= {row["pk"]["S"]: error for row in chunk}
        else:
            failed |= {pk: TransientError("DynamoDB left a row unprocessed") for pk in left}
    return failed


def delete_all(client: DynamoDBClient, table_name: str, keys: Sequence[Item]) -> None:
    """Deletes the items under these keys, which must differ; raises where it could not delete all."""
    for chunk in chunks(keys, MAX_WRITE):
        if left := _write(client, table_name, [{"DeleteRequest": {"Key": key}} for key in chunk]):
            raise TransientError(f"DynamoDB left {len(left)} items undeleted")


def transact(client: DynamoDBClient, actions: Sequence[dict[str, Any]]) -> Sequence[str] | None:
    """None when all is written; else why not, for each action: one of them is `FAILED` or `CONFLICT`.

    Raises what else keeps it from being written.
    """
    try:
        client.transact_write_items(TransactItems=cast("Any", actions))
    except (ClientError, BotoCoreError) as error:
        reasons = _reasons(error)
        if not {FAILED, CONFLICT} & set(reasons):
            raise _failure(error, reasons) from error
        if CONFLICT in reasons:
            time.sleep(_CONFLICT_PAUSE)
        return reasons
    return None


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


def _reasons(error: Exception) -> list[str]:
    """The code for each action of a transaction that was cancelled, "None" where nothing was wrong."""
    if not isinstance(error, ClientError) or error_code(error) != "TransactionCanceledException":
        return []
    reasons = cast("dict[str, Any]", error.response).get("CancellationReasons", ())
    return [reason.get("Code", "None") for reason in reasons]


def _failure(error: ClientError | BotoCoreError, reasons: Sequence[str]) -> LedgerError:
    """What a transaction raises that failed for other reasons than the conditions in it."""
    if _TRANSIENT.intersection(reasons):
        return TransientError(str(error))
    return translated(error)
