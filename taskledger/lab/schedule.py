"""What happens when: a clock that goes from one thing to the next, also in the middle of a slow call."""

from __future__ import annotations

import heapq
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..simulator.engine.clock import Clock


class Schedule:
    """Of two things at one time the one that was planned first comes first."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._planned: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = count()

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        heapq.heappush(self._planned, (self.clock.epoch + seconds, next(self._numbers), act))

    def play(self, script: Iterator[float], seconds: float = 0) -> None:
        """The script begins after these seconds: it acts, then yields the seconds that it waits."""

        def go_on() -> None:
            wait = next(script, None)
            if wait is not None:
                self.after(wait, go_on)

        self.after(seconds, go_on)

    def every(self, seconds: float, act: Callable[[], object]) -> None:
        """Acts at each full so many seconds of the clock, from the next on."""

        def again() -> None:
            self.every(seconds, act)
            act()

        self.after(seconds - self.clock.epoch % seconds, again)

    def pass_time(self, seconds: float) -> None:
        """All that is planned for the meantime happens."""
        end = self.clock.epoch + seconds
        while self._planned and self._planned[0][0] <= end:
            at, _, act = heapq.heappop(self._planned)
            self._move_to(at)
            act()
        self._move_to(end)

    def _move_to(self, epoch: float) -> None:
        """The clock is never set back: in the middle of a slow call it may have gone on."""
        self.clock.move_to(datetime.fromtimestamp(epoch, UTC))
