"""The policy in force, and the mutes beside it, in the ledger's table.

pk      sk           holds
POLICY  CURRENT      checksum, document (what a policy file can say, as JSON text), savedAt
MUTES   a mute's id  kind, cause, cluster, service, family (those that it names), until, createdAt, note

The sweep stores the policy, and the command reads it; the command stores mutes, and whoever publishes reads
them. A mute's `ttl` only cleans up: it is over at its time, and nothing waits for DynamoDB to delete it.
"""

from __future__ import annotations

import json
from hashlib import sha256
from math import floor
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from ...errors import InvalidInput
from ...findings.policy_file import policy_document, read_document
from ...findings.policy_rules import SCOPE, read_scope, scope_table
from ...ports.mutes import Mute
from ..aws import aws_errors, is_condition_failed, translated
from .batch import query_all
from .items.values import free_text, milliseconds, moment, number, read_or_error, reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from ...findings.policy import Policy
    from .items.values import Item

_KEY: dict[str, Any] = {"pk": {"S": "POLICY"}, "sk": {"S": "CURRENT"}}
_CHANGED = "attribute_not_exists(pk) OR checksum <> :checksum"
_MUTES = "MUTES"
_KEPT = 86_400  # seconds for which a mute that is over stays in the table


class DynamoPolicy:
    """Writes only what is not stored yet, and makes no call for what it knows to be stored."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table_name = table_name
        self._stored = ""

    def save(self, policy: Policy, now: datetime) -> bool:
        """Stores the policy; whether it differed from the stored one."""
        document = json.dumps(policy_document(policy), sort_keys=True)
        checksum = sha256(document.encode()).hexdigest()
        if checksum == self._stored:
            return False
        written = self._put(document, checksum, now)
        self._stored = checksum
        return written

    def load(self) -> Policy | None:
        """The stored policy; None where no sweep has stored one yet."""
        with aws_errors():
            response = self._client.get_item(TableName=self._table_name, Key=_KEY)
        if "Item" not in response:
            return None
        try:
            return read_document(json.loads(response["Item"]["document"]["S"]))
        except (KeyError, ValueError, TypeError, RecursionError, InvalidInput) as error:
            raise InvalidInput("POLICY", f"the stored policy cannot be read: {error}") from error

    def _put(self, document: str, checksum: str, now: datetime) -> bool:
        values = {"checksum": {"S": checksum}, "document": {"S": document}, "savedAt": milliseconds(now)}
        try:
            self._client.put_item(
                TableName=self._table_name,
                Item={**_KEY, **values},
                ConditionExpression=_CHANGED,
                ExpressionAttributeValues={":checksum": values["checksum"]},
            )
        except (ClientError, BotoCoreError) as error:
            if is_condition_failed(error):
                return False
            raise translated(error) from error
        return True


class DynamoMutes:
    """The port `Mutes`: those that are over stay for a day."""

    def __init__(self, client: DynamoDBClient, table_name: str) -> None:
        self._client = client
        self._table_name = table_name

    def save(self, mute: Mute) -> None:
        with aws_errors():
            self._client.put_item(TableName=self._table_name, Item=_mute_item(mute))

    def ending_after(self, moment: datetime) -> Sequence[Mute | InvalidInput]:
        rows = query_all(self._client, self._table_name, "pk = :pk", {":pk": _MUTES}, ConsistentRead=True)
        found = [read_or_error(_read_mute, row) for row in rows]
        lasting = [one for one in found if isinstance(one, Mute) and one.until > moment]
        unreadable = [one for one in found if isinstance(one, InvalidInput)]
        return [*sorted(lasting, key=lambda one: one.until), *unreadable]


def _mute_item(mute: Mute) -> dict[str, Any]:
    return {
        "pk": {"S": _MUTES},
        "sk": {"S": mute.mute_id},
        "until": milliseconds(mute.until),
        "createdAt": milliseconds(mute.created_at),
        "ttl": number(floor(mute.until.timestamp()) + _KEPT),  # in seconds: a time may be the last there is
        **{name: {"S": value} for name, value in scope_table(mute.scope).items()},
        **({"note": {"S": mute.note}} if mute.note else {}),
    }


def _read_mute(row: Item) -> Mute:
    with reading(row, "mute"):
        scope = {name: row[name]["S"] for name in SCOPE if name in row}
        return Mute(
            mute_id=row["sk"]["S"],
            scope=read_scope(scope, f"{_MUTES}/{row['sk']['S']}."),
            until=moment(row["until"]),
            created_at=moment(row["createdAt"]),
            note=free_text(row, "note"),
        )
