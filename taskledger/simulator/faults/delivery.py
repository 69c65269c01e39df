"""Faults between ECS and whoever gets its events: dropped, doubled, out of order, late."""

import random
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..api.ecs import Listener
from ..engine.chance import seeded
from ..engine.clock import Clock
from ..engine.shapes import Answer
from .api_faults import Rates

_MOST_OVERTAKING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """An event that waits for later ones, or for the clock."""

    event: Answer
    after_events: int = 0
    after_time: float = 0


class FaultyDelivery:
    """A listener that passes events on as a bad day would; give it to `SimulatedEcs.listen`.

    What becomes of an event depends on the seed and the event's id alone. Events that wait are passed on with
    the first event that finds their time come, by `release` or, whether or not it has come, by `flush`.
    """

    def __init__(self, to: Listener, rates: Rates, clock: Clock, *, seed: int = 0) -> None:
        self._to = to
        self._rates = rates
        self._clock = clock
        self._seed = seed
        self._events = 0
        self._held: list[_Held] = []
        self._lock = threading.Lock()

    def __call__(self, event: Answer) -> None:
        with self._lock:
            self._events += 1
            self._held = [*self._copies(event), *self._held]
            due = self._due()
        self._pass_on(due)

    def release(self) -> None:
        """Passes on what has waited long enough; for when the clock has moved and no event comes."""
        with self._lock:
            due = self._due()
        self._pass_on(due)

    def flush(self) -> None:
        """Passes on all that waits."""
        with self._lock:
            due, self._held = self._held, []
        self._pass_on(due)

    def _copies(self, event: Answer) -> Iterator[_Held]:
        chance = seeded(self._seed, event["id"])
        if chance.random() < self._rates.drop:
            return
        for _ in range(2 if chance.random() < self._rates.duplicate else 1):
            yield self._copy(event, chance)

    def _copy(self, event: Answer, chance: random.Random) -> _Held:
        overtaken = chance.random() < self._rates.reorder
        late = chance.random() < self._rates.delay
        return _Held(
            event=event,
            after_events=self._events + chance.randint(1, _MOST_OVERTAKING) if overtaken else 0,
            after_time=self._clock.epoch + chance.uniform(0, self._rates.delay_seconds) if late else 0,
        )

    def _due(self) -> list[_Held]:
        """What has waited long enough, taken out; the newest first, for those before it are the overtaken."""
        due = [held for held in self._held if self._ready(held)]
        self._held = [held for held in self._held if not self._ready(held)]
        return due

    def _ready(self, held: _Held) -> bool:
        return held.after_events <= self._events and held.after_time <= self._clock.epoch

    def _pass_on(self, due: Iterable[_Held]) -> None:
        for held in due:
            self._to(held.event)
