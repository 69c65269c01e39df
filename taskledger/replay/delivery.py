"""Saved events, observed in the batches in which they would have arrived."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reconciler.errors import InvalidInput
from reconciler.parsing.event import parse_json
from reconciler.parsing.event import parse_task_event as parse_event
from reconciler.use_cases.observe import Failed, Observed

from .captures import Captured, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from reconciler.model.task import Observation
    from reconciler.use_cases.observe import ObserveResult

    from ..local.system import LocalSystem
    from ..simulator.api.ecs import SimulatedEcs
    from ..simulator.engine.clock import Clock

BATCH = 100  # messages in one batch of the deployed queue
WINDOW = timedelta(minutes=1)

# What the ledger reads of a task. The rest is nothing that the handler would look for in ECS's answer, and in
# a file it can be of any shape.
_TASK_FIELDS = (
    "clusterArn",
    "version",
    "lastStatus",
    "desiredStatus",
    "taskDefinitionArn",
    "group",
    "startedBy",
    "launchType",
    "capacityProviderName",
    "availabilityZone",
    "healthStatus",
    "createdAt",
    "startedAt",
    "stoppingAt",
    "stoppedAt",
    "updatedAt",
    "stopCode",
    "stoppedReason",
)
_CONTAINER_FIELDS = (
    "name",
    "lastStatus",
    "exitCode",
    "reason",
    "healthStatus",
    "image",
    "imageDigest",
)


@dataclass(frozen=True, slots=True)
class Rejected:
    """An event that was refused, by the field that was wrong."""

    file: str
    index: int
    field: str
    error: str


@dataclass(slots=True)
class Outcome:
    """What became of all events; `tasks` are the ARNs in the order in which they were first met."""

    read: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    currency: Counter[str] = field(default_factory=Counter)
    tasks: dict[str, None] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        return self.verdicts.total()


@dataclass(slots=True)
class _Batch:
    """Messages on their way, by message id."""

    captured: dict[str, Captured] = field(default_factory=dict)
    tasks: dict[str, Observation] = field(default_factory=dict)

    def has_room_for(self, captured: Captured, observation: Observation | None) -> bool:
        """No two events of one task, none of another file, and none of a minute later or more.

        So DescribeTasks answers each event as it would have at the time.
        """
        if len(self.captured) == BATCH or captured.index == 0:
            return False
        if observation is None or not self.tasks:
            return True
        began = next(iter(self.tasks.values())).observed_at
        is_new = observation.state.task_arn not in self.tasks
        return is_new and observation.observed_at - began < WINDOW

    def add(self, captured: Captured, observation: Observation | None) -> None:
        self.captured[str(len(self.captured))] = captured
        if observation:
            self.tasks[observation.state.task_arn] = observation

    def bodies(self) -> dict[str, str]:
        return {message_id: captured.body for message_id, captured in self.captured.items()}


def deliver(events: Iterable[Captured | Unreadable], system: LocalSystem, ecs: SimulatedEcs) -> Outcome:
    """Delivers events in their order, with their own times as the clock, which each file starts anew.

    ECS knows of each task the newest state delivered so far. Nothing happens between batches: what only time
    would bring (a reminder, a resolution, a digest) is not published.
    """
    outcome = Outcome()
    for batch in _batches(events, system.clock, ecs, outcome):
        result = system.observe(batch.bodies())
        observed = (event.entry for event in result.events.values() if isinstance(event, Observed))
        system.assess({entry.state.task_arn: entry for entry in observed})
        _count(result, batch, outcome)
    return outcome


def _batches(
    events: Iterable[Captured | Unreadable], clock: Clock, ecs: SimulatedEcs, outcome: Outcome
) -> Iterator[_Batch]:
    batch = _Batch()
    began = False
    for captured in events:
        outcome.read += 1
        began = began and captured.index > 0
        if isinstance(captured, Unreadable):
            yield batch
            batch = _Batch()
            outcome.rejected.append(_rejected(captured, captured.error))
            continue
        observation = _observation(captured)
        if not batch.has_room_for(captured, observation):
            yield batch
            batch = _Batch()
        if observation:
            _advance(clock, observation.observed_at, anew=not began)
            _learn(ecs, observation, captured)
            began = True
        batch.add(captured, observation)
    yield batch


def _observation(captured: Captured) -> Observation | None:
    """The event as it will be observed; None where it will be rejected."""
    with suppress(InvalidInput):
        return parse_event(parse_json(captured.body))
    return None


def _advance(clock: Clock, moment: datetime, *, anew: bool) -> None:
    if anew:
        clock.restart(moment)
    clock.move_to(moment)


def _learn(ecs: SimulatedEcs, observation: Observation, captured: Captured) -> None:
    """Lets ECS know the state that the event has just reported."""
    detail = json.loads(captured.body)["detail"]
    containers = [_some(container, _CONTAINER_FIELDS) for container in detail.get("containers") or ()]
    task = _some(detail, _TASK_FIELDS)
    ecs.learn(task | {"taskArn": observation.state.task_arn, "containers": containers})


def _some(fields: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: fields[name] for name in names if name in fields}


def _count(result: ObserveResult, batch: _Batch, outcome: Outcome) -> None:
    for message_id, error in result.rejected.items():
        outcome.rejected.append(_rejected(batch.captured[message_id], error))
    for message_id, observed in result.events.items():
        if isinstance(observed, Failed):
            error = InvalidInput("event", f"cannot be recorded: {observed.error}")
            outcome.rejected.append(_rejected(batch.captured[message_id], error))
            continue
        outcome.verdicts[observed.verdict] += 1
        outcome.currency[observed.currency] += 1
        outcome.tasks[observed.observation.state.task_arn] = None


def _rejected(place: Captured | Unreadable, error: InvalidInput) -> Rejected:
    return Rejected(file=place.file, index=place.index, field=error.field, error=error.problem)
