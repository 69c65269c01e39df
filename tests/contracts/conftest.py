"""Each contract test runs once on every implementation."""

from collections.abc import Iterator

import pytest

from cli.lab.memory_ledger import MemoryLedger
from cli.lab.memory_passes import MemoryPasses
from reconciler.adapters.dynamodb import DynamoLedger
from reconciler.adapters.dynamodb_passes import DynamoPasses
from reconciler.ports import Ledger, Passes
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


@pytest.fixture(params=["memory", "dynamodb"])
def passes(request: pytest.FixtureRequest) -> Iterator[Passes]:
    if request.param == "memory":
        yield MemoryPasses()
        return
    with dynamodb_table() as (client, name):
        yield DynamoPasses(client, name)
