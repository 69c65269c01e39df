"""ECS as the functions meet it on a bad day: throttled, stale, slow, misread; each call is one of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...simulator.engine.errors import ApiError
from ...simulator.faults.api import FaultyEcs
from .kinds import Fault
from .letters import misread

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from ...simulator.api.ecs import SimulatedEcs
    from ...simulator.engine.shapes import Answer, Fields
    from ...simulator.faults.api import Decision
    from .calls import Runs
    from .letters import Said
    from .rates import Rates

_LONGEST = 20  # seconds that a slow call takes, in which everything else goes on


class BadEcs:
    """The simulated ECS with faults around it, at `rates` that may be changed.

    `meanwhile` lets others go on for so many seconds, `is_fresh` says which tasks changed just now.
    """

    def __init__(self, ecs: SimulatedEcs, rates: Rates, chance: Random, runs: Runs, said: Said) -> None:
        self.rates = rates
        self.meanwhile: Callable[[float], object] = lambda _: None
        self.is_fresh: Callable[[Fields], bool] = lambda _: True
        self._faulty = FaultyEcs(ecs, self._decide)
        self._chance, self._runs, self._said = chance, runs, said

    def call(self, operation: str, request: Fields) -> Answer:
        struck = self._runs.before()
        answer = (
            self._slowly(operation, request) if self._is(self.rates.slow) else self._call(operation, request)
        )
        if self._is(self.rates.changed_answers):
            answer = self._misread(answer)
        self._runs.after(struck=struck)
        return answer

    def _slowly(self, operation: str, request: Fields) -> Answer:
        """The answer, which was made before others went on, or after."""
        self._runs.counts[Fault.SLOW] += 1
        made_before, seconds = self._is(0.5), self._chance.uniform(1, _LONGEST)
        if made_before:
            answer = self._call(operation, request)
            self.meanwhile(seconds)
            return answer
        self.meanwhile(seconds)
        return self._call(operation, request)

    def _call(self, operation: str, request: Fields) -> Answer:
        if "maxResults" in request:
            request = {**request, "maxResults": min(request["maxResults"], self.rates.page)}
        return self._faulty.call(operation, request)

    def _misread(self, answer: Answer) -> Answer:
        self._runs.counts[Fault.CHANGED_ANSWER] += 1
        found = misread(answer, self._chance)
        self._said.in_answer(found)
        return found

    def _decide(self, operation: str, nth: int) -> Decision:
        decision = self.rates.api(operation, nth)
        if isinstance(decision, ApiError):
            self._runs.counts[Fault.THROTTLED] += 1
        elif decision and operation == "DescribeTasks":
            self._runs.counts[Fault.STALE] += 1
            return lambda task: decision(task) if self.is_fresh(task) else int(task["version"])
        return decision

    def _is(self, rate: float) -> bool:
        return self._chance.random() < rate
