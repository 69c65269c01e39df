"""Faults that a script turns on and off, where those of `faults` and `delivery` come by chance."""

from collections.abc import Iterator
from enum import StrEnum

from ..api.ecs import SimulatedEcs
from ..engine.errors import throttled
from ..engine.shapes import Answer, Fields


class ApiState(StrEnum):
    """How the API answers: well; not at all; or DescribeTasks as it would have when it became stale."""

    WELL = "well"
    THROTTLED = "throttled"
    STALE = "stale"


class Fate(StrEnum):
    """What becomes of an event."""

    DELIVERED = "delivered"
    DOUBLED = "doubled"
    LOST = "lost"
    HELD = "held"


class SwitchedApi:
    """The simulated ECS behind an API with its switches, one for each cluster and one for all others."""

    def __init__(self, ecs: SimulatedEcs) -> None:
        self._ecs = ecs
        self._states: dict[str | None, ApiState] = {None: ApiState.WELL}
        self._past: dict[str, Fields] = {}

    def switch(self, state: ApiState, cluster: str | None) -> None:
        """For the cluster of that name, or with None for all."""
        if cluster is None:
            self._states = {}
        self._states[cluster] = state
        if state is ApiState.STALE:
            self._past = {task["taskArn"]: task for task in _all_tasks(self._ecs)}

    def call(self, operation: str, request: Fields) -> Answer:
        state = self._state(request.get("cluster"))
        if state is ApiState.THROTTLED:
            raise throttled()
        answer = self._ecs.call(operation, request)
        return self._before(answer) if state is ApiState.STALE and operation == "DescribeTasks" else answer

    def _state(self, cluster: str | None) -> ApiState:
        name = cluster.rsplit("/", 1)[-1] if cluster else None
        return self._states.get(name, self._states[None])

    def _before(self, answer: Answer) -> Answer:
        """Tasks that are younger are unknown; who asks does not look whether one was asked for twice."""
        arns = [task["taskArn"] for task in answer["tasks"]]
        missing = [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in self._past]
        return {
            "tasks": [self._past[arn] for arn in arns if arn in self._past],
            "failures": [*answer["failures"], *missing],
        }


class SwitchedEvents:
    """A listener that keeps the events, each with what shall become of it, until they are collected."""

    def __init__(self) -> None:
        self.fate = Fate.DELIVERED
        self._emitted: list[tuple[Answer, Fate]] = []
        self._held: list[Answer] = []

    def __call__(self, event: Answer) -> None:
        self._emitted.append((event, self.fate))
        if self.fate is Fate.HELD:
            self._held.append(event)

    def collect(self) -> list[tuple[Answer, Fate]]:
        """The events since the last time, in the order in which ECS sent them."""
        emitted, self._emitted = self._emitted, []
        return emitted

    def release(self) -> list[Answer]:
        """The events that were held, oldest first."""
        held, self._held = self._held, []
        return held


def _all_tasks(ecs: SimulatedEcs) -> Iterator[Fields]:
    """What DescribeTasks answers for each task; a script has less than a page of them in a cluster."""
    for cluster in ecs.call("ListClusters", {})["clusterArns"]:
        for wanted in ("RUNNING", "STOPPED"):
            asked = {"cluster": cluster, "desiredStatus": wanted}
            if arns := ecs.call("ListTasks", asked)["taskArns"]:
                yield from ecs.call("DescribeTasks", {"cluster": cluster, "tasks": arns})["tasks"]
