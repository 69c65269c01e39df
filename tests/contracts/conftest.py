"""Each contract test runs once on every ledger."""

from collections.abc import Iterator

import pytest

from cli.lab.memory_ledger import MemoryLedger
from reconciler.adapters.dynamodb import DynamoLedger
from reconciler.ports import Ledger
from tests.ledgers import RETENTION, dynamodb_table


@pytest.fixture
def dynamodb() -> Iterator[DynamoLedger]:
    with dynamodb_table() as (client, name):
        yield DynamoLedger(client, name, RETENTION)


@pytest.fixture(params=["memory", "dynamodb"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    if request.param == "memory":
        return MemoryLedger()
    found: Ledger = request.getfixturevalue("dynamodb")
    return found
