"""The item-size model of `tests.support.units` against the units that an engine says were consumed.

moto counts none, so this needs another one at TASKLEDGER_DYNAMODB_ENDPOINT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.model.task import Observation
from tests.reconciler.adapters.conftest import Table
from tests.reconciler.adapters.test_life_cost import GENERATED, PLAIN, fargate_life
from tests.support.ledgers import ENDPOINT
from tests.support.units import KILOBYTE, entry_units, read_units, size, units
from tests.support.values import recording

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.skipif(
    not ENDPOINT, reason="no engine counts units: TASKLEDGER_DYNAMODB_ENDPOINT is not set"
)
LIVES = {
    "plain": fargate_life(**PLAIN),
    "generated": fargate_life(**GENERATED),
    "many containers": fargate_life({f"container-{number}": f"image:{number}" for number in range(9)}),
    "long tags": fargate_life(PLAIN["images"], tags={"k" * 100: "v" * 200}),
}


class Meter:
    """What the engine says of each write from now on: of the table, and of its indexes where it says that."""

    def __init__(self, client: DynamoDBClient) -> None:
        self.of_table = self.of_indexes = 0.0
        self.counts_indexes = False
        for operation in ("UpdateItem", "BatchWriteItem", "PutItem", "GetItem"):
            client.meta.events.register(f"provide-client-params.dynamodb.{operation}", self._ask)
            client.meta.events.register(f"after-call.dynamodb.{operation}", self._read)

    def _ask(self, params: dict[str, Any], **_: object) -> None:
        params["ReturnConsumedCapacity"] = "INDEXES"

    def _read(self, parsed: dict[str, Any], **_: object) -> None:
        if "ConsumedCapacity" not in parsed:
            pytest.skip("the engine at TASKLEDGER_DYNAMODB_ENDPOINT counts no units")
        found = parsed["ConsumedCapacity"]
        for each in found if isinstance(found, list) else [found]:
            self.of_table += each["Table"]["CapacityUnits"]
            indexes = each.get("GlobalSecondaryIndexes", {}).values()
            self.of_indexes += sum(index["CapacityUnits"] for index in indexes)
            self.counts_indexes |= bool(indexes)


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_a_life_consumes_what_the_model_says(table: Table, life: list[Observation]) -> None:
    """Each version's row and entry, and all that the entry enters or leaves where the engine counts it."""
    meter, before, modelled, of_indexes = Meter(table.client), None, 0, 0
    for observation in life:
        table.ledger.record([recording(observation)])
        entry = next(item for item in table.items() if item["sk"]["S"] == "ENTRY")
        of_table = max(units(before or {}), units(entry))
        modelled, of_indexes = modelled + of_table, of_indexes + entry_units(before, entry) - of_table
        before = entry
    rows = [item for item in table.items() if item["sk"]["S"].startswith(("v", "TAGS#"))]
    marks = [item for item in table.items() if item["pk"]["S"] == "CLUSTERS"]
    assert meter.of_table == modelled + sum(map(units, [*rows, *marks]))
    assert meter.of_indexes == (of_indexes if meter.counts_indexes else 0)


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_the_model_is_right_to_the_byte(table: Table, life: list[Observation]) -> None:
    """An item filled up to a whole kilobyte costs as many units, and with a byte more another one."""
    table.ledger.record([recording(life[-1])])
    for item in table.items():
        free = -size({**item, "filler": {"S": ""}}) % KILOBYTE
        for more in (0, 1):
            filled = {**item, "filler": {"S": "x" * (free + more)}}
            meter = Meter(table.client)
            table.client.put_item(TableName=table.name, Item=filled)
            whole = size(filled) // KILOBYTE
            assert (units(filled), meter.of_table) == (whole + more, whole + more)


def test_a_read_consumes_half_a_unit_by_four_kilobytes(table: Table) -> None:
    """Also of what is not there."""
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    held: list[dict[str, Any]] = [{}, {**key, "filler": {"S": "x" * 5000}}]
    for item in held:
        if item:
            table.client.put_item(TableName=table.name, Item=item)
        meter = Meter(table.client)
        table.client.get_item(TableName=table.name, Key=key)  # type: ignore[arg-type]  # as it was put
        assert meter.of_table == read_units(item)
