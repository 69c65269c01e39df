"""What becomes of errors of ECS: their kinds, retries, and connections that break."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError

from reconciler.adapters.clients import CallLimits, client_config, keep_pace
from reconciler.adapters.ecs import EcsTasks
from reconciler.errors import LedgerError, TerminalError, TransientError
from reconciler.ports.ecs import Listing
from taskledger.simulator.api.client import connect
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.errors import ApiError
from taskledger.simulator.faults.api import ApiChance, FaultyEcs
from tests.reconciler.adapters.test_ecs import (
    CALLS,
    ONE_TRY,
    Answering,
    client,
    documented,
    service_tasks,
    tasks_of,
)
from tests.support.values import CLUSTER


@pytest.mark.parametrize(("operation", "code", "kind"), list(documented()))
def test_each_documented_error_is_of_its_kind(operation: str, code: str, kind: type[LedgerError]) -> None:
    """What can pass is transient, what cannot is terminal, and a deleted cluster has an error of its own."""
    status = 500 if code == "ServerException" else 400
    with pytest.raises(LedgerError, match=code) as caught:
        CALLS[operation](tasks_of(Answering(ApiError(code, "no", status))))
    assert type(caught.value) is kind


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("NeverHeardOf", 503, TransientError),
        ("NeverHeardOf", 429, TransientError),
        ("NeverHeardOf", 400, TerminalError),
        ("ExpiredTokenException", 400, TerminalError),
    ],
)
def test_any_other_error_goes_by_its_status(
    operation: str, code: str, status: int, kind: type[LedgerError]
) -> None:
    """An error that nobody documents is transient if HTTP says so."""
    with pytest.raises(kind):
        CALLS[operation](tasks_of(Answering(ApiError(code, "no", status))))


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("error", [ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError])
def test_a_connection_that_fails_is_transient(operation: str, error: Any) -> None:
    """No answer in time, or none at all, says nothing of anything."""
    with pytest.raises(TransientError):
        CALLS[operation](tasks_of(Answering(error(endpoint_url="https://ecs"))))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\n"
BODY = b'{"clusterArns": [], "taskArns": [], "tasks": [], "failures": []}'


@contextmanager
def endpoint(answer: bytes) -> Iterator[str]:
    """A server that sends these bytes to whoever connects, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Ty",
        HEAD + b"Content-Length: 64\r\n\r\n" + BODY[:30],
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n40\r\n" + BODY[:30],
        HEAD + b"Content-Length: 30\r\n\r\n" + BODY[:30],
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 13\r\n\r\n<html></html>",
    ],
    ids=["no word", "half a head", "half a body", "half a chunk", "half a document", "a proxy's page"],
)
def test_a_dropped_connection_is_transient(operation: str, answer: bytes) -> None:
    """An answer that breaks off anywhere is no answer, and above all not an empty one."""
    with endpoint(answer) as url:
        made = boto3.client("ecs", "eu-central-1", endpoint_url=url, config=ONE_TRY)
        with pytest.raises(TransientError):
            CALLS[operation](EcsTasks(made))
        made.close()


LIMITS = CallLimits(connect=1, read=5, attempts=5)


def test_a_throttled_call_is_tried_again(ecs: SimulatedEcs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list goes on where a page was throttled; the sweep's client slows down by itself as well."""
    started = service_tasks(ecs, 250)
    monkeypatch.setattr("time.sleep", lambda _: None)
    made = boto3.client("ecs", "eu-central-1", config=client_config(LIMITS))
    connect(made, FaultyEcs(ecs, ApiChance(throttle_every={"ListTasks": 2})))
    assert EcsTasks(made).list_tasks(CLUSTER, Listing.RUNNING) == started
    assert client_config(LIMITS, adaptive=True).retries == {"mode": "adaptive", "total_max_attempts": 5}


def test_calls_keep_pace(ecs: SimulatedEcs) -> None:
    """Before each call, each page and each hundred included, the pace is asked."""
    started, steps = service_tasks(ecs, 150), iter(range(100))
    made = client(ecs)
    keep_pace(made, lambda: next(steps))
    tasks = EcsTasks(made)
    tasks.clusters()
    tasks.list_tasks(CLUSTER, Listing.RUNNING)
    tasks.describe(CLUSTER, started)
    tasks.protection(CLUSTER, started)
    assert next(steps) == 1 + 2 + 2 + 2


def test_nothing_to_ask(ecs: SimulatedEcs) -> None:
    """No tasks are no call: ECS refuses an empty list."""
    nothing: Sequence[str] = ()
    tasks = tasks_of(Answering(ApiError("InvalidParameterException", "tasks can not be empty.")))
    assert (tasks.describe(CLUSTER, nothing), tasks.protection(CLUSTER, nothing)) == ({}, {})
