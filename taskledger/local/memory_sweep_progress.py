"""The port `SweepProgressStore` in memory, under the same contract as the table."""

from dataclasses import dataclass
from datetime import datetime

from reconciler.errors import TransientError
from reconciler.ports.sweep_progress import SweepProgress


@dataclass(slots=True)
class MemorySweepProgress:
    """The place of one sweep, and the run that has it."""

    place: SweepProgress | None = None
    run: str | None = None
    until: datetime | None = None

    def acquire(self, run: str, now: datetime, until: datetime) -> SweepProgress | None:
        if self.run not in {None, run} and self.until is not None and self.until >= now:
            return None
        self.run, self.until = run, until
        self.place = self.place or SweepProgress(began=now)
        return self.place

    def checkpoint(self, run: str, place: SweepProgress) -> None:
        if run != self.run:
            raise TransientError("another run has taken the sweep over")
        self.place = place

    def release(self, run: str, place: SweepProgress | None) -> None:
        if run == self.run:
            self.place, self.run = place, None
