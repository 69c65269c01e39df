"""The composition root: which adapter stands behind which port, built once an execution environment."""

import os
from dataclasses import dataclass
from functools import cache

import boto3

from .adapters.aws import client_config
from .adapters.dynamodb import WRITERS, DynamoLedger
from .adapters.ecs import EcsTasks
from .ports import Ledger, Tasks
from .settings import LedgerSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the handlers work with."""

    tasks: Tasks
    ledger: Ledger


def connect_services(settings: LedgerSettings, session: boto3.Session) -> Services:
    """The services on whatever the session's endpoints are."""
    dynamodb = session.client("dynamodb", config=client_config(connections=WRITERS))
    return Services(
        tasks=EcsTasks(session.client("ecs", config=client_config())),
        ledger=DynamoLedger(dynamodb, settings.table_name, settings.retention),
    )


@cache
def services() -> Services:
    """The services on AWS, as the environment names them; the same ones at every call."""
    return connect_services(LedgerSettings.read(os.environ), boto3.Session())
