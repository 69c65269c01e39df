"""The policy in force, as one item of the ledger's table: the sweep stores it, and the command reads it.

pk      sk       holds
POLICY  CURRENT  checksum, document (what a policy file can say, as JSON text), savedAt
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from ...errors import InvalidInput
from ...findings.policy_file import policy_document, read_document
from ..aws import aws_errors, is_condition_failed, translated
from .items.values import milliseconds

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from ...findings.policy import Policy

_KEY: dict[str, Any] = {"pk": {"S": "POLICY"}, "sk": {"S": "CURRENT"}}
_CHANGED = "attribute_not_exists(pk) OR checksum <> :checksum"


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
