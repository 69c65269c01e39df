"""Log lines in messages, from CloudWatch Logs to the queue: whatever a log does, the message goes out."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from reconciler.use_cases.checks.task_logs import MOST_BYTES, MOST_LINES
from taskledger.simulator.engine.errors import ApiError
from tests.reconciler.handlers.conftest import measured
from tests.support.container_logs import awslogs, cloudwatch, page
from tests.support.findings import killed
from tests.support.hanging import World, world
from tests.support.schema import violations
from tests.support.stream import batch
from tests.support.values import task_arn

Capsys = pytest.CaptureFixture[str]
POLICY = """
[[logs]]
service = "checkout*"
groups = ["/ecs/checkout"]
"""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY)
    monkeypatch.setenv("POLICY_FILE", str(policy))
    with world(monkeypatch) as found:
        found.hang()
        yield found


def publish(aws: World, *services: str, first: int = 0, **options: str | None) -> list[dict[str, Any]]:
    """The messages about killed tasks of these services; their container `app` logs with these options."""
    container = {"name": "app", "image": "i", "logConfiguration": awslogs(**options)}
    request = {"family": "checkout", "containerDefinitions": [container]}
    definition = aws.ecs.call("RegisterTaskDefinition", request)["taskDefinition"]["taskDefinitionArn"]
    changes = [
        killed(number, group=f"service:{name}", task_definition_arn=definition)
        for number, name in enumerate(services, first)
    ]
    assert aws.run("assess", batch(changes)) == {"batchItemFailures": []}
    documents = aws.documents()
    assert sorted(one["service"] for one in documents) == sorted(services)
    assert [problem for one in documents for problem in violations(one)] == []
    return documents


def texts(document: dict[str, Any]) -> list[str]:
    return [line["text"] for line in document["log"]["lines"]] if document["log"] else []


def refuse(operation: str, monkeypatch: pytest.MonkeyPatch, aws: World) -> None:
    """From now on ECS refuses that operation, and answers the others."""
    answer = aws.ecs.call

    def call(asked: str, request: dict[str, Any]) -> Any:
        if asked == operation:
            raise ApiError("AccessDeniedException", "no")
        return answer(asked, request)

    monkeypatch.setattr(aws.ecs, "call", call)


def test_the_last_lines_are_in_the_message(aws: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the container that failed, without the secret in them, with the stream that has them all."""
    lines = ["starting", "password=hunter2", "\x1b[31mout of memory\x1b[0m"]
    with cloudwatch(
        monkeypatch, lambda asked: page("b/1", [] if "nextToken" in asked else lines)
    ) as requests:
        (document,) = publish(aws, "checkout")
    task_id = task_arn(0).rpartition("/")[2]
    assert texts(document) == ["starting", "password=REDACTED", "out of memory"]
    assert document["log"] | {"lines": []} == {
        "taskArn": task_arn(0),
        "container": "app",
        "logGroup": "/ecs/checkout",
        "logStream": f"web/app/{task_id}",
        "lines": [],
    }
    assert document["links"]["logStream"].endswith(f"/log-events/web$252Fapp$252F{task_id}")
    assert {one["logStreamName"] for one in requests} == {f"web/app/{task_id}"}


@pytest.mark.parametrize(
    ("service", "group"),
    [("payments", "/ecs/checkout"), ("checkout", "/ecs/other")],
    ids=["service", "group"],
)
def test_no_log_is_read_that_is_not_named(
    aws: World, monkeypatch: pytest.MonkeyPatch, service: str, group: str
) -> None:
    """Neither of another service, nor of another group; the link is there all the same."""
    with cloudwatch(monkeypatch, lambda _: page("b/1", ["a line"])) as requests:
        (document,) = publish(aws, service, group=group)
    assert (document["log"], requests) == (None, [])
    assert document["links"]["logStream"]


def test_an_empty_log(aws: World, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    """However many pages it has without a line, the message has none, and nothing went wrong."""
    with cloudwatch(monkeypatch, lambda asked: page(asked.get("nextToken", "b/") + "1", [])):
        (document,) = publish(aws, "checkout")
    assert document["log"] is None
    assert "OptionalCallsRefused" not in measured(capsys, "assess")


@pytest.mark.parametrize(
    "code", ["ResourceNotFoundException", "AccessDeniedException", "ThrottlingException"]
)
def test_a_log_that_refuses(aws: World, monkeypatch: pytest.MonkeyPatch, capsys: Capsys, code: str) -> None:
    """The message has no lines; unless there is no such stream, that is counted once, however many ask."""
    with cloudwatch(monkeypatch, lambda _: code) as requests:
        documents = publish(aws, "checkout", "checkout-2", "checkout-3")
    absent = code == "ResourceNotFoundException"
    assert [one["log"] for one in documents] == [None] * 3
    assert len(requests) == (3 if absent else 1)
    assert measured(capsys, "assess").get("OptionalCallsRefused") == (None if absent else 1)


@pytest.mark.parametrize("messages", [["x" * 1_000_000], ['\u00fc"\\' * 500] * 100, ["a line\n" * 140_000]])
def test_a_huge_log(aws: World, monkeypatch: pytest.MonkeyPatch, messages: Sequence[str]) -> None:
    """Of it the message has the newest lines, so many at the most, and of so many bytes."""
    with cloudwatch(monkeypatch, lambda _: page("b/1", messages)):
        (document,) = publish(aws, "checkout")
    found = texts(document)
    assert 0 < len(found) <= MOST_LINES
    assert sum(len(text.encode()) for text in found) <= MOST_BYTES


@contextmanager
def dripping() -> Iterator[str]:
    """The URL of a server whose answers never end, a byte at a time."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=_drip, args=(server,), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def _drip(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(60):
            connection.sendall(b" ")
            time.sleep(0.05)


def test_a_log_that_drips(aws: World, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    """No single answer lasts too long, and all of it does: after two seconds nobody waits for it."""
    with dripping() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", url)
        documents = publish(aws, "checkout", "checkout-2")
    assert [one["log"] for one in documents] == [None, None]
    assert measured(capsys, "assess")["OptionalCallsRefused"] == 1


def test_a_log_that_never_answers(aws: World, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    """It is waited for once, however many messages should have had its lines."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", aws.hanging_url)
    documents = publish(aws, "checkout", "checkout-2", "checkout-3")
    assert [one["log"] for one in documents] == [None] * 3
    assert measured(capsys, "assess")["OptionalCallsRefused"] == 1


def test_the_next_run_asks_again(aws: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed in one run may be answered in the next."""
    answers = iter(["ThrottlingException", page("b/1", ["a line"] * 20)])
    with cloudwatch(monkeypatch, lambda _: next(answers)):
        assert [texts(one) for one in publish(aws, "checkout")] == [[]]
        assert [texts(one) for one in publish(aws, "checkout-2", first=1)] == [["a line"] * 20]


def test_without_the_right_to_ask(aws: World, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    """Where task definitions may not be read, messages have no link to a log; that is counted once."""
    refuse("DescribeTaskDefinition", monkeypatch, aws)
    documents = publish(aws, "checkout", "payments")
    assert [one["links"]["logStream"] for one in documents] == [None, None]
    assert measured(capsys, "assess")["OptionalCallsRefused"] == 1
