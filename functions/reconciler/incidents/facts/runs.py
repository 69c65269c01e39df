"""A run of standalone work: tasks of one family that were started less than ten minutes apart; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_APART = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Started:
    """A task of the family: when it was started, and whether it has ended."""

    at: datetime
    ended: bool


@dataclass(frozen=True, slots=True)
class Run:
    """How many tasks it has, and whether all have ended and no more is to come."""

    tasks: int
    over: bool


def run_of(tasks: Sequence[Started], failed_at: datetime, now: datetime) -> Run:
    """The run in which a task failed then, with all that were started after it without a longer pause."""
    ordered = sorted(tasks, key=lambda one: one.at)
    run: list[Started] = []
    for one in ordered:
        if run and one.at - run[-1].at >= _APART:
            if failed_at < one.at:
                break
            run = []
        run.append(one)
    ended = all(one.ended for one in run)
    return Run(len(run), over=ended and (not run or now >= run[-1].at + _APART))
