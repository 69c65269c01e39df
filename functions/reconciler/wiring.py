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


@cache
def services() -> Services:
    """The services on AWS, as the environment names them; the same ones at every call."""
    settings = LedgerSettings.read(os.environ)
    dynamodb = boto3.client("dynamodb", config=client_config(connections=WRITERS))
    return Services(
        tasks=EcsTasks(boto3.client("ecs", config=client_config())),
        ledger=DynamoLedger(dynamodb, settings.table_name, settings.retention),
    )
