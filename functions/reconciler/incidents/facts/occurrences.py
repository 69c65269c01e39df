"""When an incident occurred: runs of its faults without a gap over a limit, by the faults' own times; pure.

The order in which faults are added does not matter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

KEPT = 50  # occurrences that are known one by one
_HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
_OFTEN = 3  # faults in an hour, or occurrences in a week, that are more than an accident


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Faults that followed each other: the first, the last, and how many."""

    first_at: datetime
    last_at: datetime
    count: int = 1


@dataclass(frozen=True, slots=True)
class Occurrences:
    """At least one, the newest 50, the last one last; how many `older` there were, when the first began."""

    newest_last: tuple[Occurrence, ...]
    older: int
    began_at: datetime

    @property
    def current(self) -> Occurrence:
        return self.newest_last[-1]

    @property
    def number(self) -> int:
        return self.older + len(self.newest_last)

    @property
    def is_often(self) -> bool:
        """Whether there ever were three faults in an hour, or three occurrences in seven days."""
        return _is_dense(self.newest_last) or any(
            third.first_at - first.last_at <= WEEK
            for first, third in zip(self.newest_last, self.newest_last[_OFTEN - 1 :], strict=False)
        )

    @property
    def longest_gap(self) -> timedelta:
        """Between those of the last seven days; zero where they are fewer than three."""
        recent = self.of_week()
        if len(recent) < _OFTEN:
            return timedelta(0)
        return max(later.first_at - earlier.last_at for earlier, later in pairwise(recent))

    def of_week(self) -> Sequence[Occurrence]:
        """Those of the seven days up to the last one."""
        return [one for one in self.newest_last if one.last_at > self.current.last_at - WEEK]


def began(at: datetime) -> Occurrences:
    return Occurrences((Occurrence(at, at),), 0, at)


def add_fault(known: Occurrences, at: datetime, gap: timedelta) -> Occurrences:
    """With one more fault, at its own time; faults no further apart than the gap are of one occurrence."""
    ordered = sorted((*known.newest_last, Occurrence(at, at)), key=lambda one: (one.first_at, one.last_at))
    return newest(tuple(_merged(ordered, gap)), known.older, min(known.began_at, at))


def newest(ordered: Sequence[Occurrence], older: int, began_at: datetime) -> Occurrences:
    """The last 50 of these, the last one last, with how many there were before them."""
    dropped = max(len(ordered) - KEPT, 0)
    return Occurrences(tuple(ordered[dropped:]), older + dropped, began_at)


def joined(occurrences: Sequence[Occurrence]) -> Occurrence:
    """All of them as one."""
    return Occurrence(
        min(one.first_at for one in occurrences),
        max(one.last_at for one in occurrences),
        sum(one.count for one in occurrences),
    )


def _merged(ordered: Sequence[Occurrence], gap: timedelta) -> Iterator[Occurrence]:
    last = ordered[0]
    for one in ordered[1:]:
        if one.first_at - last.last_at > gap:
            yield last
            last = one
        else:
            last = replace(last, last_at=max(last.last_at, one.last_at), count=last.count + one.count)
    yield last


def _is_dense(occurrences: Sequence[Occurrence]) -> bool:
    """Whether three faults fell within an hour.

    The times of an occurrence's one or two faults are known; of more, that some three of them are as close as
    their average.
    """
    if any(
        (one.last_at - one.first_at) * (_OFTEN - 1) <= _HOUR * (one.count - 1)
        for one in occurrences
        if one.count >= _OFTEN
    ):
        return True
    times = [
        time
        for one in occurrences
        for time in ((one.first_at, one.last_at) if one.count > 1 else (one.first_at,))
    ]
    return any(third - first <= _HOUR for first, third in zip(times, times[_OFTEN - 1 :], strict=False))
