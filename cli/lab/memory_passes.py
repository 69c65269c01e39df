"""The port `Passes` in memory, under the same contract as the table."""

from dataclasses import dataclass
from datetime import datetime

from reconciler.errors import TransientError
from reconciler.ports import Pass


@dataclass(slots=True)
class MemoryPasses:
    """The place of one sweep, and the run that has it."""

    place: Pass | None = None
    run: str | None = None
    until: datetime | None = None

    def take(self, run: str, now: datetime, until: datetime) -> Pass | None:
        if self.run not in {None, run} and self.until is not None and self.until >= now:
            return None
        self.run, self.until = run, until
        self.place = self.place or Pass(began=now)
        return self.place

    def keep(self, run: str, place: Pass) -> None:
        if run != self.run:
            raise TransientError("another run has taken the sweep over")
        self.place = place

    def leave(self, run: str, place: Pass | None) -> None:
        if run == self.run:
            self.place, self.run = place, None
