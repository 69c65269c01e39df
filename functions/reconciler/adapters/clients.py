"""Clients of AWS under limits: how long a call may take, how often it may be made, and when it may begin.

Every call of a run ends before the run does, or is not made: a client's call begins only while there is time
for its longest course and for what must follow it. So a dependency that never answers costs its own answers,
and nothing else.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.config import Config

from .aws import OutOfTime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.client import BaseClient
    from botocore.model import OperationModel

VERSION = "0.2.0.dev0"  # as pyproject.toml has it, which is not there where this runs

_LONGEST_PAUSE = 20.0  # seconds, as botocore's standard retries have it
# What botocore would do for each call again. Tests validate the requests of the functions, so those deployed
# need not; and a user agent that is given is not put together anew.
DEPLOYED = Config(user_agent=f"task-ledger-for-amazon-ecs/{VERSION}", parameter_validation=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """Seconds to connect and to wait for an answer, and how many attempts there are in all."""

    connect: float
    read: float
    attempts: int

    @property
    def longest(self) -> float:
        """Seconds until the last attempt has failed, with the longest pauses that botocore may make."""
        pauses = (min(2.0**retry, _LONGEST_PAUSE) for retry in range(self.attempts - 1))
        return self.attempts * (self.connect + self.read) + sum(pauses)


def client_config(limits: CallLimits, *, connections: int = 10, adaptive: bool = False) -> Config:
    """Settings for a client under these limits; an adaptive one slows down while it is throttled."""
    return Config(
        retries={"mode": "adaptive" if adaptive else "standard", "total_max_attempts": limits.attempts},
        connect_timeout=limits.connect,
        read_timeout=limits.read,
        max_pool_connections=connections,
    )


def deployed_config(limits: CallLimits, *, connections: int = 10, adaptive: bool = False) -> Config:
    """The same for a client of a function: it names us and our version to AWS, and validates no request."""
    return client_config(limits, connections=connections, adaptive=adaptive).merge(DEPLOYED)


class Deadline:
    """The end of the run under way; without one, there is no end."""

    def __init__(self) -> None:
        self._end = math.inf

    @contextmanager
    def run(self, seconds: float) -> Iterator[None]:
        """A run that is over in so many seconds."""
        self._end = time.monotonic() + seconds
        try:
            yield
        finally:
            self._end = math.inf

    def bound(self, client: BaseClient, needed: float) -> None:
        """Lets calls of the client begin only with so many seconds left; else they raise `OutOfTime`."""

        def check(model: OperationModel, **_: object) -> None:
            if time.monotonic() + needed > self._end:
                raise OutOfTime(operation=model.name)

        client.meta.events.register_first("before-call", check)


class Pace:
    """Lets calls through one after the other, at a steady rate at the most."""

    def __init__(self, calls_per_second: float) -> None:
        self._interval = 1 / calls_per_second
        self._next = 0.0

    def __call__(self) -> None:
        now = time.monotonic()
        if self._next > now:
            time.sleep(self._next - now)
        self._next = max(self._next, now) + self._interval


def keep_pace(client: BaseClient, pace: Callable[[], None]) -> None:
    """Lets each attempt of the client wait for its turn, retries as well."""
    client.meta.events.register_first("request-created", lambda **_: pace())
