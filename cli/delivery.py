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
from reconciler.reconcile import Failed
from reconciler.wire import event as parse_event
from reconciler.wire import parse_json

from .captures import Captured, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.handlers.observe import Received
    from reconciler.model import Observation

    from .lab.world import World

BATCH = 100  # messages in one batch of the deployed queue
WINDOW = timedelta(minutes=1)


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
    first: Captured | None = None
    tasks: dict[str, Observation] = field(default_factory=dict)

    def has_room_for(self, captured: Captured, told: Observation | None) -> bool:
        """No two events of one task, none of another file, and none of a minute later or more.

        So DescribeTasks answers each event as it would have at the time.
        """
        if len(self.captured) == BATCH or (self.first and self.first.file != captured.file):
            return False
        if told is None or not self.tasks:
            return True
        began = next(iter(self.tasks.values())).observed_at
        return told.state.task_arn not in self.tasks and told.observed_at - began < WINDOW

    def add(self, captured: Captured, told: Observation | None) -> None:
        self.first = self.first or captured
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
    outcome = Outcome()
    for batch in _batches(events, world, outcome):
        received = receive(batch.event(), world.services, world.clock.now)
        _count(received, batch, outcome)
    return outcome


def _batches(events: Iterable[Captured | Unreadable], world: World, outcome: Outcome) -> Iterator[_Batch]:
    batch = _Batch()
    for captured in events:
        outcome.read += 1
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
            _happen(told, captured, world)
        batch.add(captured, told)
    yield batch


def _observation(captured: Captured) -> Observation | None:
    """What the event tells; None where the handler will refuse it."""
    with suppress(InvalidInput):
        return parse_event(parse_json(captured.body))
    return None


def _happen(told: Observation, captured: Captured, world: World) -> None:
    """Moves the world to where the event has just happened."""
    if captured.index == 0:
        world.clock.restart(told.observed_at)
    world.clock.move_to(told.observed_at)
    detail = json.loads(captured.body)["detail"]
    world.ecs.learn({**detail, "taskArn": told.state.task_arn})


def _count(received: Received, batch: _Batch, outcome: Outcome) -> None:
    for message_id, error in received.rejected.items():
        outcome.rejected.append(_rejected(batch.captured[message_id], error))
    for observed in received.batch.outcomes:
        if isinstance(observed, Failed):
            raise observed.error
        outcome.verdicts[observed.verdict] += 1
        outcome.currency[observed.currency] += 1
        outcome.tasks[observed.observation.state.task_arn] = None


def _rejected(place: Captured | Unreadable, error: InvalidInput) -> Rejected:
    return Rejected(file=place.file, index=place.index, field=error.field, error=error.problem)
