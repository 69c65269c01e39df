"""Use cases as automata: what a program calls next follows from the answers that it had so far.

A program is run again from its beginning with the answers so far, to the first call that has none; then it is
given up. So the shipped code runs as it is, and each of its courses is run once, whatever else happens beside
it. Threads of its pool are each run up to the call that they wait for. The time is read where the code reads
it, as it was with the answer before.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from .table import Call, Numbered, as_text

Thread = int
MAIN: Thread = 0
Step = tuple[Thread, int, int]  # of which thread, the number of the answer, the number of its time or -1
Waits = tuple[tuple[Thread, int], ...]  # for which call each thread waits
Made = tuple[Call, Any]  # a call with its answer


class Suspended(BaseException):
    """The program waits for an answer that it was not given."""


class ClockRead(Exception):
    """The program reads the clock after an answer that came without a time."""


@dataclass(slots=True)
class Run:
    """One run of a program with the answers so far."""

    answers: dict[Thread, Iterator[Step]]
    automata: Automata
    time: int
    thread: Thread = MAIN
    dead: set[Thread] = field(default_factory=set)
    waits: list[tuple[Thread, int]] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    timeless: bool = False  # it read the clock after an answer that came without a time

    def call(self, operation: str, request: Mapping[str, Any]) -> Any:
        if self.timeless or self.thread in self.dead:
            raise Suspended
        step = next(self.answers.get(self.thread, iter(())), None)
        if step is None:
            self.waits.append((self.thread, self.automata.call(Call(operation, request))))
            self.dead.add(self.thread)
            raise Suspended
        _, answer, self.time = step
        found = self.automata.answers[answer]
        self.made.append((Call(operation, request), found))
        if isinstance(found, dict) and "error" in found:
            raise ClientError(found["error"], operation)
        return found

    def clock(self) -> datetime:
        if self.time < 0:
            self.timeless = True
            raise Suspended
        return self.automata.times[self.time]


@dataclass(slots=True)
class Alone(Run):
    """A run to its end, whose calls are answered as they are made."""

    answer: Callable[[int], int] = lambda call: 0

    def call(self, operation: str, request: Mapping[str, Any]) -> Any:
        found = self.automata.answers[self.answer(self.automata.call(Call(operation, request)))]
        if isinstance(found, dict) and "error" in found:
            raise ClientError(found["error"], operation)
        return found


class Client:
    """A client of boto3 whose calls are those of the run."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **request: self._run.call(operation, request)

    def get_paginator(self, operation: str) -> Any:
        return _Pages(self._run, operation)


@dataclass
class _Pages:
    run: Run
    operation: str

    def paginate(self, **request: Any) -> Iterator[Any]:
        yield self.run.call(self.operation, request)


@dataclass
class Pool:
    """Threads that are run one after the other, each up to the call that it waits for.

    The time is then that of the last answer; numbers of times are in their order.
    """

    run: Run

    def map(self, work: Callable[[Any], Any], parts: Iterable[Any]) -> list[Any]:
        found, times = [], [self.run.time]
        for thread, part in enumerate(parts, 1):
            self.run.thread, self.run.time = thread, times[0]
            try:
                found.append(work(part))
            except Suspended:
                continue
            finally:
                self.run.thread = MAIN
                times.append(self.run.time)
        self.run.time = max(times)
        if self.run.waits or self.run.timeless:
            self.run.dead.add(MAIN)
            raise Suspended
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A use case with what it is given; those of one kind are the same but for that."""

    kind: str
    name: str
    work: Callable[[Run], object]
    began: int = -1  # the number of the time at which it begins, where it reads that


Course = tuple[Program, tuple[Step, ...]]


class Differs(Exception):
    """Courses that were taken for the same go on differently; the kind and the calls by which they were."""


@dataclass(slots=True)
class Automata:
    """All programs, as far as they were followed.

    Courses that wait for the same calls, and of which `memory` is the same, are one state for as long as they
    go on in the same way: so many of them are `compared` with each answer that any of them gets, and where
    one differs they are kept apart, from the beginning.
    """

    answers: Numbered[Any]
    times: Numbered[datetime]
    calls: Numbered[Call] = field(default_factory=lambda: Numbered(Call("", {}), ""))
    memory: Callable[[Course, Sequence[Made]], Hashable] = lambda course, made: course
    compared: int = 2
    apart: set[tuple[Any, Waits]] = field(default_factory=set)
    states: Numbered[tuple[Any, Waits]] = field(default_factory=lambda: Numbered(("", ())))
    members: dict[int, list[Course]] = field(default_factory=dict)
    known: dict[Course, int] = field(default_factory=dict)
    went: dict[int, dict[Step, int]] = field(default_factory=dict)
    runs: int = 0
    on_course: Callable[[int, Course, Sequence[Made]], None] = lambda state, course, made: None

    def call(self, call: Call) -> int:
        return self.calls.number(call, call.operation + as_text(call.request))

    def begin(self, program: Program) -> int:
        """The state of a program that has just begun; 0 for one that makes no call."""
        return self._state((program, ()))

    def kind(self, state: int) -> str:
        return self.members[state][0][0].kind if state else ""

    def waits(self, state: int) -> Waits:
        return self.states[state][1]

    def go(self, state: int, thread: Thread, answer: int, time: int) -> int:
        """The state after this answer, which came at that time; 0 when the program is over."""
        went = self.went.setdefault(state, {})
        step = (thread, answer, time)
        if step not in went:
            went[step] = self._after(state, step)
        return went[step]

    def _after(self, state: int, step: Step) -> int:
        found = {self._of(course, step) for course in self.members[state]}
        if len(found) > 1:
            self._keep_apart(state)
        return found.pop()

    def _of(self, course: Course, step: Step) -> int:
        program, steps = course
        try:
            return self._state((program, _in_order((*steps, (*step[:2], -1)))))
        except ClockRead:
            return self._state((program, _in_order((*steps, step))))

    def _state(self, course: Course) -> int:
        known = self.known.get(course)
        if known is None:
            known = self.known[course] = self._new(course)
        return known

    def _new(self, course: Course) -> int:
        run = self._run(course)
        waits = tuple(run.waits)
        if not waits:
            return 0
        alike = self.memory(course, run.made)
        state = self.states.number((course if (alike, waits) in self.apart else alike, waits))
        self.on_course(state, course, run.made)
        members = self.members.setdefault(state, [])
        if len(members) >= self.compared:
            return state
        members.append(course)
        for step, went in list(self.went.get(state, {}).items()):
            if self._of(course, step) != went:
                self._keep_apart(state)
        return state

    def _keep_apart(self, state: int) -> None:
        assert self.states[state] not in self.apart
        self.apart.add(self.states[state])
        raise Differs(self.states[state])

    def _run(self, course: Course) -> Run:
        program, steps = course
        self.runs += 1
        by_thread: dict[Thread, list[Step]] = {}
        for step in steps:
            by_thread.setdefault(step[0], []).append(step)
        run = Run({thread: iter(found) for thread, found in by_thread.items()}, self, program.began)
        try:
            program.work(run)
        except Suspended:
            if run.timeless:
                raise ClockRead from None
        return run


def _in_order(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """By thread: how those of several threads came between each other makes no other course."""
    return tuple(sorted(steps, key=lambda step: step[0]))
