"""How bad an incident is for its service: what runs against what should, and for how long; pure.

    down       no task has run for a minute, for two minutes now, and some should
    degraded   fewer run than have to for ten minutes, or fewer than half of these for two
    none       all else, also while a replacement is on its way
    unknown    nothing was ever answered

A task counts once it has been RUNNING for a minute, so a loop of crashes that flickers is down. The times are
kept, never concluded from one reading.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

STEADY = timedelta(minutes=1)  # for which a task must have been RUNNING to count
_DOWN = timedelta(minutes=2)
_HALF = timedelta(minutes=2)
_BELOW = timedelta(minutes=10)


class Level(StrEnum):
    NONE = "none"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The tasks of a service: how many should run, have to at least, run steadily, and are on their way.

    `estimated` where ECS did not say so, and the ledger's own tasks stand in.
    """

    desired: int
    least: int
    steady: int
    pending: int = 0
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """The last answer, and since when no task runs, fewer than half of those that have to, fewer than these.

    None where that is not so.
    """

    desired: int
    running: int
    pending: int
    checked_at: datetime
    zero_since: datetime | None = None
    half_since: datetime | None = None
    below_since: datetime | None = None
    estimated: bool = False

    def level(self, now: datetime) -> Level:
        if self._lasts(self.zero_since, _DOWN, now):
            return Level.DOWN
        lacking = self._lasts(self.half_since, _HALF, now) or self._lasts(self.below_since, _BELOW, now)
        return Level.DEGRADED if lacking else Level.NONE

    @property
    def falls_short(self) -> bool:
        """Whether fewer tasks run than have to, or none, for however short a time."""
        return self.short_since is not None

    @property
    def short_since(self) -> datetime | None:
        """Since when fewer run than have to, or none; none may have to while it rolls."""
        return min(filter(None, (self.below_since, self.zero_since)), default=None)

    def _lasts(self, since: datetime | None, limit: timedelta, now: datetime) -> bool:
        """Whether it has been so for that long, and was so in more than one answer."""
        return since is not None and since < self.checked_at and now - since >= limit


def checked(before: Impact | None, found: Running, at: datetime) -> Impact:
    """The impact after that was found; an answer that is older than the last changes nothing."""
    if before is not None and at < before.checked_at:
        return before
    known = before or Impact(desired=0, running=0, pending=0, checked_at=at)
    return Impact(
        desired=found.desired,
        running=found.steady,
        pending=found.pending,
        checked_at=at,
        zero_since=_since(known.zero_since, at, holds=found.desired > 0 and found.steady == 0),
        half_since=_since(known.half_since, at, holds=found.steady * 2 < found.least),
        below_since=_since(known.below_since, at, holds=found.steady < found.least),
        estimated=found.estimated,
    )


def level_of(impact: Impact | None, now: datetime) -> Level:
    return impact.level(now) if impact else Level.UNKNOWN


def _since(before: datetime | None, at: datetime, *, holds: bool) -> datetime | None:
    return (before or at) if holds else None
