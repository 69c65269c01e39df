"""What observe works with, and of it the watch: tasks as ECS knows them, and the ledger."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ..adapters.dynamodb.ledger import DynamoLedger
from ..adapters.dynamodb.services import DynamoServices
from ..adapters.ecs import EcsTasks
from ..parsing.home import Home
from ..ports.ecs import Tasks
from ..ports.ledger import Ledger
from ..ports.services import ServiceLedger
from ..settings.ledger import LedgerSettings
from .clients import session, table, task_client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ecs import ECSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What observe works with; the watch, with the tasks and the ledger."""

    tasks: Tasks
    ledger: Ledger
    services: ServiceLedger
    home: Home | None = None


def connect_services(settings: LedgerSettings, ecs: ECSClient, dynamodb: DynamoDBClient) -> Services:
    """The services on the endpoints of these clients."""
    return Services(
        tasks=EcsTasks(ecs),
        ledger=DynamoLedger(dynamodb, settings.table_name, settings.retention),
        services=DynamoServices(dynamodb, settings.table_name, settings.retention),
        home=settings.home,
    )


@cache
def services() -> Services:
    """The services on AWS, as the environment names them; the same ones at every call."""
    settings = LedgerSettings.read(os.environ)
    return connect_services(settings, task_client(session(), settings.calls_per_second), table())
