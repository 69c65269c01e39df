"""What is deployed, as AWS runs it: a queue before observe, a stream before assess, schedules for the others.

A run that dies leaves what it had been handed: messages come again once they are visible again, five times
before they are dead letters, and changes until they are assessed.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.use_cases.assess import assess

from ..local.system import LocalSystem, never
from .faults.calls import Killed
from .faults.kinds import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from reconciler.use_cases.assess import Change

    from ..local.memory_sweep_progress import MemorySweepProgress
    from .faults.calls import Runs
    from .schedule import Schedule

WINDOW, VISIBILITY, RECEIVES = 2, 182, 5  # of the queue, as deployed
CHANGES = 100  # that the stream delivers at most at once
MINUTE, SWEEP = 60, 900
_AT_ONCE = {"observe": 2, "assess": 1, "sweep": 2, "watch": 2}  # runs


@dataclass(slots=True)
class _Message:
    """A message of the queue, and which version of which task it reports, unless a letter was changed."""

    body: str
    task: tuple[str, int] | None
    received: int = 0


@dataclass(slots=True, kw_only=True)
class Pipeline:
    """`batch` is how many messages a run gets, `out_of_time` draws whether a sweep has little time.

    `broken` are the errors that no function may end with, `counts` the runs of each, `whole` the passes of
    the sweep without any error, in one run or several: when each began and ended. `unrecorded` are the tasks
    and versions of messages that are done with, though the ledger has no row of them, as `has_row` says.
    """

    system: LocalSystem
    progress: MemorySweepProgress
    runs: Runs
    schedule: Schedule
    has_row: Callable[[str, int], bool]
    batch: int
    out_of_time: Callable[[], bool]
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    dead_letters: int = 0
    unrecorded: list[str] = field(default_factory=list)
    whole: list[tuple[datetime, datetime]] = field(default_factory=list)
    _queue: deque[_Message] = field(default_factory=deque)
    _stream: deque[Change] = field(default_factory=deque)
    _busy: Counter[str] = field(default_factory=Counter)
    _pass_began: datetime | None = None

    def begin(self) -> None:
        """The schedules are on from now on."""
        self.schedule.every(MINUTE, self._watch)
        self.schedule.every(SWEEP, self.sweep)

    def send(self, body: str, task: tuple[str, int] | None) -> None:
        self._put([_Message(body, task)], WINDOW)

    def changed(self, change: Change) -> None:
        self._stream.append(change)
        if len(self._stream) == 1:
            self.schedule.after(1, self._assess)

    def sweep(self) -> None:
        left = iter(range(self.runs.chance.randint(1, 20)))
        is_short = self.out_of_time()
        self.runs.counts[Fault.OUT_OF_TIME] += is_short
        out_of_time = (lambda: next(left, None) is None) if is_short else never

        def run() -> None:
            if self.progress.place is None:
                self._pass_began = self.system.clock.now
            began, self._pass_began = (
                self._pass_began,
                None,
            )  # None also for whoever comes after one that died
            result = self.system.sweep(f"run {self.runs.moment}", out_of_time)
            if any((result.errors, *(found.errors for found in result.clusters.values()))):
                return
            if result.complete and began:
                self.whole.append((began, self.system.clock.now))
            self._pass_began = None if result.complete else began

        self._run("sweep", run)

    def _watch(self) -> None:
        self._run("watch", self.system.watch)

    def _deliver(self) -> None:
        if self._busy["observe"] == _AT_ONCE["observe"]:
            self.schedule.after(WINDOW, self._deliver)
            return
        batch = {str(n): self._queue.popleft() for n in range(min(self.batch, len(self._queue)))}
        if not batch:
            return
        if self._queue:
            self.schedule.after(0, self._deliver)
        failed = list(batch)

        def run() -> None:
            failed[:] = self.system.observe({n: each.body for n, each in batch.items()}).failed

        self._run("observe", run)
        for n, message in batch.items():
            if n not in failed and message.task and not self.has_row(*message.task):
                self.unrecorded.append("{} version {}".format(*message.task))
        self._put_back([batch[n] for n in failed])

    def _put_back(self, messages: Sequence[_Message]) -> None:
        """What was not recorded comes again, or is a dead letter."""
        for each in messages:
            each.received += 1
        again = [each for each in messages if each.received < RECEIVES]
        self.dead_letters += len(messages) - len(again)
        if again:
            self.schedule.after(VISIBILITY, lambda: self._put(again, 0))

    def _put(self, messages: Sequence[_Message], seconds: float) -> None:
        if not self._queue:
            self.schedule.after(seconds, self._deliver)
        self._queue.extend(messages)

    def _assess(self) -> None:
        """The oldest changes; from the first that failed on they come again."""
        if not self._stream:
            return
        if not self._busy["assess"]:
            batch = [self._stream[n] for n in range(min(CHANGES, len(self._stream)))]
            done = 0

            def run() -> None:
                nonlocal done
                failed = [one.failed for one in assess(batch, self.system.alerts)]
                done = failed.index(True) if True in failed else len(batch)

            self._run("assess", run)
            for _ in range(done):
                self._stream.popleft()
        if self._stream:
            self.schedule.after(1, self._assess)

    def _run(self, function: str, act: Callable[[], object]) -> None:
        """A run of the function, unless as many as may be are under way: what it breaks off with is noted."""
        if self._busy[function] == _AT_ONCE[function]:
            return
        self.counts[function] += 1
        self._busy[function] += 1
        run = self.runs.begin()
        try:
            act()
        except Killed:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it is, no function may end with it
            run.dead = True
            self.broken.append(f"{function}: {type(error).__name__}: {error}")
        finally:
            self._busy[function] -= 1
            self.runs.end(run)
