"""Lives of tasks for questions about the past: what happened to each, and what it truly was at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from reconciler.gate import history_row, succeed
from reconciler.model.task import Observation
from taskledger.lives.states import Life
from tests.support.values import START, event, task_arn

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 900  # seconds of a life, at the most

# What a task passes through, with the desiredStatus: one that runs, and one that never starts.
_RUNS = (
    *((status, "RUNNING") for status in ("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING")),
    *((status, "STOPPED") for status in ("DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")),
)
_FAILS = (_RUNS[0], _RUNS[1], _RUNS[6], _RUNS[7])


@dataclass(frozen=True)
class Moment:
    """A version of a task, when it came about, and whether its event came."""

    at: datetime
    version: int
    last_status: str
    desired_status: str
    reported: bool


@dataclass(frozen=True)
class TrueLife:
    """What happened to one task."""

    task_arn: str
    created_at: datetime
    moments: Sequence[Moment]

    def at(self, moment: datetime) -> tuple[int | None, str | None, str] | None:
        """Its version, status and desired status then; None where it had not begun, or was over."""
        if moment < self.created_at:
            return None
        found: tuple[int | None, str | None, str] | None = (None, None, "RUNNING")
        for one in self.moments:
            if one.at <= moment:
                over = one.last_status == "STOPPED"
                found = None if over else (one.version, one.last_status, one.desired_status)
        return found

    def first(self, status: str) -> datetime | None:
        """When it first had that status, or was first desired to."""
        return next((one.at for one in self.moments if status in (one.last_status, one.desired_status)), None)

    @property
    def observations(self) -> list[Observation]:
        """The events that came, in order."""
        return [self._event(one) for one in self.moments if one.reported]

    def _event(self, one: Moment) -> Observation:
        running = next((each.at for each in self.moments if each.last_status == "RUNNING"), None)
        times = {
            "started_at": running,
            "stopping_at": self.first("STOPPED") if one.desired_status == "STOPPED" else None,
            "stopped_at": one.at if one.last_status == "STOPPED" else None,
        }
        return event(
            one.version,
            seconds=(one.at - START).total_seconds(),
            task_arn=self.task_arn,
            created_at=self.created_at,
            last_status=one.last_status,
            desired_status=one.desired_status,
            **{name: time for name, time in times.items() if time and time <= one.at},
        )

    def recorded(self) -> Life:
        """The life as the ledger has it."""
        observed = self.observations
        return Life(entry=succeed(None, observed[-1]), rows=tuple(map(history_row, observed)))


@st.composite
def true_lives(
    draw: st.DrawFn, number: int = 1, begin: datetime = START, *, losing: bool = False
) -> TrueLife:
    """A life that began within `LONGEST` seconds, and ended or did not; the newest event always came."""
    course = draw(st.sampled_from((_RUNS, _FAILS)))
    course = course[: draw(st.integers(1, len(course)))]
    gaps = draw(st.lists(st.integers(1, LONGEST // 9), min_size=len(course), max_size=len(course)))
    came = draw(st.lists(st.booleans(), min_size=len(course), max_size=len(course))) if losing else None
    created_at = at = begin + timedelta(seconds=draw(st.integers(0, LONGEST)))
    version, moments = 0, []
    for place, (last, desired) in enumerate(course):
        at += timedelta(seconds=gaps[place])
        version += 1 + gaps[place] % 2
        reported = came is None or came[place] or place == len(course) - 1
        moments.append(Moment(at, version, last, desired, reported))
    return TrueLife(task_arn(number), created_at, moments)


def times(begin: datetime = START) -> st.SearchStrategy[datetime]:
    """Any second from before the first to after the last."""
    return st.integers(-9, 2 * LONGEST + 9).map(lambda seconds: begin + timedelta(seconds=seconds))
