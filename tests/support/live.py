"""A simulated ECS over HTTP for `taskledger why`, whose clock and pauses are those of the simulation."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from taskledger.simulator.api.server import EcsServer
from taskledger.simulator.engine.errors import ApiError
from tests.support.running import Ran, taskledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    from taskledger.simulator.api.ecs import Ecs, SimulatedEcs
    from taskledger.simulator.engine.shapes import Answer, Fields

DENIED = ApiError("AccessDeniedException", "User is not authorized to perform this action")


@dataclass(slots=True)
class Live:
    """The ECS that the command asks; `denied` are the operations that it may not call.

    `calls` counts what it called, `after` is done after each pause of the command. The machine's clock is
    `ahead` of ECS's.
    """

    ecs: SimulatedEcs
    denied: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    answer: Callable[[str], Answer | None] = lambda _: None
    after: Callable[[], object] = lambda: None
    ahead: timedelta = timedelta(0)

    def call(self, operation: str, request: Fields) -> Answer:
        self.calls[operation] += 1
        if operation in self.denied:
            raise DENIED
        return self.answer(operation) or self.ecs.call(operation, request)

    def sleep(self, seconds: float) -> None:
        self.ecs.run_until(self.ecs.clock.now + timedelta(seconds=seconds))
        self.after()

    def why(self, *arguments: object, cluster: str = "shop") -> Ran:
        return taskledger("why", "--cluster", cluster, *arguments)


@contextmanager
def live(ecs: SimulatedEcs, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """The command asks this ECS, at its time, as long as the block runs."""
    found = Live(ecs)
    verb: Any = sys.modules["taskledger.verbs.why"]
    monkeypatch.setattr("taskledger.output.times.now", lambda: ecs.clock.now + found.ahead)
    monkeypatch.setattr(verb.time, "sleep", found.sleep)
    monkeypatch.setattr(verb, "CALLS_PER_SECOND", 100_000)
    with EcsServer(_as_ecs(found), clock=ecs.clock) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_ECS", server.url)
        yield found


def _as_ecs(found: Live) -> Ecs:
    return found
