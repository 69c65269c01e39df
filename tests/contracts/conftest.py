"""Each contract test runs once on every implementation."""

from collections.abc import Iterator

import pytest

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.adapters.dynamodb.policy import DynamoMutes
from reconciler.adapters.dynamodb.services import DynamoServices
from reconciler.adapters.dynamodb.sweep_progress import DynamoSweepProgress
from reconciler.ports.incidents import Incidents
from reconciler.ports.ledger import Ledger
from reconciler.ports.mutes import Mutes
from reconciler.ports.services import ServiceLedger
from reconciler.ports.sweep_progress import SweepProgressStore
from taskledger.local.memory_incidents import MemoryIncidents
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.local.memory_mutes import MemoryMutes
from taskledger.local.memory_services import MemoryServices
from taskledger.local.memory_sweep_progress import MemorySweepProgress
from tests.support.ledgers import RETENTION, Serial, dynamodb_table


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


@pytest.fixture(params=["memory", "dynamodb"])
def services(request: pytest.FixtureRequest) -> Iterator[ServiceLedger]:
    if request.param == "memory":
        yield MemoryServices()
        return
    with dynamodb_table() as (client, name):
        yield DynamoServices(client, name, RETENTION)


@pytest.fixture(params=["memory", "dynamodb"])
def incidents(request: pytest.FixtureRequest) -> Iterator[Incidents]:
    if request.param == "memory":
        yield MemoryIncidents()
        return
    with dynamodb_table() as (client, name):
        yield DynamoIncidents(Serial(client), name, RETENTION)  # type: ignore[arg-type]  # a client but for its type


@pytest.fixture(params=["memory", "dynamodb"])
def mutes(request: pytest.FixtureRequest) -> Iterator[Mutes]:
    if request.param == "memory":
        yield MemoryMutes()
        return
    with dynamodb_table() as (client, name):
        yield DynamoMutes(client, name)
