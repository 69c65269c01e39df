"""A system whose ledger and incidents are in one table, and ways to look at the table and to disturb it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.adapters.dynamodb.policy import DynamoMutes
from tests.support.ledgers import RETENTION, dynamodb_table
from tests.support.system import System, new_system

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HUGE = {"N": "1" + "0" * 36}  # more than any time


@dataclass
class Tabled:
    """The table of a system; `calls` are those made since they were last cleared, each with its body."""

    client: DynamoDBClient
    name: str
    system: System
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client.meta.events.register("before-call.dynamodb", self._note)
        self.renew()

    def renew(self) -> None:
        """The functions run in new execution environments, which remember nothing."""
        self.system.ledger = DynamoLedger(self.client, self.name, RETENTION)
        incidents = DynamoIncidents(self.client, self.name, RETENTION)
        looks = replace(self.system.alerts.looks, ledger=self.system.ledger)
        mutes = DynamoMutes(self.client, self.name)
        self.system.alerts = replace(self.system.alerts, incidents=incidents, mutes=mutes, looks=looks)

    def items(self, of: Callable[[dict[str, Any]], bool] = lambda item: True) -> list[dict[str, Any]]:
        return [dict(item) for item in self.client.scan(TableName=self.name)["Items"] if of(dict(item))]

    def incident(self, owner: str) -> dict[str, Any]:
        """The row of the incident of that service."""
        own = {"S": f"service:{owner}"}
        (found,) = self.items(lambda item: "incidentId" in item and item["owner"] == own)
        return found

    def entry(self, arn: str) -> dict[str, Any]:
        (found,) = self.items(lambda item: (item["pk"]["S"], item["sk"]["S"]) == (arn, "ENTRY"))
        return found

    def active(self) -> dict[str, int]:
        """Which clusters are to be watched, and until when, in seconds since 1970."""
        marks = self.items(lambda item: item["pk"]["S"] == "ACTIVE")
        return {mark["sk"]["S"]: int(mark["ttl"]["N"]) for mark in marks}

    def spoil(self, item: dict[str, Any], name: str, value: dict[str, Any] | None) -> None:
        """Somebody edits a row by hand; None takes the attribute away."""
        spoiled: Any = {key: each for key, each in {**item, name: value}.items() if each}
        self.client.put_item(TableName=self.name, Item=spoiled)

    def delete(self, item: dict[str, Any]) -> None:
        key: Any = {"pk": item["pk"], "sk": item["sk"]}
        self.client.delete_item(TableName=self.name, Key=key)

    def made(self, operation: str) -> list[dict[str, Any]]:
        return [body for name, body in self.calls if name == operation]

    def _note(self, model: Any, params: Any, **_: object) -> None:
        self.calls.append((model.name, json.loads(params["body"])))


@contextmanager
def tabled() -> Iterator[Tabled]:
    with dynamodb_table() as (client, name):
        yield Tabled(client, name, new_system())
