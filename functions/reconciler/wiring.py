"""The composition root: which adapter stands behind which port, built once an execution environment.

No call of a run outlasts the run. A question to ECS, and a message, begin only while there is time for their
longest course and then for a write; a read or write of the table, while there is time to answer after it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

import boto3

from .adapters.clients import CallLimits, Deadline, Pace, client_config, keep_pace
from .adapters.dynamodb.incidents import DynamoIncidents
from .adapters.dynamodb.ledger import WRITERS, DynamoLedger
from .adapters.dynamodb.policy import DynamoPolicy
from .adapters.dynamodb.services import DynamoServices
from .adapters.dynamodb.sweep_progress import DynamoSweepProgress
from .adapters.ecs import EcsTasks
from .adapters.ecs_services import ApiServices
from .adapters.sns import SnsNotifier
from .findings.policy import Policy
from .parsing.home import Home
from .ports.ecs import Tasks
from .ports.ledger import Ledger
from .ports.services import EcsServices, ServiceLedger
from .ports.sweep_progress import SweepProgressStore
from .settings import AlertSettings, LedgerSettings, SweepSettings, read_alert_on_replay, read_policy
from .use_cases.notify import Alerts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ecs import ECSClient

# Seconds to connect and to wait for an answer, attempts: the queue, the stream and the schedules try longer.
TABLE_CALLS = CallLimits(connect=1, read=2, attempts=3)
TOPIC_CALLS = CallLimits(connect=1, read=3, attempts=2)
TASK_CALLS = CallLimits(connect=1, read=3, attempts=2)
SWEEP_CALLS = CallLimits(connect=1, read=3, attempts=3)
SPARE = 1.0  # seconds to log, to measure and to answer

RUN = Deadline()


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the handlers work with."""

    tasks: Tasks
    ledger: Ledger
    services: ServiceLedger
    home: Home | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepServices:
    """What the sweep works with: its ECS calls keep within a budget."""

    tasks: Tasks
    ledger: Ledger
    ecs_services: EcsServices
    services: ServiceLedger
    progress_store: SweepProgressStore
    policy: Policy
    save_policy: Callable[[Policy, datetime], bool]
    clusters: tuple[str, ...]
    home: Home | None = None


def connect_services(settings: LedgerSettings, session: boto3.Session) -> Services:
    """The services on the session's endpoints."""
    tasks = EcsTasks(_ecs(session, TASK_CALLS, settings.calls_per_second))
    table = _table(session, WRITERS)
    return Services(
        tasks=tasks,
        ledger=_ledger(settings, table),
        services=DynamoServices(table, settings.table_name, settings.retention),
        home=settings.home,
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
    table = _table(session)
    return SweepServices(
        tasks=EcsTasks(_ecs(session, SWEEP_CALLS, sweep.calls_per_second, adaptive=True)),
        # Services are another bucket of ECS's than tasks, so they have a pace of their own.
        ecs_services=ApiServices(_ecs(session, SWEEP_CALLS, sweep.calls_per_second, adaptive=True)),
        ledger=_ledger(settings, _table(session, WRITERS)),
        services=DynamoServices(table, settings.table_name, settings.retention),
        progress_store=DynamoSweepProgress(table, settings.table_name),
        policy=policy(),
        save_policy=DynamoPolicy(table, settings.table_name).save,
        clusters=sweep.clusters,
        home=settings.home,
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
    topic = session.client("sns", config=client_config(TOPIC_CALLS))
    RUN.bound(topic, seconds_needed(TOPIC_CALLS))
    return Alerts(
        incidents=DynamoIncidents(_table(session), ledger.table_name, ledger.retention),
        services=DynamoServices(_table(session), ledger.table_name, ledger.retention),
        notifier=SnsNotifier(topic, settings.topic_arn, settings.chat_topic_arn),
        policy=policy(),
        clock=clock,
    )


@cache
def alert_on_replay() -> bool:
    """Whether changes that an EventBridge replay brought are reported too."""
    return read_alert_on_replay(os.environ)


def _ledger(settings: LedgerSettings, table: DynamoDBClient) -> DynamoLedger:
    return DynamoLedger(table, settings.table_name, settings.retention)


def _ecs(
    session: boto3.Session, limits: CallLimits, calls_per_second: int | None, *, adaptive: bool = False
) -> ECSClient:
    """ECS, asked so often at the most; each attempt of a call may have to wait for its turn."""
    client = session.client("ecs", config=client_config(limits, adaptive=adaptive))
    waiting = limits.attempts / calls_per_second if calls_per_second else 0
    RUN.bound(client, seconds_needed(limits) + waiting)
    if calls_per_second:
        keep_pace(client, Pace(calls_per_second))
    return client


def _table(session: boto3.Session, connections: int = 1) -> DynamoDBClient:
    client = session.client("dynamodb", config=client_config(TABLE_CALLS, connections=connections))
    RUN.bound(client, TABLE_CALLS.longest + SPARE)
    return client


def seconds_needed(limits: CallLimits) -> float:
    """The seconds that must be left when a call under these limits begins: its own, and a write's."""
    return limits.longest + TABLE_CALLS.longest + SPARE
