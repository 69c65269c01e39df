"""Faults of the API around the simulated ECS: throttling, failing calls, answers from before.

Chance is the seed's and that of the call (its operation and how many came before), so that a run repeats
whatever else goes on beside it. Faults in the delivery of events are in `delivery`.
"""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..api.ecs import SimulatedEcs
from ..engine.chance import seeded
from ..engine.errors import ApiError, throttled
from ..engine.shapes import Answer, Fields

ALL = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often what goes wrong, each between 0 (never) and 1 (always).

    `throttle` and `throttle_every` go by operation, `*` for all that are not named: a chance, and "each n-th
    call". A stale DescribeTasks answers as `stale_versions` versions ago, and MISSING for a task younger than
    that. An event is dropped, or delivered twice; each delivery may come after up to three later ones
    (`reorder`) or up to `delay_seconds` of the clock late (`delay`).
    """

    throttle: Mapping[str, float] = field(default_factory=dict)
    throttle_every: Mapping[str, int] = field(default_factory=dict)
    stale: float = 0
    stale_versions: int = 1
    drop: float = 0
    duplicate: float = 0
    reorder: float = 0
    delay: float = 0
    delay_seconds: float = 60


class FaultyEcs:
    """The simulated ECS as its callers see it on a bad day; what it refuses, it has not done."""

    def __init__(self, ecs: SimulatedEcs, rates: Rates, *, seed: int = 0) -> None:
        self._ecs = ecs
        self._rates = rates
        self._seed = seed
        self._calls: Counter[str] = Counter()
        self._failing: defaultdict[str, deque[ApiError]] = defaultdict(deque)
        self._past: defaultdict[str, deque[Fields]] = defaultdict(self._memory)
        self._lock = threading.Lock()
        if rates.stale:
            ecs.listen(self._remember)

    def call(self, operation: str, request: Fields) -> Answer:
        with self._lock:
            self._calls[operation] += 1
            nth = self._calls[operation]
            if self._failing[operation]:
                raise self._failing[operation].popleft()
        chance = seeded(self._seed, operation, nth)
        if self._throttles(operation, nth, chance.random()):
            raise throttled()
        answer = self._ecs.call(operation, request)
        stale = operation == "DescribeTasks" and chance.random() < self._rates.stale
        return self._as_before(answer) if stale else answer

    def fail_next(self, operation: str, error: ApiError, times: int = 1) -> None:
        """The next calls of the operation fail with this error, before any other fault."""
        self._failing[operation].extend([error] * times)

    def _throttles(self, operation: str, nth: int, chance: float) -> bool:
        every = _for(operation, self._rates.throttle_every)
        return chance < _for(operation, self._rates.throttle) or bool(every and nth % every == 0)

    def _as_before(self, answer: Answer) -> Answer:
        tasks, failures = [], list(answer["failures"])
        for task in answer["tasks"]:
            before = self._before(task)
            if before is None:
                failures.append({"arn": task["taskArn"], "reason": "MISSING"})
            else:
                tasks.append({**before, "tags": task["tags"]})
        return {"tasks": tasks, "failures": failures}

    def _before(self, task: Fields) -> Fields | None:
        """The task some versions ago; as it is if it was not seen then, None if it was not there."""
        past = self._past.get(task["taskArn"])
        version = task["version"] - self._rates.stale_versions
        if not past or past[0]["version"] > max(version, 1):
            return task
        return next((seen for seen in reversed(past) if seen["version"] <= version), None)

    def _remember(self, event: Answer) -> None:
        cluster, arn = event["detail"]["clusterArn"], event["detail"]["taskArn"]
        self._past[arn].extend(self._ecs.call("DescribeTasks", {"cluster": cluster, "tasks": [arn]})["tasks"])

    def _memory(self) -> deque[Fields]:
        return deque(maxlen=self._rates.stale_versions + 1)


def _for(operation: str, rates: Mapping[str, float]) -> float:
    return rates.get(operation, rates.get(ALL, 0))
