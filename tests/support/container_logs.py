"""A simulated ECS whose containers log to CloudWatch Logs on moto, or to one that answers as a test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from reconciler.model.task import Container, TaskState
from taskledger.live.logs.read import Logs, last_lines
from taskledger.simulator.api.client import connect
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from tests.support.loopback import serve
from tests.support.values import state, task_arn

REGION = "eu-central-1"
OPTIONS = {"awslogs-group": "/ecs/checkout", "awslogs-region": REGION, "awslogs-stream-prefix": "web"}
# CloudWatch Logs takes no events of long ago.
NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251

Answer = Mapping[str, object] | str
"""Of GetLogEvents: the fields of an answer, or the code of an error."""


class Desk:
    """Task definitions with their log configurations, tasks of them, and what is read of their logs."""

    def __init__(self) -> None:
        self.session = boto3.Session(region_name=REGION)
        self.simulated = SimulatedEcs(Clock(), region=REGION)
        connect(self.session, self.simulated)
        self.ecs = self.session.client("ecs")
        self.asked: list[str] = []
        self.ecs.meta.events.register("before-call", lambda model, **_: self.asked.append(model.name))
        self._count = 0

    def task(self, *containers: Mapping[str, Any], **values: Any) -> TaskState:
        """A task of a new task definition with these containers; by default `app`, which logs by OPTIONS."""
        found = containers or ({"name": "app", "logConfiguration": awslogs()},)
        definition = self.ecs.register_task_definition(
            family="checkout", containerDefinitions=[{"image": "i", **one} for one in found]
        )["taskDefinition"]["taskDefinitionArn"]
        names = tuple(Container(name=one["name"], exit_code=1) for one in found)
        return self.another(definition, containers=names, **values)

    def another(self, task_definition_arn: str | None, **values: Any) -> TaskState:
        self._count += 1
        facts = {"task_arn": task_arn(self._count), "task_definition_arn": task_definition_arn}
        return state(**(facts | values))

    def write(
        self, task: TaskState, *messages: str, group: str = "/ecs/checkout", region: str = REGION
    ) -> None:
        """Messages of its container `app`, a second apart, the last one NOW."""
        logs: Any = self.session.client("logs", region_name=region)  # type: ignore[call-overload]
        stream = {"logGroupName": group, "logStreamName": f"web/app/{task.task_id}"}
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(**stream)
        times = [NOW - timedelta(seconds=back) for back in range(len(messages))][::-1]
        events = [
            {"timestamp": int(time.timestamp() * 1000), "message": message}
            for time, message in zip(times, messages, strict=True)
        ]
        logs.put_log_events(**stream, logEvents=events)

    def read(self, *tasks: TaskState, most: int = 20) -> Logs:
        """The logs of all their containers."""
        asked = [(task, [one.name for one in task.containers]) for task in tasks]
        return last_lines(self.ecs, self.session, asked, most)


@contextmanager
def desk() -> Iterator[Desk]:
    """CloudWatch Logs is moto's, unless the environment names another on this machine."""
    config: Any = {"core": {"passthrough": {"urls": [r"http://127\.0\.0\.1:"]}}}
    with mock_aws(config=config):
        yield Desk()


def awslogs(**options: str | None) -> dict[str, Any]:
    """The log configuration by OPTIONS and these: `group`, `region`, `stream_prefix`; None leaves one out."""
    changed = {f"awslogs-{name.replace('_', '-')}": value for name, value in options.items()}
    left = {name: value for name, value in (OPTIONS | changed).items() if value is not None}
    return {"logDriver": "awslogs", "options": left}


@contextmanager
def cloudwatch(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[dict[str, Any]], Answer]
) -> Iterator[list[dict[str, Any]]]:
    """A CloudWatch Logs that answers each request so; yields the requests."""
    requests: list[dict[str, Any]] = []

    def respond(_: str, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        requests.append(json.loads(body))
        found = answer(requests[-1])
        fields = {"__type": found, "message": "no"} if isinstance(found, str) else found
        return (400 if isinstance(found, str) else 200), {}, json.dumps(fields).encode()

    with serve(respond) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", url)
        yield requests


def page(token: str, messages: Sequence[str]) -> Answer:
    """A page of events of NOW, and the token of the one before it."""
    at = int(NOW.timestamp() * 1000)
    return {
        "events": [{"timestamp": at, "message": message} for message in messages],
        "nextBackwardToken": token,
    }
