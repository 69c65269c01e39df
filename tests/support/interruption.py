"""What may come between a run and its end: a call that fails, a process that dies, something that happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from taskledger.simulator.engine.errors import ApiError
from taskledger.simulator.faults.api import ApiChance
from taskledger.simulator.faults.delivery import DeliveryChance


class Killed(BaseException):
    """The process is gone; whatever it would have done next is not done."""


@dataclass
class Turn:
    """The calls of one run: before the n-th of one name something happens, and a dead process makes none."""

    name: str
    nth: int
    act: Callable[[], object]
    calls: int = 0
    dead: bool = False

    def step(self, name: str) -> None:
        if self.dead:
            raise Killed
        self.calls += name == self.name
        if name == self.name and self.calls == self.nth:
            self.act()

    def around(self, port: Any) -> Any:
        return Stepped(port, self)


@dataclass
class Stepped:
    """A port whose calls are counted; a batch that is killed is half done."""

    port: Any
    turn: Turn

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.port, name)

        def stepped(*given: Any, **named: Any) -> Any:
            self.turn.step(name)
            if self.turn.dead and name == "record":
                call(given[0][: len(given[0]) // 2])
            if self.turn.dead:
                raise Killed
            return call(*given, **named)

        return stepped


ERRORS = (
    ApiError("ThrottlingException", "Rate exceeded"),
    ApiError("ServerException", "made up", 500),
    ApiError("ClientException", "made up"),
    ApiError("AccessDeniedException", "made up"),
    ApiError("ClusterNotFoundException", "made up"),
    ApiError("InvalidParameterException", "made up"),
)
OPERATIONS = ("ListClusters", "ListTasks", "DescribeTasks", "GetTaskProtection")
CALLS = (
    *("clusters", "list_tasks", "describe", "protection"),
    *("record", "record_protection", "mark_missing", "mark_passing", "close"),
    *("entries", "history", "open_tasks", "protected"),
    *("acquire", "checkpoint", "release"),
)
some_rates = st.sampled_from([0, 0, 0.2, 0.5])
api_chances = st.builds(
    ApiChance,
    throttle=st.dictionaries(st.sampled_from(["*", *OPERATIONS]), some_rates, max_size=2),
    stale=st.sampled_from([0, 0, 0.3, 1]),
    stale_versions=st.integers(1, 3),
)
delivery_chances = st.builds(
    DeliveryChance,
    drop=some_rates,
    duplicate=some_rates,
    reorder=some_rates,
    delay=some_rates,
    delay_seconds=st.just(1200),
)
interruptions = st.tuples(
    st.sampled_from(["kill", "error", "bug", "events", "stops", "sweep", "watch"]),
    st.sampled_from(CALLS),
    st.integers(1, 2),
)
Interruption = tuple[str, str, int]
NONE: Interruption = ("nothing", "", 0)
