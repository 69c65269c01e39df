"""What observe works with, and of it the watch: tasks as ECS knows them, and the ledger."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

import boto3

from ..adapters.dynamodb.ledger import WRITERS, DynamoLedger
from ..adapters.dynamodb.services import DynamoServices
from ..adapters.ecs import EcsTasks
from ..parsing.home import Home
from ..ports.ecs import Tasks
from ..ports.ledger import Ledger
from ..ports.services import ServiceLedger
from ..settings.ledger import LedgerSettings
from .clients import table_client, task_client


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What observe works with; the watch, with the tasks and the ledger."""

    tasks: Tasks
    ledger: Ledger
    services: ServiceLedger
    home: Home | None = None


def connect_services(settings: LedgerSettings, session: boto3.Session) -> Services:
    """The services on the session's endpoints."""
    tasks = EcsTasks(task_client(session, settings.calls_per_second))
    table = table_client(session, WRITERS)
    return Services(
        tasks=tasks,
        ledger=DynamoLedger(table, settings.table_name, settings.retention),
        services=DynamoServices(table, settings.table_name, settings.retention),
        home=settings.home,
    )


@cache
def services() -> Services:
    """The services on AWS, as the environment names them; the same ones at every call."""
    return connect_services(LedgerSettings.read(os.environ), boto3.Session())
