"""A deployed stack beside an ECS, for `sweep` and `audit`: services on ports of their own, or on moto."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.loaders import create_loader
from moto import mock_aws

from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.model.entry import LedgerEntry
from reconciler.parsing.event import parse_task_event as parse_event
from taskledger.local.table import create_table
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.api.server import EcsServer
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.engine.shapes import Answer
from taskledger.simulator.faults.api_faults import FaultyEcs, Rates
from tests.support.cloudformation import cloudformation
from tests.support.values import recording

REGION = "eu-central-1"
TABLE = "ledger"
MODELS = create_loader()  # of AWS's services, read once and not for each command
OUTPUTS = {"LedgerTableName": TABLE, "SweepFunctionName": "sweeper"}


@dataclass
class Lambda:
    """The sweep function: its environment, and what it answers; an error stands in place of all answers."""

    url: str
    environment: dict[str, str] = field(default_factory=dict)
    answer: bytes = b"{}"
    function_error: str | None = None
    error: tuple[int, str, str] | None = None
    invoked: list[bytes] = field(default_factory=list)
    silence: float = 0

    def respond(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if self.error:
            status, code, message = self.error
            return status, {"x-amzn-ErrorType": code}, json.dumps({"message": message}).encode()
        if path.endswith("/configuration"):
            return 200, {}, json.dumps({"Environment": {"Variables": self.environment}}).encode()
        self.invoked.append(body)
        time.sleep(self.silence)
        error = {"X-Amz-Function-Error": self.function_error} if self.function_error else {}
        return 200, error, self.answer


@dataclass
class Deployed:
    """What the commands find, and ways to make something happen in it."""

    clock: Clock
    ecs: SimulatedEcs
    api: FaultyEcs
    function: Lambda
    outputs: dict[str, str]
    ledger: DynamoLedger
    dynamodb: Any
    monkeypatch: pytest.MonkeyPatch
    lost: bool = False
    events: list[Answer] = field(default_factory=list)

    def receive(self, *events: Answer) -> None:
        """Records events of one task, as one batch of them."""
        self.ledger.record([recording(*map(parse_event, events))])

    def run(self, service: str = "web", cluster: str = "shop") -> str:
        """A running task, whose events have come unless they are lost."""
        self.ecs.call("CreateCluster", {"clusterName": cluster})
        arn = self.ecs.start_service_task(service, f"{service}:1", cluster=cluster)
        self.report(arn, "PENDING", "RUNNING")
        return arn

    def report(self, task_arn: str, *statuses: str) -> None:
        request = {"cluster": task_arn.rsplit("/", 2)[1], "task": task_arn}
        for status in statuses:
            self.ecs.call("SubmitTaskStateChange", request | {"status": status})
        if self.events and not self.lost:
            self.receive(*self.events)
        self.events.clear()

    def entry(self, task_arn: str) -> LedgerEntry:
        found = self.ledger.entry(task_arn)
        assert found
        return found

    def tamper(self, task_arn: str, name: str, value: dict[str, Any]) -> None:
        """Changes an attribute of the entry past the gate."""
        self.dynamodb.update_item(
            TableName=TABLE,
            Key={"pk": {"S": task_arn}, "sk": {"S": "ENTRY"}},
            UpdateExpression="SET #n = :v",
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues={":v": value},
        )

    def later(self, **span: float) -> None:
        self.clock.advance(timedelta(**span).total_seconds())


@dataclass
class Functions:
    """A stack of which the function alone is there."""

    function: Lambda
    outputs: dict[str, str]


@contextmanager
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    with cloudformation() as stacks, _lambda() as function:
        monkeypatch.setattr("botocore.session.create_loader", lambda *_: MODELS)
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", stacks.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", function.url)
        stacks.stacks["TaskLedger"] = outputs = dict(OUTPUTS)
        yield Functions(function, outputs)


@contextmanager
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """An ECS half an hour ago, when events began to come to an empty ledger."""
    now = datetime.now(UTC)  # noqa: TID251 - the commands live by the real clock, so ECS must too
    clock = Clock(now - timedelta(minutes=30))
    ecs = SimulatedEcs(clock, region=REGION)
    api = FaultyEcs(ecs, Rates())
    with functions(monkeypatch) as stack, EcsServer(api) as server, _moto():
        monkeypatch.setenv("AWS_ENDPOINT_URL_ECS", server.url)
        dynamodb = boto3.client("dynamodb", os.environ["AWS_DEFAULT_REGION"])
        create_table(dynamodb, TABLE)
        ledger = DynamoLedger(dynamodb, TABLE, timedelta(days=90))
        found = Deployed(clock, ecs, api, stack.function, stack.outputs, ledger, dynamodb, monkeypatch)
        ecs.listen(found.events.append)
        yield found


def _moto() -> Any:
    """For DynamoDB alone: what has its own port is let through."""
    return mock_aws(config={"core": {"passthrough": {"urls": [r"http://127\.0\.0\.1:"]}}})  # type: ignore[arg-type]  # the type lists every key as needed


@contextmanager
def _lambda() -> Iterator[Lambda]:
    http = _Http(("127.0.0.1", 0), _Handler)
    http.function = Lambda(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield http.function
    http.shutdown()
    http.server_close()
    thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    function: Lambda


class _Handler(BaseHTTPRequestHandler):
    server: _Http

    def do_GET(self) -> None:
        self._respond(b"")

    def do_POST(self) -> None:
        self._respond(self.rfile.read(int(self.headers["Content-Length"])))

    def _respond(self, body: bytes) -> None:
        status, headers, answer = self.server.function.respond(self.path, body)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        with suppress(ConnectionError):  # who asked may not have waited
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Nothing: the tests say what is wrong."""
