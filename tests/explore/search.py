"""The search: every state that can be reached, breadth first, each looked at once.

A step is one call to AWS by one of the programs under way, with all that may come of it, or something that
happens in the world. What is taken for one, and why nothing is lost by that:

seen          a state is the world, the table, and of each program the calls that it waits for with all that
              may follow. A state that was reached before is left.
same          programs of one kind have no order, and courses that go on alike are one (`programs`).
local calls   of what no other program of the instance reads or writes: they are made at once, as nobody could
              see when they are made. Each write among them may still be the last of its program.
late calls    questions to ECS, of which any older answer may be given anyway, so that one that was given
              earlier, at its time, is among these. They are asked together with the program's next call.
begin         a program begins with its first call that others can see: before that it has done nothing.
crash         only after a write: who dies after a read leaves what the write before it left, or never began.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from .programs import Alone, Automata, Differs, Program, Thread
from .table import Call, Done, Table


class State(NamedTuple):
    """The world, what is noted beside it, and the table, each as a number; and the programs under way."""

    world: int
    noted: int
    rows: int
    programs: tuple[int, ...] = ()


Moves = Iterator[tuple[str, State]]


class Wrong(AssertionError):
    """Something that must never be, or must always be again."""


class Model(Protocol):
    """What is explored: the world beside the table, and the programs that may begin in it."""

    table: Table
    automata: Automata

    def initial(self) -> State: ...

    def events(self, state: State) -> Moves:
        """What may happen that no program does."""

    def begins(self, state: State) -> Iterator[tuple[str, State, Program]]:
        """The programs that may begin now, and the state in which they do."""

    def time(self, state: State) -> int: ...

    def answers(self, automaton: int, call: int, state: State) -> Iterator[Done]:
        """All that a call of another service than the table may be answered."""

    def is_local(self, what: Call) -> bool: ...

    def is_late(self, what: Call) -> bool: ...

    def wrote(self, automaton: int, call: int, before: State, after: State, done: Done) -> State:
        """The state with what is to be noted of the write; raises `Wrong` for one that must not be."""

    def check(self, state: State) -> None:
        """Raises `Wrong` unless all comes right from here, once nothing fails any more."""


@dataclass(slots=True)
class Found:
    """What a search came to."""

    states: int = 0
    moves: int = 0
    calls: int = 0
    depth: int = 0
    checked: int = 0
    seconds: float = 0
    stopped: bool = False
    courses: int = 0
    wrong: str = ""
    path: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Search:
    """One exploration; `until` is when it has to stop, by the machine's clock."""

    model: Model
    until: float = float("inf")
    progress: Callable[[Found], object] = lambda found: None
    crashes: bool = True
    found: Found = field(default_factory=Found)
    parents: dict[State, State | None] = field(default_factory=dict)
    quiet: set[tuple[int, int, int]] = field(default_factory=set)
    known: dict[tuple[State, int], Sequence[tuple[str, State]]] = field(default_factory=dict)

    def run(self) -> Found:
        """Explores until all is seen, something is wrong, or time is up."""
        began = time.monotonic()
        while True:
            try:
                self._explore()
            except Differs:
                self._again()
                continue
            except Wrong as error:
                self.found.wrong = str(error)
            self.found.seconds = time.monotonic() - began
            self.found.states = len(self.parents)
            self.found.courses = self.model.automata.runs
            return self.found

    def _again(self) -> None:
        """From the beginning, with the courses kept apart that went on differently."""
        automata = self.model.automata
        for known in (automata.members, automata.known, automata.went):
            known.clear()
        self.parents.clear()
        self.quiet.clear()
        self.known.clear()
        self.found = Found()

    def _explore(self) -> None:
        first = self.model.initial()
        self.parents[first] = None
        layer: deque[State] = deque([first])
        while layer:
            following: deque[State] = deque()
            for state in layer:
                if time.monotonic() > self.until:
                    self.found.stopped = True
                    return
                self._visit(state, following)
            self.found.depth += bool(following)
            self.found.states = len(self.parents)
            self.progress(self.found)
            layer = following

    def _visit(self, state: State, following: deque[State]) -> None:
        try:
            self._check(state)
            for _, after in self.moves(state):
                self.found.moves += 1
                if after not in self.parents:
                    self.parents[after] = state
                    following.append(after)
        except Wrong:
            self.found.path = self.path(state)
            raise

    def _check(self, state: State) -> None:
        """All programs under way may die just now: what is left has to come right."""
        place = state[:3]
        if place not in self.quiet:
            self.quiet.add(place)
            self.found.checked += 1
            self.model.check(State(*place))

    def path(self, state: State) -> list[str]:
        """What led to this state, as short as can be."""
        parent = self.parents[state]
        if parent is None:
            return []
        labels = [label for label, after in self.moves(parent) if after == state]
        return [*self.path(parent), labels[0]]

    # Moves.

    def moves(self, state: State) -> Moves:
        yield from self.model.events(state)
        for label, began, program in self.model.begins(state):
            for done, after in self._first(began, program):
                yield f"{label}: {done}", after
        for place, automaton in enumerate(state.programs):
            if place and state.programs[place - 1] == automaton:
                continue
            others = state.programs[:place] + state.programs[place + 1 :]
            for label, after in self._next(State(*state[:3]), automaton):
                yield label, _beside(after, others)

    def _first(self, state: State, program: Program) -> Moves:
        """The first moves of a program that begins, whatever else is under way."""
        automaton = self.model.automata.begin(program)
        alone = State(*state[:3])
        if (alone, -automaton) not in self.known:
            found = self._go_on(alone, automaton, late=True) if automaton else iter(())
            self.known[alone, -automaton] = _each_once(found)
        for label, after in self.known[alone, -automaton]:
            yield label, _beside(after, state.programs)

    def _next(self, alone: State, automaton: int) -> Sequence[tuple[str, State]]:
        """The next moves of a program under way: they are the same whatever else is."""
        found = self.known.get((alone, automaton))
        if found is None:
            waits = self.model.automata.waits(automaton)
            moves = (move for thread, _ in waits for move in self._step(alone, automaton, thread))
            found = self.known[alone, automaton] = _each_once(moves)
        return found

    def _go_on(self, state: State, automaton: int, *, late: bool) -> Moves:
        """Makes the calls that are made at once; `late` when the next one belongs to those before."""
        if not automaton:
            yield "over", state
            return
        automata, waits = self.model.automata, self.model.automata.waits(automaton)
        local = [thread for thread, call in waits if self.model.is_local(automata.calls[call])]
        if local:
            yield from self._step(state, automaton, local[0], late=late)
        elif late:
            for thread, _ in waits:
                yield from self._step(state, automaton, thread)
        else:
            yield "", _with(state, automaton)

    def _step(self, state: State, automaton: int, thread: Thread, *, late: bool = False) -> Moves:
        """One call of the program, which is not among those of the state, and all that may come of it."""
        automata = self.model.automata
        call = dict(automata.waits(automaton))[thread]
        what = automata.calls[call]
        late = self.model.is_late(what) or (late and self.model.is_local(what))
        for done in self.outcomes(automaton, call, state):
            self.found.calls += 1
            rows = self.model.table.with_writes(state.rows, done.writes)
            after = self.model.wrote(automaton, call, state, state._replace(rows=rows), done)
            label = f"{what.operation} {done.how}".rstrip()
            if self.crashes and after != state:
                yield f"{label}, then it dies", after
            time = done.time if done.time >= 0 else self.model.time(after)
            then = automata.go(automaton, thread, done.answer, time)
            for following, last in self._go_on(after, then, late=late):
                yield f"{label}, {following}".rstrip(", "), last

    def outcomes(self, automaton: int, call: int, state: State) -> Iterator[Done]:
        """All that may come of a call, also where an update's answer is lost and botocore asks again."""
        what = self.model.automata.calls[call]
        if not hasattr(Table, f"_{what.operation}"):
            yield from self.model.answers(automaton, call, state)
            return
        table = self.model.table
        for done in table.outcomes(call, what, state.rows):
            yield done
            if what.operation == "update_item" and done.writes:
                again = table.with_writes(state.rows, done.writes)
                for second in table.outcomes(call, what, again):
                    yield Done(
                        second.answer, (*done.writes, *second.writes), f"{second.how} when asked again"
                    )


def _each_once(moves: Moves) -> Sequence[tuple[str, State]]:
    """One move to each state."""
    found: dict[State, str] = {}
    for label, after in moves:
        found.setdefault(after, label)
    return [(label, after) for after, label in found.items()]


def _with(state: State, automaton: int) -> State:
    return _beside(state, (automaton,))


def _beside(state: State, others: tuple[int, ...]) -> State:
    """The state with these programs under way, too."""
    if not others:
        return state
    return State(*state[:3], tuple(sorted((*state.programs, *others))))


def play(search: Search, state: State, program: Program) -> State:
    """The state after a program that runs alone to its end, with the first answer to each call."""
    model = search.model

    def answer(call: int) -> int:
        nonlocal state
        done = next(search.outcomes(0, call, state))
        rows = model.table.with_writes(state.rows, done.writes)
        state = model.wrote(0, call, state, state._replace(rows=rows), done)
        return done.answer

    program.work(Alone({}, model.automata, model.time(state), answer=answer))
    return state
