"""Each contract test runs once on every implementation."""

from collections.abc import Iterator

import pytest

from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.adapters.dynamodb.sweep_progress import DynamoSweepProgress
from reconciler.ports.ledger import Ledger
from reconciler.ports.sweep_progress import SweepProgressStore
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.local.memory_sweep_progress import MemorySweepProgress
from tests.support.ledgers import RETENTION, dynamodb_table


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
def passes(request: pytest.FixtureRequest) -> Iterator[SweepProgressStore]:
    if request.param == "memory":
        yield MemorySweepProgress()
        return
    with dynamodb_table() as (client, name):
        yield DynamoSweepProgress(client, name)
