"""So many tasks, by accounts: each is small, bad in its own way, and can be run again alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from .account import Account
from .verdict import Verdict, judged

if TYPE_CHECKING:
    from collections.abc import Callable

    from .faults.kinds import Fault

PER_ACCOUNT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """An account's day that did not end well; the same seed and number of tasks repeat it."""

    seed: int
    tasks: int
    verdict: Verdict


@dataclass(slots=True, kw_only=True)
class Outcome:
    """All accounts together; `total` sums up what their verdicts count, `bad` are those to look at."""

    seed: int
    tasks: int
    accounts: int = 0
    events: int = 0
    dead_letters: int = 0
    runs: Counter[str] = field(default_factory=Counter)
    faults: Counter[Fault] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    bad: list[Day] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.bad


def lab(tasks: int, seed: int, progress: Callable[[int], object]) -> Outcome:
    """What became of so many tasks; `progress` is called with the lives so far."""
    outcome = Outcome(seed=seed, tasks=tasks)
    for begun in range(0, tasks, PER_ACCOUNT):
        _add(outcome, seed + outcome.accounts, min(PER_ACCOUNT, tasks - begun))
        progress(outcome.total["lives"])
    return outcome


def _add(outcome: Outcome, seed: int, tasks: int) -> None:
    account = Account(seed, tasks)
    account.live()
    verdict = judged(account)
    outcome.accounts += 1
    outcome.events += account.events
    outcome.dead_letters += account.pipeline.dead_letters
    outcome.runs += account.pipeline.counts
    outcome.faults += account.faults
    for one in fields(verdict):
        value = getattr(verdict, one.name)
        outcome.total[one.name] += value if isinstance(value, int) else len(value)
    if not verdict.holds:
        outcome.bad.append(Day(seed=seed, tasks=tasks, verdict=verdict))
