"""What observing costs beside a bare loop that makes the same AWS calls, transport stubbed on both sides."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from reconciler.adapters.dynamodb.items.task import entry_items
from reconciler.adapters.dynamodb.items.task.tag_items import kept_tags
from reconciler.gate import history_row, succeed
from reconciler.handlers import observe
from reconciler.parsing.event import parse_task_event
from reconciler.settings.ledger import LedgerSettings
from reconciler.wiring.clients import table_client, task_client
from reconciler.wiring.observe import Services, connect_services
from tests.bench.account import Call, again, recording
from tests.bench.measure import Result, cpu_ratio

TAGS = {"team": "shop"}
SAMPLE = Path("events/fargate-life.json")
LIMITS = {1: 1.3, 10: 1.10, 100: 1.05}  # by the events in a batch
OWN_LIMIT = 1.6
PLAIN = Config(retries={"mode": "standard"})
CONTEXT = SimpleNamespace(
    function_name="observe",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-central-1:111122223333:function:observe",
    aws_request_id="1",
    get_remaining_time_in_millis=lambda: 600_000,
)


def run() -> Iterator[Result]:
    for size, limit in LIMITS.items():
        by_bare, by_own = ratios(size)
        yield Result(f"observe, batch of {size}, CPU by a bare boto3 loop", by_bare, limit)
        yield Result(f"observe, batch of {size}, CPU by that loop on its own clients", by_own, OWN_LIMIT)


def ratios(size: int) -> tuple[float, float]:
    """CPU of observe by its own calls made with boto3's clients as they come, and with its own clients."""
    ours, bare, own = sides(size)
    return cpu_ratio(ours, lambda: list(again(bare))), cpu_ratio(ours, lambda: list(again(own)))


def sides(size: int) -> tuple[Callable[[], None], list[Call], list[Call]]:
    """Observing a batch, and the calls that it makes: with boto3's clients as they come, with its own."""
    event = batch(size)
    session, services = stubbed(event)
    observe.services = lambda: services  # type: ignore[assignment]  # the composition root, for this run

    def ours() -> None:
        with redirect_stdout(io.StringIO()):  # where the metrics go
            observe.handler(event, CONTEXT)  # type: ignore[arg-type]  # what powertools reads of it

    ours()  # which marks the cluster, once
    own = {"ecs": services.tasks._client, "dynamodb": services.ledger._client}  # type: ignore[attr-defined]  # noqa: SLF001 - the adapters'
    calls: list[Call] = []
    stop = recording(own, calls)
    ours()
    stop()
    plain = {own[name]: session.client(name, config=PLAIN) for name in own}  # type: ignore[call-overload]  # one of two names
    return ours, [(plain[client], operation, parameters) for client, operation, parameters in calls], calls


def batch(size: int) -> dict[str, Any]:
    """As many events, each of a task of its own."""
    first = json.loads(SAMPLE.read_text())[2]
    return {"Records": [_message(number, first) for number in range(size)]}


def _message(number: int, event: dict[str, Any]) -> dict[str, Any]:
    task_id = event["detail"]["taskArn"].rsplit("/", 1)[1]
    body = json.dumps(event).replace(task_id, f"{number:032x}")
    return {"messageId": str(number), "body": body, "eventSource": "aws:sqs"}


def stubbed(event: dict[str, Any]) -> tuple[boto3.Session, Services]:
    """A session whose transport answers at once, and services on it."""
    observe.telemetry.metrics.namespace = "TaskLedger"
    session = boto3.Session("testing", "testing", region_name="eu-central-1")
    observe.telemetry.logger.registered_handler.setStream(io.StringIO())  # type: ignore[attr-defined]  # powertools' own
    old = json.dumps({"Attributes": _old_item(event)}).encode()
    described = json.dumps(
        {"tasks": [_described(record) for record in event["Records"]], "failures": []}
    ).encode()
    session.events.register("before-send.ecs", lambda **_: answer(described))
    session.events.register("before-send.dynamodb", lambda **_: answer(old))
    settings = LedgerSettings(table_name="ledger", retention=timedelta(days=90))
    return session, connect_services(settings, task_client(session, None), table_client(session))


def _described(record: dict[str, Any]) -> dict[str, Any]:
    detail = json.loads(record["body"])["detail"]
    times = {name: 1795165200.25 for name in detail if name.endswith("At")}
    return {**detail, **times, "tags": [{"key": name, "value": value} for name, value in TAGS.items()]}


def _old_item(event: dict[str, Any]) -> dict[str, Any]:
    """The entry of a version before, as every update gives it back; its tags are known by then."""
    shown = parse_task_event(json.loads(event["Records"][0]["body"]))
    before = replace(shown, state=replace(shown.state, version=2, last_status="PENDING", tags=TAGS))
    entry = replace(succeed(None, before), kept_tags=kept_tags(before, history_row(before)))
    values = entry_items.entry_values(entry, timedelta(days=90)) | entry_items.key(shown.state.task_arn)
    return json.loads(json.dumps(values, default=lambda raw: base64.b64encode(raw).decode()))


def answer(body: bytes) -> AWSResponse:
    raw = io.BytesIO(body)
    raw.stream = lambda: [body]  # type: ignore[attr-defined]  # as urllib3's response has it
    return AWSResponse("https://aws", 200, {}, raw)
