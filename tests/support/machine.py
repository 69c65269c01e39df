"""ECS, its faults, and all that is deployed beside it, as a state machine that Hypothesis drives.

Tasks live and end by chance. Their events are doubled, out of order, late, lost and false; calls are
throttled and answer stale; sweeps, watches and batches of events are killed, fail, run out of time and come
between each other. While that goes on, no entry steps back but by a reset. When it ends, two whole sweeps,
ten minutes apart, make all of it right.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    rule,
)

from reconciler.errors import TransientError
from reconciler.findings.policy import DEFAULT
from reconciler.model.protection import Protection
from reconciler.model.task import Source
from reconciler.ports.ledger import Entries, Ledger
from reconciler.use_cases.sweep import SweepResult
from taskledger.local.memory_incidents import MemoryNotifier
from taskledger.local.system import LocalSystem, memory_system
from taskledger.simulator.engine.shapes import Answer, Fields
from tests.support.ecs_machine import EcsMachine, named
from tests.support.interruption import (
    NONE,
    Interruption,
    Killed,
    Turn,
    interruptions,
)
from tests.support.values import envelope

CLUSTERS = ("batch", "shop")
STATUSES = ("PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")


@dataclass
class _Noted:
    """An ECS whose calls go through this function."""

    call: Callable[[str, Fields], Answer]


@dataclass
class _NotedLedger:
    """A ledger whose reads of entries are shown to this function."""

    ledger: Ledger
    show: Callable[[Entries], None]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)

    def entries(self, task_arns: Sequence[str]) -> Entries:
        found = self.ledger.entries(task_arns)
        self.show(found)
        return found


class Account(EcsMachine):
    """The same, and the ledger of it."""

    def deploy(self) -> None:
        system = memory_system(
            _Noted(self._call), self.clock, DEFAULT, MemoryNotifier(lambda: self.clock.now)
        )
        self.system = replace(system, ledger=_NotedLedger(system.ledger, self._compare))
        self.ledger, self.progress = system.ledger, system.progress_store
        self.answered: dict[str, int] = {}
        self.lost: set[str] = set()
        self.versions: dict[str, int] = {}
        self.denied: defaultdict[str, set[datetime]] = defaultdict(set)
        self.behind: defaultdict[str, set[datetime]] = defaultdict(set)
        self.passed: datetime = self.clock.now
        self.runs, self.sweeping = 0, False

    @rule(minutes=st.integers(1, 10))
    def pass_time(self, minutes: int) -> None:
        """A whole pass without faults comes round within the hour for which ECS remembers."""
        if self.clock.now + timedelta(minutes=minutes) - self.passed > timedelta(minutes=30):
            with self._well():
                self._whole_pass()
        self._wait(minutes)

    @rule(minutes=st.integers(61, 200))
    def go_down(self, minutes: int) -> None:
        """Nothing runs for longer than ECS remembers: what nobody heard of by then is lost for good."""
        self._wait(minutes)
        self.note_lost()
        self.passed = self.clock.now

    # What is deployed.

    @rule(size=st.integers(1, 6), interruption=st.just(NONE) | interruptions)
    def receive(self, size: int, interruption: Interruption) -> None:
        """A batch of messages; what is not done comes again."""
        batch, self.queue[:] = self.queue[:size], self.queue[size:]
        turn = self._turn(interruption)
        messages = {str(number): json.dumps(event) for number, event in enumerate(batch)}
        failed: Iterable[str] = messages
        with self._outside_a_sweep(), suppress(Killed, ZeroDivisionError, TransientError):
            failed = self._around(turn).observe(messages).failed
        self.queue.extend(batch[int(number)] for number in failed)

    @rule(task=EcsMachine.tasks, version=st.integers(10, 12))
    def report_falsely(self, task: str, version: int) -> None:
        """An event of a version that the task never had."""
        cluster = f"{task.partition(':task/')[0]}:cluster/{named(task)['cluster']}"
        self.queue.append(envelope(version, taskArn=task, clusterArn=cluster))

    @rule(minutes=st.integers(5, 10))
    def sweep_later(self, minutes: int) -> None:
        self.pass_time(minutes)
        self.sweep()

    @rule(interruption=interruptions, time=st.integers(1, 40))
    def sweep(self, interruption: Interruption = NONE, time: int = 40) -> None:
        turn = self._turn(interruption)
        with suppress(Killed, ZeroDivisionError, TransientError):
            self._sweep(turn, time)

    @rule(interruption=st.just(NONE) | interruptions)
    def watch(self, interruption: Interruption = NONE) -> None:
        turn = self._turn(interruption)
        with self._outside_a_sweep(), suppress(Killed, ZeroDivisionError, TransientError):
            self._around(turn).watch()

    # What must hold.

    @invariant()
    def versions_only_grow(self) -> None:
        """But by a reset, which leaves its row, after two passes to which the API gave older states."""
        for arn, entry in self.ledger.entries(self.lived).items():
            version = entry.state.version
            if version < self.versions.get(arn, 0):
                rows = self.ledger.history(arn)
                assert [row for row in rows if row.source is Source.RESET and row.version <= version]
                assert len(self.behind[arn]) > 1
            self.versions[arn] = version

    @invariant()
    def nothing_that_lives_is_closed(self) -> None:
        """Not for a moment, unless the API denied it in two passes."""
        for arn, task in self.known().items():
            entry = self.ledger.entry(arn)
            if entry and entry.closed and task["lastStatus"] != "STOPPED":
                assert (entry.unobserved, len(self.denied[arn]) > 1) == (True, True)

    def teardown(self) -> None:
        """The faults end, what was late arrives, and two whole sweeps run, ten minutes apart."""
        if not hasattr(self, "clock"):
            return
        self.api = self.ecs
        self.delivery.flush()
        while self.queue:
            self.receive(10, NONE)
        for minutes in (11, 10, 10):  # the first ends the sweep under way
            self._wait(minutes)
            assert self._sweep(self._turn(NONE), 10_000).complete
            self.versions_only_grow()
        self._check()
        for _ in range(2):
            self._wait(6)
            self._sweep(self._turn(NONE), 10_000)
        self._check()
        gone = set(self.lived) - set(self.known()) - self.lost
        assert [arn for arn in gone if self.ledger.entries([arn])[arn].open] == []

    def _check(self) -> None:
        entries = self.ledger.entries(self.lived)
        assert set(self.lived) - set(entries) <= self.lost
        for arn, task in self.known().items():
            assert (entries[arn].state.version, entries[arn].unobserved) == (task["version"], False)
            assert entries[arn].open == (task["lastStatus"] != "STOPPED")
            assert (entries[arn].missing_since, entries[arn].above_since) == (None, None)
            assert {row.version for row in self.ledger.history(arn)} >= {task["version"]}
            if task["lastStatus"] == task["desiredStatus"] == "RUNNING":
                self._check_protection(arn, entries[arn].protection)

    def _check_protection(self, arn: str, known: Protection | None) -> None:
        request = {"cluster": named(arn)["cluster"], "tasks": [arn]}
        for shown in self.ecs.call("GetTaskProtection", request)["protectedTasks"]:
            ends = known.expires_at if known and known.enabled else None
            assert (ends and ends.timestamp()) == shown.get("expirationDate")

    # How it is done.

    def _call(self, operation: str, request: Fields) -> Answer:
        """The answer on a day like this; which sweeps got MISSING for a task is noted, and all versions."""
        answer = self.api.call(operation, request)
        if operation == "DescribeTasks" and self.sweeping and self.progress.place:
            for failure in answer["failures"]:
                self.denied[failure["arn"]].add(self.progress.place.began)
            self.answered = {task["taskArn"]: task["version"] for task in answer["tasks"]}
        return answer

    @contextmanager
    def _outside_a_sweep(self) -> Iterator[None]:
        """What others ask and are answered in the middle of a sweep is not what the sweep goes by."""
        was, self.sweeping = self.sweeping, False
        try:
            yield
        finally:
            self.sweeping = was

    def _compare(self, entries: Entries) -> None:
        """Notes the sweeps that got an older state than the entry that they read after it."""
        if self.sweeping and self.progress.place:
            for arn in entries.keys() & self.answered.keys():
                if self.answered[arn] < entries[arn].state.version:
                    self.behind[arn].add(self.progress.place.began)

    def _around(self, turn: Turn) -> LocalSystem:
        """The system for one run, whose calls may be interrupted."""
        ports = {name: turn.around(getattr(self.system, name)) for name in ("tasks", "ledger")}
        return replace(self.system, **ports, progress_store=turn.around(self.progress))

    def _turn(self, interruption: Interruption) -> Turn:
        kind, name, nth = interruption
        turn = Turn(name, nth, lambda: None)

        def kill() -> None:
            turn.dead = True

        def fail() -> None:
            raise TransientError("made up")

        def break_off() -> None:
            raise ZeroDivisionError

        acts: dict[str, Callable[[], object]] = {
            "nothing": lambda: None,
            "kill": kill,
            "error": fail,
            "bug": break_off,
            "events": lambda: self.receive(10, NONE),
            "stops": self._stop_some,
            "sweep": lambda: self._sweep(self._turn(NONE), 40),
            "watch": self.watch,
        }
        turn.act = acts[kind]
        return turn

    def _stop_some(self) -> None:
        """Tasks stop just now, and the events of it are there at once."""
        for arn in self.lived[-3:]:
            self.report(arn, "STOPPED")
        self.receive(10, NONE)

    def _sweep(self, turn: Turn, time: int) -> SweepResult:
        left = iter(range(time))
        self.runs += 1
        was, self.sweeping = self.sweeping, True
        try:
            return self._around(turn).sweep(f"run {self.runs}", lambda: next(left, None) is None)
        finally:
            self.sweeping = was

    def _whole_pass(self) -> None:
        """The pass under way comes to its end, and one from the beginning after it."""
        if self.progress.run is not None:
            self._wait(11)
        for _ in range(2):
            assert self._sweep(self._turn(NONE), 10_000).complete
        self.passed = self.clock.now

    def _wait(self, minutes: int) -> None:
        self.clock.advance(minutes * 60)
        self.delivery.release()

    @contextmanager
    def _well(self) -> Iterator[None]:
        self.api = self.ecs
        yield
        self.api = self.faulty

    def note_lost(self) -> None:
        unheard = set(self.lived) - set(self.ledger.entries(self.lived))
        self.lost |= unheard - set(self.known())
