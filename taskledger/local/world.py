"""A world on this machine for the deployed handlers to run in: the simulated ECS, a ledger, and a clock."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from os import environ
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast
from unittest.mock import patch

import boto3
from moto import mock_aws

from reconciler.adapters.ecs import EcsTasks
from reconciler.settings import LedgerSettings
from reconciler.wiring import Services, connect_services

from ..simulator.api.client import connect
from ..simulator.api.ecs import SimulatedEcs
from ..simulator.engine.clock import Clock
from .memory_ledger import MemoryLedger
from .table import create_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_ecs import ECSClient

REGION = "us-east-1"  # of the emulated table; events keep the Region that they are of
LEDGER = LedgerSettings(table_name="task-ledger", retention=timedelta(days=90))
# Nothing of the caller's account may be reached from here, whatever the environment says.
_NO_AWS = {
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


@dataclass(frozen=True, slots=True)
class World:
    """The clock and the ECS that the services meet."""

    clock: Clock
    ecs: SimulatedEcs
    services: Services


@contextmanager
def local_world(*, in_memory: bool) -> Iterator[World]:
    """A world at the beginning of time, with an empty ledger: on DynamoDB's emulation, or in memory."""
    clock = Clock(datetime(1970, 1, 1, tzinfo=UTC))
    ecs = SimulatedEcs(clock)
    if in_memory:
        yield World(clock, ecs, Services(tasks=EcsTasks(_direct(ecs)), ledger=MemoryLedger()))
        return
    with emulated_aws() as session:
        connect(session, ecs)
        create_table(session.client("dynamodb"), LEDGER.table_name)
        yield World(clock, ecs, connect_services(LEDGER, session))


@contextmanager
def emulated_aws() -> Iterator[boto3.Session]:
    """A session on AWS's emulation in this process, from which nothing of the caller's is in reach."""
    outside = {name: value for name, value in environ.items() if not name.startswith("AWS_")}
    with patch.dict(environ, outside | _NO_AWS, clear=True), mock_aws():
        yield boto3.Session(region_name=REGION)


def _direct(ecs: SimulatedEcs) -> ECSClient:
    """An ECS client as far as the adapter uses it, without the way through boto3: for large captures."""

    def describe_tasks(**request: object) -> Mapping[str, object]:
        return ecs.call("DescribeTasks", request)

    return cast("ECSClient", SimpleNamespace(describe_tasks=describe_tasks))
