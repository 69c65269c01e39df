"""No call of a run can outlast the run: the numbers that the clients are made with, against the timeouts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest

from reconciler.handlers import sweep as sweep_module
from reconciler.wiring import clients
from tests.support.hanging import TIMEOUTS, connect, environment

CALLED = {
    "observe": {"ecs", "dynamodb"},
    "assess": {"ecs", "dynamodb", "sns"},
    "watch": {"ecs", "dynamodb", "sns"},
    "sweep": {"ecs", "dynamodb", "sns"},
}
BEGINNING = 5  # seconds of a run, at least, in which calls may begin
MESSAGES = 100  # that a run may have to send


class Handler:
    """The clock of a handler, for which the services are made."""

    @staticmethod
    def _now() -> None: ...


@dataclass
class Bounds:
    """In the place of `RUN`: each client with the seconds that must be left when a call of it begins."""

    bounds: list[tuple[Any, float]] = field(default_factory=list)

    def bound(self, client: Any, needed: float) -> None:
        self.bounds.append((client, needed))


@pytest.fixture(params=CALLED)
def function(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bounds(function: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Any, float]]]:
    """The clients that the function works with, and their bounds."""
    found = Bounds()
    monkeypatch.setattr(clients, "RUN", found)
    with environment(monkeypatch):
        connect(function, Handler)
        yield found.bounds


def longest(client: Any) -> float:
    """Seconds until a call of the client has failed for good, by what its own settings say."""
    config = client.meta.config
    attempts = config.retries["total_max_attempts"]
    pauses = sum(min(2**retry, 20) for retry in range(attempts - 1))
    return float(attempts * (config.connect_timeout + config.read_timeout) + pauses)


def is_optional(client: Any) -> bool:
    """Whether it only adds to messages: its calls are not tried again."""
    return client.meta.config.retries["total_max_attempts"] == 1


def service(client: Any) -> str:
    return str(client.meta.service_model.service_name)


def test_every_client_is_bound(function: str, bounds: list[tuple[Any, float]]) -> None:
    """A function has no client that may begin a call whenever it likes."""
    assert {service(client) for client, _ in bounds} == CALLED[function]


def test_each_call_ends_before_its_run(bounds: list[tuple[Any, float]]) -> None:
    """What must be left when a call begins is its longest course, a write after it, and time to answer."""
    write = max(longest(client) for client, _ in bounds if service(client) == "dynamodb")
    for client, needed in bounds:
        after = 0 if service(client) == "dynamodb" else write
        assert needed >= longest(client) + after + 1, service(client)


def test_calls_have_time_to_begin(function: str, bounds: list[tuple[Any, float]]) -> None:
    """Each function has at least five seconds in which calls of every kind may begin."""
    for client, needed in bounds:
        assert TIMEOUTS[function] - needed >= BEGINNING, service(client)


@pytest.mark.parametrize("function", ["assess", "watch"])
def test_slow_logs_leave_time_for_messages(function: str, bounds: list[tuple[Any, float]]) -> None:
    """After the last call about where or what a container logs, however many there were, a hundred are sent.

    Such a call may be almost as slow as it is allowed to be, for each message, and never fail.
    """
    clients.logs_client(boto3.Session(), "eu-central-1")
    (message,) = (needed for client, needed in bounds if service(client) == "sns")
    optional = {service(client): (client, needed) for client, needed in bounds if is_optional(client)}
    assert optional.keys() == {"ecs", "logs"}
    for client, needed in optional.values():
        left = needed - longest(client) - message
        assert left >= MESSAGES * 0.08, service(client)
        assert TIMEOUTS[function] - needed >= BEGINNING, service(client)


@pytest.mark.parametrize("function", ["sweep"])
def test_a_sweep_stops_while_it_can_still_ask(bounds: list[tuple[Any, float]]) -> None:
    """The sweep begins no hundred of tasks in the time in which it may not ask ECS, and has time for some."""
    asking = ((client, needed) for client, needed in bounds if not is_optional(client))
    needed = max(needed for client, needed in asking if service(client) == "ecs")
    assert needed <= sweep_module.SPARE / 1000
    assert TIMEOUTS["sweep"] - sweep_module.SPARE / 1000 >= BEGINNING
