"""Faults between ECS and whoever gets its events: dropped, doubled, out of order, late."""

import math
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..api.ecs import Listener
from ..engine.chance import seeded
from ..engine.clock import Clock
from ..engine.shapes import Answer

Wait = tuple[int, float]  # for how many later events, and for how many seconds of the clock
Decide = Callable[[Answer], Sequence[Wait]]  # one for each time that the event is delivered
_Held = tuple[Answer, int, float]  # an event, after how many events it is due, and when
_MOST_OVERTAKING = 3


class Fate(StrEnum):
    """What becomes of an event; as a decision, of all events."""

    DELIVERED = "delivered"
    DOUBLED = "doubled"
    LOST = "lost"
    HELD = "held"

    def __call__(self, _event: Answer) -> Sequence[Wait]:
        waits = {Fate.DOUBLED: [(0, 0.0), (0, 0.0)], Fate.LOST: [], Fate.HELD: [(0, math.inf)]}
        return waits.get(self, [(0, 0.0)])


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChance:
    """What becomes of an event by the seed and its id alone, at rates from 0 (never) to 1 (always).

    It is dropped, or delivered twice; each delivery may come after up to three later ones (`reorder`) or up
    to `delay_seconds` of the clock late (`delay`).
    """

    drop: float = 0
    duplicate: float = 0
    reorder: float = 0
    delay: float = 0
    delay_seconds: float = 60
    seed: int = 0

    def __call__(self, event: Answer) -> Sequence[Wait]:
        chance = seeded(self.seed, event["id"])
        if chance.random() < self.drop:
            return []
        return [self._wait(chance) for _ in range(2 if chance.random() < self.duplicate else 1)]

    def _wait(self, chance: random.Random) -> Wait:
        overtaken, late = chance.random() < self.reorder, chance.random() < self.delay
        events = chance.randint(1, _MOST_OVERTAKING) if overtaken else 0
        return events, chance.uniform(0, self.delay_seconds) if late else 0


class FaultyDelivery:
    """A listener that passes events on as `decide` says; give it to `SimulatedEcs.listen`.

    Events that wait are passed on with the first event that finds their time come, by `release` or, whether
    or not it has come, by `flush`; the newest first, for those before it are the overtaken.
    """

    def __init__(self, to: Listener, decide: Decide, clock: Clock) -> None:
        self._decide = decide
        self._to = to
        self._clock = clock
        self._events = 0
        self._held: list[_Held] = []
        self._lock = threading.Lock()

    def __call__(self, event: Answer) -> None:
        with self._lock:
            self._events += 1
            copies = [(event, self._events + n, self._clock.epoch + late) for n, late in self._decide(event)]
            self._held = copies + self._held
        self.release()

    def release(self) -> None:
        """Passes on what has waited long enough; for when the clock has moved and no event comes."""
        self._pass_on(self._ready)

    def flush(self) -> None:
        """Passes on all that waits."""
        self._pass_on(lambda _: True)

    def _ready(self, held: _Held) -> bool:
        _, after_events, after_time = held
        return after_events <= self._events and after_time <= self._clock.epoch

    def _pass_on(self, due: Callable[[_Held], bool]) -> None:
        with self._lock:
            ready = [held for held in self._held if due(held)]
            self._held = [held for held in self._held if not due(held)]
        for event, *_ in ready:
            self._to(event)
