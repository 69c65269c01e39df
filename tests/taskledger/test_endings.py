"""What AWS does not answer ends each verb with 2 and one line that says what to do; so does a defect."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import click
import pytest

from taskledger.__main__ import DEBUG, code_of
from taskledger.deployed import stack as deployed_stack
from taskledger.main import main
from tests.support.deployed import DeployedEcs, Deployment, Response
from tests.support.loopback import serve
from tests.support.running import taskledger, write
from tests.support.values import envelope

NOT_AWS = "What answers is not AWS: look at AWS_ENDPOINT_URL"
PAGE = b"<!DOCTYPE html><html><body>Sign in to the guest network</body></html>"
WRONG = {
    "Items": [{"pk": {"S": {}}, "sk": 5}],
    "Item": {"pk": 5},
    "Responses": [],
    "Successful": {},
    "clusterArns": {},
    "tasks": [{"createdAt": "never"}],
    "services": [5],
    "Environment": [],
    "UnprocessedItems": {"ledger": 5},
}
ANSWERS = {
    "a page": PAGE,
    "a page in XML": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
    "nothing": b"",
    "no text": b"\xff\xfe",
    "no end of lists": b"[" * 100_000,
    "of another service": b'{"status": "ok"}',
    "of a wrong shape": json.dumps(WRONG).encode(),
    "cut": b'<DescribeStacksResponse><DescribeStacksResult><Stacks>{"Items',
}
CALLS = [
    *((verb, "cloudformation.DescribeStacks") for verb in ("tasks", "services", "show", "findings")),
    *((verb, "cloudformation.DescribeStacks") for verb in ("incidents", "sweep", "audit", "send", "forget")),
    *(
        ("latency", call)
        for call in ("cloudformation.DescribeStacks", "dynamodb.Query", "dynamodb.BatchGetItem")
    ),
    *((verb, "dynamodb.Query") for verb in ("tasks", "services", "findings", "incidents", "audit", "forget")),
    *((verb, "dynamodb.GetItem") for verb in ("tasks", "show")),
    *((verb, "dynamodb.BatchGetItem") for verb in ("tasks", "show", "audit")),
    ("forget", "dynamodb.BatchWriteItem"),
    ("send", "sqs.SendMessageBatch"),
    *(("audit", f"ecs.{call}") for call in ("ListClusters", "ListTasks", "DescribeTasks", "ListServices")),
]


class _Answering:
    """Gives the answers of one call another body, before they are read."""

    def __init__(self, deployment: Deployment, call: str) -> None:
        self.body = b""
        connect = deployed_stack.connect

        def disturbed(session: Any, service: str, *config: Any) -> Any:
            client = connect(session, service, *config)
            if call.startswith(f"{service}."):
                client.meta.events.register_first(f"before-parse.{call}", self._replace)
            return client

        deployment.monkeypatch.setattr(deployed_stack, "connect", disturbed)

    def _replace(self, response_dict: dict[str, Any], **_: object) -> None:
        response_dict["body"] = self.body


@pytest.mark.parametrize(("verb", "call"), CALLS)
def test_what_is_no_answer(deployed_ecs: DeployedEcs, tmp_path: Path, verb: str, call: str) -> None:
    """A call that AWS does not answer is never an empty ledger, a cluster without tasks or an event sent."""
    saved = write(tmp_path / "event.json", json.dumps(envelope(1)))
    answering = _Answering(deployed_ecs.deployment, call)
    for kind, answering.body in ANSWERS.items():
        task = deployed_ecs.run()
        given = {"show": [task], "forget": [task, "--yes"], "send": [saved]}.get(verb, [])
        ran = taskledger(verb, *given)
        assert (kind, ran.code) == (kind, 2)
        assert NOT_AWS in ran.out + ran.err
        assert "guest network" not in ran.out + ran.err


@contextmanager
def hanging_up() -> Iterator[str]:
    """A server that closes each connection without an answer."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def hang_up() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=hang_up, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("options", [["--stack", "TaskLedger"], ["--table", "ledger"]])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((200, {"Content-Type": "text/html"}, PAGE), NOT_AWS),
        ((200, {"Transfer-Encoding": "chunked"}, b"no length"), "look at the network"),
        ((200, {"Content-Encoding": "gzip"}, b"not packed"), NOT_AWS),
        ((301, {"Location": "https://login.invalid/"}, b"moved"), NOT_AWS),
        ((307, {"Location": "https://login.invalid/"}, b""), NOT_AWS),
        ((403, {}, b""), NOT_AWS),
        ((404, {}, PAGE), NOT_AWS),
        ((400, {}, b'{"__type": 5, "message": {}}'), NOT_AWS),
        ((500, {}, b"[]"), NOT_AWS),
        ((502, {}, b"<html>Bad gateway</html>"), "Bad Gateway"),
        (None, "Connection was closed"),
    ],
)
def test_who_is_not_aws(
    monkeypatch: pytest.MonkeyPatch, options: list[str], answer: Response | None, error: str
) -> None:
    """A proxy, a login page, or what else is at an endpoint; one line says so, without what it said."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    with serve(lambda *_: answer) if answer else hanging_up() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        ran = taskledger("tasks", *options)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert error in ran.err


@pytest.mark.parametrize(
    ("profile", "error"),
    [
        ("credential_process = /no/such/command", "credentials can't be read"),
        ("credential_process = echo no JSON", "credentials can't be read"),
        ("credential_process = false", "credentials can't be used"),
        ("role_arn = arn:aws:iam::1:role/a\nweb_identity_token_file = /no/such/file", "can't be read"),
        ("region = no Region", "AWS_REGION"),
    ],
)
def test_a_profile_that_is_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, profile: str, error: str
) -> None:
    """What botocore says of it in one of many ways is one line with what to correct."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    place = "" if "region" in profile else "region = eu-central-1\n"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(write(tmp_path / "config", f"[default]\n{place}{profile}\n")))
    ran = taskledger("tasks", "--table", "ledger")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert error in ran.err


def _ended(monkeypatch: pytest.MonkeyPatch, error: Exception) -> int:
    """The exit code where a verb raises that."""

    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(main.commands["replay"], "callback", fail)
    monkeypatch.setattr(sys, "argv", ["taskledger", "replay", "a.json"])
    return code_of(main)


def test_a_defect_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody foresaw is one line with what to report, and 2: whether anything is wrong is not known."""
    assert _ended(monkeypatch, KeyError("a\x1b\nb")) == 2
    out, errors = capsys.readouterr()
    assert out == ""
    assert errors == (
        "Error: This is a defect of taskledger (KeyError: 'a\\x1b\\nb'): report it, with what"
        " TASKLEDGER_DEBUG=1 shows.\n"
    )


def test_a_defect_can_be_seen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The variable that the line names shows the whole traceback."""
    monkeypatch.setenv(DEBUG, "1")
    assert _ended(monkeypatch, KeyError("a")) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("Traceback")
    assert errors.endswith("KeyError: 'a'\n")


@pytest.mark.parametrize(("error", "code"), [(click.ClickException("no"), 1), (EOFError(), 1)])
def test_what_is_no_defect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    """What a verb ends with on purpose keeps its code; so does a question that gets no answer."""
    assert _ended(monkeypatch, error) == code
    assert "defect" not in capsys.readouterr().err
