"""The clients of AWS; no call of a run outlasts the run.

A question to ECS, and a message, begin only while there is time for their longest course and then for a
write; a read or write of the table, while there is time to answer after it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

from ..adapters.clients import CallLimits, Deadline, Pace, deployed_config, keep_pace
from ..adapters.dynamodb.ledger import WRITERS

if TYPE_CHECKING:
    from botocore.client import BaseClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_sns import SNSClient

    from ..adapters.logs import LogsClient

# Seconds to connect and to wait for an answer, attempts: the queue, the stream and the schedules try longer.
TABLE_CALLS = CallLimits(connect=1, read=2, attempts=3)
TOPIC_CALLS = CallLimits(connect=1, read=3, attempts=2)
TASK_CALLS = CallLimits(connect=1, read=3, attempts=2)
SWEEP_CALLS = CallLimits(connect=1, read=3, attempts=3)
# What only adds to a message has little time, and is not tried again.
DEFINITION_CALLS = CallLimits(connect=1, read=2, attempts=1)
LOG_CALLS = CallLimits(connect=1, read=2, attempts=1)
LOG_SECONDS = 2.0  # for all calls about one log
ROOM = 10.0  # seconds of a run that are left to its messages, however slow each of these answers
SPARE = 1.0  # seconds to log, to measure and to answer

RUN = Deadline()


@cache
def session() -> boto3.Session:
    """The one session of the process: another would read what describes AWS's services again."""
    return boto3.Session()


@cache
def table() -> DynamoDBClient:
    """The one client of the ledger's table in the process, in its session."""
    return table_client(session())


def task_client(session: boto3.Session, calls_per_second: int | None) -> ECSClient:
    """ECS, for questions about single tasks."""
    return _ecs(session, TASK_CALLS, calls_per_second)


def definition_client(session: boto3.Session) -> ECSClient:
    """ECS, for task definitions, each of which is asked for once."""
    client = session.client("ecs", config=deployed_config(DEFINITION_CALLS))
    _leave_room(client, DEFINITION_CALLS.longest)
    return client


def logs_client(session: boto3.Session, region: str) -> LogsClient:
    """CloudWatch Logs, for the last lines that a message is to have."""
    client: Any = session.client("logs", region_name=region, config=deployed_config(LOG_CALLS))
    _leave_room(client, LOG_SECONDS)
    found: LogsClient = client
    return found


def sweep_client(session: boto3.Session, calls_per_second: int) -> ECSClient:
    """ECS, for questions about all there is; it slows down where ECS throttles."""
    return _ecs(session, SWEEP_CALLS, calls_per_second, adaptive=True)


def table_client(session: boto3.Session) -> DynamoDBClient:
    """DynamoDB, with a connection for each update that is under way at once."""
    client = session.client("dynamodb", config=deployed_config(TABLE_CALLS, connections=WRITERS))
    RUN.bound(client, TABLE_CALLS.longest + SPARE)
    return client


def topic_client(session: boto3.Session) -> SNSClient:
    client = session.client("sns", config=deployed_config(TOPIC_CALLS))
    RUN.bound(client, _seconds_needed(TOPIC_CALLS))
    return client


def _ecs(
    session: boto3.Session, limits: CallLimits, calls_per_second: int | None, *, adaptive: bool = False
) -> ECSClient:
    """ECS, asked so often at the most; each attempt of a call may have to wait for its turn."""
    client = session.client("ecs", config=deployed_config(limits, adaptive=adaptive))
    waiting = limits.attempts / calls_per_second if calls_per_second else 0
    RUN.bound(client, _seconds_needed(limits) + waiting)
    if calls_per_second:
        keep_pace(client, Pace(calls_per_second))
    return client


def _leave_room(client: BaseClient, longest: float) -> None:
    """Lets calls that take so long begin only while messages can be sent for a while after them."""
    RUN.bound(client, longest + ROOM + _seconds_needed(TOPIC_CALLS))


def _seconds_needed(limits: CallLimits) -> float:
    """The seconds that must be left when a call under these limits begins: its own, and a write's."""
    return limits.longest + TABLE_CALLS.longest + SPARE
