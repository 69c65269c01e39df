"""Faults of the API around the simulated ECS: throttling, failing calls, answers from before."""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from ..api.ecs import SimulatedEcs
from ..engine.chance import seeded
from ..engine.errors import ApiError, throttled
from ..engine.shapes import Answer, Fields

Version = Callable[[Fields], int]
Decision = ApiError | Version | None  # the call fails, shows each task at that version, or is answered well
Decide = Callable[[str, int], Decision]  # by the operation, and which call of it this is, from 1


class ApiState(StrEnum):
    """How the API answers: well; not at all; or DescribeTasks as it would have when it became stale."""

    WELL = "well"
    THROTTLED = "throttled"
    STALE = "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiChance:
    """What goes wrong by the seed and the call alone, so that a run repeats whatever else goes on beside it.

    `throttle` (from 0 to 1) and `throttle_every` ("each n-th call") go by operation, `*` for all not named. A
    stale DescribeTasks answers as `stale_versions` versions ago, and MISSING for a task younger than that.
    """

    throttle: Mapping[str, float] = field(default_factory=dict)
    throttle_every: Mapping[str, int] = field(default_factory=dict)
    stale: float = 0
    stale_versions: int = 1
    seed: int = 0

    def __call__(self, operation: str, nth: int) -> Decision:
        chance = seeded(self.seed, operation, nth)
        rate = self.throttle.get(operation, self.throttle.get("*", 0))
        every = self.throttle_every.get(operation, self.throttle_every.get("*", 0))
        if chance.random() < rate or (every and nth % every == 0):
            return throttled()
        stale = chance.random() < self.stale
        return (lambda task: task["version"] - self.stale_versions) if stale else None


class FaultyEcs:
    """The simulated ECS on a bad day, as `decide` or `switch` says; what it refuses, it has not done."""

    def __init__(self, ecs: SimulatedEcs, decide: Decide) -> None:
        self._ecs = ecs
        self._decide: dict[str | None, Decide] = {None: decide}
        self._calls: Counter[str] = Counter()
        self._failing: defaultdict[str, deque[ApiError]] = defaultdict(deque)
        self._past: defaultdict[str, list[Fields]] = defaultdict(list)
        self._marked: dict[str, int] = {}
        self._lock = threading.Lock()
        ecs.listen(self._listen)

    def call(self, operation: str, request: Fields) -> Answer:
        decision = self._decision(operation, _cluster(request))
        if isinstance(decision, ApiError):
            raise decision
        answer = self._ecs.call(operation, request)
        return self._as_before(answer, decision) if decision and operation == "DescribeTasks" else answer

    def fail_next(self, operation: str, error: ApiError, times: int = 1) -> None:
        """The next calls of the operation fail with this error, before any other fault."""
        self._failing[operation].extend([error] * times)

    def switch(self, state: ApiState, cluster: str | None) -> None:
        """From now on the calls of the cluster of that name are answered so, or with None all calls."""
        if state is ApiState.STALE:
            self._mark()
        others = {} if cluster is None else self._decide
        self._decide = {**others, cluster: lambda *_: self._switched(state)}

    def _listen(self, event: Answer) -> None:
        if "taskArn" in event["detail"]:
            self._remember(event["detail"])

    def _decision(self, operation: str, cluster: str) -> Decision:
        with self._lock:
            self._calls[operation] += 1
            nth = self._calls[operation]
            if self._failing[operation]:
                return self._failing[operation].popleft()
        return self._decide.get(cluster, self._decide[None])(operation, nth)

    def _switched(self, state: ApiState) -> Decision:
        if state is ApiState.THROTTLED:
            return throttled()
        return (lambda task: self._marked.get(task["taskArn"], 0)) if state is ApiState.STALE else None

    def _as_before(self, answer: Answer, version: Version) -> Answer:
        shown = [(task, self._before(task, version(task))) for task in answer["tasks"]]
        missing = [{"arn": task["taskArn"], "reason": "MISSING"} for task, before in shown if not before]
        tasks = [{**before, "tags": task["tags"]} for task, before in shown if before]
        return {"tasks": tasks, "failures": [*answer["failures"], *missing]}

    def _before(self, task: Fields, version: int) -> Fields | None:
        """The task at that version; as it is if it was not seen then, None if it was not there."""
        past = self._past.get(task["taskArn"])
        if not past or past[0]["version"] > max(version, 1):
            return task
        return next((seen for seen in reversed(past) if seen["version"] <= version), None)

    def _mark(self) -> None:
        """Keeps each task as it is now: not every change of a task makes a version."""
        for past in list(self._past.values()):
            with suppress(ApiError):  # its cluster is gone
                self._remember(past[-1])
        self._marked = {arn: past[-1]["version"] for arn, past in self._past.items()}

    def _remember(self, task: Fields) -> None:
        request = {"cluster": task["clusterArn"], "tasks": [task["taskArn"]]}
        for seen in self._ecs.call("DescribeTasks", request)["tasks"]:
            self._past[seen["taskArn"]].append(seen)


def _cluster(request: Fields) -> str:
    """The name of the request's cluster, also of one that names only what is in it."""
    for name in ("serviceDeploymentArns", "serviceRevisionArns"):
        if arns := request.get(name):
            return str(arns[0]).partition("/")[2].partition("/")[0]
    return str(request.get("cluster") or "").rsplit("/", 1)[-1]
