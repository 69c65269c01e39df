"""The composition root: which adapter stands behind which port, built once an execution environment."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import boto3

from .adapters.aws import Pace, client_config
from .adapters.dynamodb.incidents import DynamoIncidents
from .adapters.dynamodb.ledger import WRITERS, DynamoLedger
from .adapters.dynamodb.policy import DynamoPolicy
from .adapters.dynamodb.sweep_progress import DynamoSweepProgress
from .adapters.ecs import EcsTasks
from .adapters.sns import SnsNotifier
from .findings.policy import Policy
from .ports.ecs import Tasks
from .ports.ledger import Ledger
from .ports.sweep_progress import SweepProgressStore
from .settings import AlertSettings, LedgerSettings, SweepSettings, read_alert_on_replay, read_policy
from .use_cases.notify import Alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the handlers work with."""

    tasks: Tasks
    ledger: Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepServices:
    """What the sweep works with: its ECS calls keep within a budget."""

    tasks: Tasks
    ledger: Ledger
    progress_store: SweepProgressStore
    policy: Policy
    save_policy: Callable[[Policy, datetime], bool]
    clusters: tuple[str, ...]


def connect_services(settings: LedgerSettings, session: boto3.Session) -> Services:
    """The services on the session's endpoints."""
    return Services(
        tasks=EcsTasks(session.client("ecs", config=client_config())), ledger=_ledger(settings, session)
    )


@cache
def services() -> Services:
    """The services on AWS, as the environment names them; the same ones at every call."""
    return connect_services(LedgerSettings.read(os.environ), boto3.Session())


@cache
def sweep_services() -> SweepServices:
    """What the sweep needs on AWS, as the environment names it."""
    settings, sweep = LedgerSettings.read(os.environ), SweepSettings.read(os.environ)
    session = boto3.Session()
    ecs = session.client("ecs", config=client_config(adaptive=True))
    table = session.client("dynamodb", config=client_config())
    return SweepServices(
        tasks=EcsTasks(ecs, Pace(sweep.calls_per_second)),
        ledger=_ledger(settings, session),
        progress_store=DynamoSweepProgress(table, settings.table_name),
        policy=policy(),
        save_policy=DynamoPolicy(table, settings.table_name).save,
        clusters=sweep.clusters,
    )


@cache
def policy() -> Policy:
    """The policy in force, as the environment and its policy file say."""
    return read_policy(os.environ)


@cache
def alerts(clock: Callable[[], datetime]) -> Alerts:
    """What findings are reported to on AWS, as the environment names it; the same at every call."""
    ledger, settings = LedgerSettings.read(os.environ), AlertSettings.read(os.environ)
    session = boto3.Session()
    table = session.client("dynamodb", config=client_config())
    topic = session.client("sns", config=client_config())
    return Alerts(
        incidents=DynamoIncidents(table, ledger.table_name, ledger.retention),
        notifier=SnsNotifier(topic, settings.topic_arn, settings.chat_topic_arn),
        policy=policy(),
        clock=clock,
    )


@cache
def alert_on_replay() -> bool:
    """Whether changes that an EventBridge replay brought are reported too."""
    return read_alert_on_replay(os.environ)


def _ledger(settings: LedgerSettings, session: boto3.Session) -> DynamoLedger:
    client = session.client("dynamodb", config=client_config(connections=WRITERS))
    return DynamoLedger(client, settings.table_name, settings.retention)
