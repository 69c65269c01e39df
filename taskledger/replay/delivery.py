"""Saved events, handed to the deployed observe handler in the batches in which they would have arrived."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reconciler.errors import InvalidInput
from reconciler.handlers.observe import receive
from reconciler.parsing.event import parse_json
from reconciler.parsing.event import parse_task_event as parse_event
from reconciler.use_cases.observe import Failed

from .captures import Captured, Unreadable
from .notifications import ReplayNotifications

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.handlers.observe import Received
    from reconciler.model.task import Observation
    from reconciler.notifications.message import Message

    from ..local.world import World

BATCH = 100  # messages in one batch of the deployed queue
WINDOW = timedelta(minutes=1)

# What the ledger reads of a task. The rest is nothing that the handler would look for in ECS's answer, and in
# a file it can be of any shape.
_TOLD = (
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
_TOLD_OF_A_CONTAINER = (
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
    notifications: list[Message] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        return self.verdicts.total()


@dataclass(slots=True)
class _Batch:
    """Messages on their way, by message id."""

    captured: dict[str, Captured] = field(default_factory=dict)
    tasks: dict[str, Observation] = field(default_factory=dict)

    def has_room_for(self, captured: Captured, told: Observation | None) -> bool:
        """No two events of one task, none of another file, and none of a minute later or more.

        So DescribeTasks answers each event as it would have at the time.
        """
        if len(self.captured) == BATCH or captured.index == 0:
            return False
        if told is None or not self.tasks:
            return True
        began = next(iter(self.tasks.values())).observed_at
        return told.state.task_arn not in self.tasks and told.observed_at - began < WINDOW

    def add(self, captured: Captured, told: Observation | None) -> None:
        self.captured[str(len(self.captured))] = captured
        if told:
            self.tasks[told.state.task_arn] = told

    def event(self) -> dict[str, Any]:
        """What Lambda is given for it."""
        records = [
            {"messageId": message_id, "body": captured.body} for message_id, captured in self.captured.items()
        ]
        return {"Records": records}


def deliver(events: Iterable[Captured | Unreadable], world: World) -> Outcome:
    """Delivers events in their order, with their own times as the clock, which each file starts anew.

    ECS knows of each task the newest state delivered so far.
    """
    outcome, telling = Outcome(), ReplayNotifications(world.clock)
    for batch in _batches(events, world, outcome):
        received = receive(batch.event(), world.services, world.clock.now)
        _count(received, batch, outcome)
        telling.hear(received.batch)
    outcome.notifications += telling.sent
    return outcome


def _batches(events: Iterable[Captured | Unreadable], world: World, outcome: Outcome) -> Iterator[_Batch]:
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
        told = _observation(captured)
        if not batch.has_room_for(captured, told):
            yield batch
            batch = _Batch()
        if told:
            _happen(told, captured, world, anew=not began)
            began = True
        batch.add(captured, told)
    yield batch


def _observation(captured: Captured) -> Observation | None:
    """What the event tells; None where the handler will refuse it."""
    with suppress(InvalidInput):
        return parse_event(parse_json(captured.body))
    return None


def _happen(told: Observation, captured: Captured, world: World, *, anew: bool) -> None:
    """Moves the world to where the event has just happened."""
    if anew:
        world.clock.restart(told.observed_at)
    world.clock.move_to(told.observed_at)
    detail = json.loads(captured.body)["detail"]
    containers = [_some(container, _TOLD_OF_A_CONTAINER) for container in detail.get("containers") or ()]
    world.ecs.learn(_some(detail, _TOLD) | {"taskArn": told.state.task_arn, "containers": containers})


def _some(fields: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: fields[name] for name in names if name in fields}


def _count(received: Received, batch: _Batch, outcome: Outcome) -> None:
    for message_id, error in received.rejected.items():
        outcome.rejected.append(_rejected(batch.captured[message_id], error))
    for message_id, observed in zip(received.accepted, received.batch.outcomes, strict=True):
        if isinstance(observed, Failed):
            error = InvalidInput("event", f"cannot be recorded: {observed.error}")
            outcome.rejected.append(_rejected(batch.captured[message_id], error))
            continue
        outcome.verdicts[observed.verdict] += 1
        outcome.currency[observed.currency] += 1
        outcome.tasks[observed.observation.state.task_arn] = None


def _rejected(place: Captured | Unreadable, error: InvalidInput) -> Rejected:
    return Rejected(file=place.file, index=place.index, field=error.field, error=error.problem)
