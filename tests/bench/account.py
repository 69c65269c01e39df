"""An account of any size on stubbed transport: running service tasks that the ledger knows exactly.

Answers are written to the requests as they come, from one sample, and none is kept.
"""

import base64
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from reconciler.adapters.dynamodb.items.service_items import PREFIX as SERVICES
from reconciler.adapters.dynamodb.items.task import entry_items
from reconciler.adapters.dynamodb.items.task.tag_items import kept_tags
from reconciler.gate import description, history_row, succeed
from reconciler.parsing.answer import parse_described_task
from taskledger.simulator.engine.shapes import from_event

SAMPLE = Path("events/fargate-life.json")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PREFIX = "arn:aws:ecs:eu-west-1:111122223333:"
PAGE = 100  # tasks in a page of ListTasks
KEYS = 3000  # keys of an index in a page of 1 MB
ID, CLUSTER = "e18d15b738378d055e9b878e0b150d5d", "shop"

Answers = Mapping[str, Callable[[Any], bytes]]
Call = tuple[Any, str, dict[str, Any]]  # the client, its method, and the arguments


class OfServices(Protocol):
    """What is answered of the services of each cluster."""

    def list_services(self, asked: Any) -> bytes: ...
    def describe_services(self, asked: Any) -> bytes: ...
    def rows(self, cluster: str) -> bytes: ...


class Account:
    """`clusters` clusters with as many tasks each, behind a session's clients."""

    def __init__(self, session: boto3.Session, *, clusters: int, tasks: int, services: OfServices) -> None:
        self._tasks, self._services = tasks, services
        self._names = [f"c{number:05d}" for number in range(clusters)]
        described = {
            **from_event(json.loads(SAMPLE.read_text())[2]["detail"]),
            "tags": [{"key": "team", "value": "shop"}],
        }
        self._described = _template(described)
        self._entry = _template(_entry(described))
        ecs: Answers = {
            "ListClusters": lambda _: json.dumps(
                {"clusterArns": [_cluster(name) for name in self._names]}
            ).encode(),
            "ListServices": services.list_services,
            "DescribeServices": services.describe_services,
            "ListTasks": self._list_tasks,
            "DescribeTasks": lambda asked: _several(
                self._described, asked["tasks"], b'{"tasks":[%b],"failures":[]}'
            ),
            "GetTaskProtection": lambda asked: _several(
                _UNPROTECTED, asked["tasks"], b'{"protectedTasks":[%b],"failures":[]}'
            ),
        }
        dynamodb: Answers = {
            "Query": self._query,
            "BatchGetItem": self._batch_get,
            "UpdateItem": lambda _: b'{"Attributes":{"began":{"N":"1795165200000"}}}',
        }
        session.events.register("before-send.ecs", sender(ecs))
        session.events.register("before-send.dynamodb", sender(dynamodb))

    def _list_tasks(self, asked: Any) -> bytes:
        start = int(asked.get("nextToken", "0"))
        end = min(start + PAGE, self._tasks) if asked["desiredStatus"] == "RUNNING" else 0
        name = asked["cluster"].rsplit("/", 1)[1]
        answer: dict[str, Any] = {"taskArns": [_task(name, number) for number in range(start, end)]}
        if start < end < self._tasks:
            answer["nextToken"] = str(end)
        return json.dumps(answer).encode()

    def _query(self, asked: Any) -> bytes:
        """The clusters that the ledger knows, the services of one, or a page of the index of open tasks."""
        partition = asked["ExpressionAttributeValues"].get(":pk", {}).get("S", "")
        if partition.startswith(SERVICES):
            return self._services.rows(partition.rsplit("/", 1)[1])
        if "IndexName" not in asked:
            return json.dumps(
                {"Items": [{"pk": {"S": "CLUSTERS"}, "sk": {"S": _cluster(name)}} for name in self._names]}
            ).encode()
        cluster = asked["ExpressionAttributeValues"][":cluster"]["S"]
        last = asked.get("ExclusiveStartKey", {}).get("pk", {}).get("S")
        start = int(last.rsplit("/", 1)[1], 16) + 1 if last else 0
        found = [_open(cluster, number) for number in range(start, min(start + KEYS, self._tasks))]
        more = start + KEYS < self._tasks
        return json.dumps({"Items": found} | ({"LastEvaluatedKey": found[-1]} if more else {})).encode()

    def _batch_get(self, asked: Any) -> bytes:
        arns = [key["pk"]["S"] for key in asked["RequestItems"]["ledger"]["Keys"]]
        return _several(self._entry, arns, b'{"Responses":{"ledger":[%b]},"UnprocessedKeys":{}}')


def _cluster(name: str) -> str:
    return f"{PREFIX}cluster/{name}"


def _task(cluster: str, number: int) -> str:
    return f"{PREFIX}task/{cluster}/{number:032x}"


def _open(cluster_arn: str, number: int) -> dict[str, Any]:
    arn = _task(cluster_arn.rsplit("/", 1)[1], number)
    return {
        "pk": {"S": arn},
        "sk": {"S": "ENTRY"},
        "clusterArn": {"S": cluster_arn},
        "openSince": {"N": "1795165200000"},
    }


def _entry(described: Mapping[str, Any]) -> Any:
    seen = description(parse_described_task(described), NOW - timedelta(hours=1))
    entry = replace(succeed(None, seen), kept_tags=kept_tags(seen, history_row(seen)))
    values = entry_items.entry_values(entry, timedelta(days=90)) | entry_items.key(entry.state.task_arn)
    values["openSince"] = {"N": "1795165200000"}
    return json.loads(json.dumps(values, default=lambda raw: base64.b64encode(raw).decode()))


def _template(sample: Any) -> Sequence[Sequence[bytes]]:
    """The sample's text, parted at the cluster's name and within that at the task's id."""
    text = json.dumps(sample).replace(f"/{CLUSTER}/", "/\0/").replace(f'cluster/{CLUSTER}"', 'cluster/\0"')
    return [part.encode().split(ID.encode()) for part in text.split("\0")]


_UNPROTECTED = _template({"taskArn": f"{PREFIX}task/{CLUSTER}/{ID}", "protectionEnabled": False})


def _several(template: Sequence[Sequence[bytes]], arns: Sequence[str], answer: bytes) -> bytes:
    return answer % b",".join(_one(template, *arn.encode().rsplit(b"/", 2)[1:]) for arn in arns)


def _one(template: Sequence[Sequence[bytes]], cluster: bytes, task_id: bytes) -> bytes:
    return cluster.join([task_id.join(part) for part in template])


def sender(answers: Answers) -> Callable[..., AWSResponse]:
    def send(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rsplit(".", 1)[1]
        body = answers[operation](json.loads(request.body or b"{}"))
        raw = io.BytesIO(body)
        raw.stream = lambda: [body]  # type: ignore[attr-defined]  # as urllib3's response has it
        return AWSResponse("https://aws", 200, {}, raw)

    return send


def recording(clients: Mapping[str, Any], calls: list[Call]) -> Callable[[], None]:
    """Keeps each call as it could be made again, until what is returned is called."""

    def keeper(client: Any) -> Callable[..., None]:
        methods = {operation: name for name, operation in client.meta.method_to_api_mapping.items()}
        return lambda params, model, **_: calls.append((client, methods[model.name], params))

    for service, client in clients.items():
        client.meta.events.register(f"provide-client-params.{service}", keeper(client), unique_id="keep")

    def stop() -> None:
        for service, client in clients.items():
            client.meta.events.unregister(f"provide-client-params.{service}", unique_id="keep")

    return stop


def again(calls: Sequence[Call]) -> Iterator[object]:
    """The bare loop: each call once more, and nothing made of its answer."""
    for client, operation, parameters in calls:
        yield getattr(client, operation)(**parameters)
