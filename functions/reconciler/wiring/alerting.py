"""What findings are judged by and reported to: for assess, watch and sweep."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from functools import cache

from ..adapters.dynamodb.incidents import DynamoIncidents
from ..adapters.dynamodb.ledger import DynamoLedger
from ..adapters.dynamodb.policy import DynamoMutes
from ..adapters.dynamodb.services import DynamoServices
from ..adapters.ecs_services import ApiServices
from ..adapters.logs import ApiLogStreams, ApiTaskDefinitions, InTime
from ..adapters.sns import SnsNotifier
from ..findings.policy import Policy
from ..settings.alerting import AlertSettings, read_alert_on_replay, read_policy
from ..settings.ledger import LedgerSettings
from ..use_cases.alerting.service_look import ServiceLook
from ..use_cases.checks.task_logs import TaskLogs
from ..use_cases.notify import Alerts
from .clients import LOG_SECONDS, definition_client, logs_client, session, table, task_client, topic_client


@cache
def policy() -> Policy:
    """The policy in force, as the environment and its policy file say."""
    return read_policy(os.environ)


@cache
def alerts(clock: Callable[[], datetime]) -> Alerts:
    """What findings are reported to on AWS, as the environment names it; the same at every call."""
    ledger, settings = LedgerSettings.read(os.environ), AlertSettings.read(os.environ)
    looks = ServiceLook(
        ecs_services=ApiServices(task_client(session(), ledger.calls_per_second)),
        ledger=DynamoLedger(table(), ledger.table_name, ledger.retention),
        policy=policy(),
    )
    return Alerts(
        incidents=DynamoIncidents(table(), ledger.table_name, ledger.retention),
        mutes=DynamoMutes(table(), ledger.table_name),
        services=DynamoServices(table(), ledger.table_name, ledger.retention),
        looks=looks,
        notifier=SnsNotifier(topic_client(session()), settings.topic_arn, settings.chat_topic_arn),
        policy=policy(),
        clock=clock,
        logs=_logs(),
    )


def _logs() -> TaskLogs:
    streams = ApiLogStreams(lambda region: logs_client(session(), region))
    return TaskLogs(
        definitions=ApiTaskDefinitions(definition_client(session())), streams=InTime(streams, LOG_SECONDS)
    )


@cache
def alert_on_replay() -> bool:
    """Whether changes that an EventBridge replay brought are reported too."""
    return read_alert_on_replay(os.environ)
