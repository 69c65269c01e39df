"""Tasks, observers and a sweep: what is explored of the ledger.

    ECS               each task comes to its next version, or is forgotten after its last; it never goes back
    events            those of versions that were reached arrive in any order, any number of times, or never
    DescribeTasks     the version that is, or any before it, also MISSING; no answer; an error
    the table         what a key or an index shows without ConsistentRead may be what was there before
    any program       may die after each write; an update whose answer is lost is made twice

An entry never goes back but by a reset, and never changes its state under one version. It stands after its
row and its cluster's mark. It is closed as UNOBSERVED, or reset, by a sweep that got such an answer, after
another one that did. From each state, when calls succeed again, all is right after two complete passes, and
stays so.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.services import DynamoServices
from reconciler.adapters.dynamodb.sweep_progress import DynamoSweepProgress
from reconciler.adapters.ecs import EcsTasks
from reconciler.adapters.ecs_services import ApiServices
from reconciler.findings.policy import Policy
from reconciler.use_cases import sweep_cluster
from reconciler.use_cases.observe import Intake, observe
from reconciler.use_cases.sweep import Sweep
from taskledger.local.system import RUN, no_policy_store
from tests.support.ledgers import RETENTION
from tests.support.values import START

from .answers import Answers, Versions, meaning
from .closing import Closing
from .invariants import Invariants
from .ledgers import TABLE, WarmLedger, new_ledger
from .lives import Life
from .programs import Automata, Client, Course, Made, Program, Run
from .search import Moves, State
from .table import Call, Done, Item, Key, Numbered, Table, as_text

BETWEEN_SWEEPS = timedelta(minutes=11)
# No state of a start is stuck: how long one lasted would be read from the rows of history.
POLICY = Policy(stuck_after={})

# The versions that are, and those that were when each run of the sweep began.
World = tuple[Versions, tuple[Versions, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much happens: `batches` are the events by task and version that come in one batch.

    `warm` observers have marked the cluster before. With `pages` each run of the sweep may be out of time
    before any page of a task. Answers of ECS are so many versions `behind` at the most, and `errors` among
    them; where nothing is `stale` the table and the lists of ECS show what is. Of courses that are taken for
    the same so many are `compared`.
    """

    batches: Sequence[Sequence[tuple[int, int]]]
    observers: int = 2
    sweeps: int = 2
    warm: bool = True
    pages: bool = False
    errors: bool = True
    behind: int = 9
    forgets: bool = True
    stale: bool = True
    compared: int = 2


@dataclass(slots=True)
class Tasks:
    """The instance: its tasks, and the limits of what happens."""

    lives: Sequence[Life]
    limits: Limits
    table: Table = field(default_factory=lambda: Table(unread=_is_row))
    times: Numbered[Any] = field(default_factory=lambda: Numbered[Any](START))
    worlds: Numbered[World] = field(default_factory=lambda: Numbered[World](((), ())))
    noted: Numbered[frozenset[str]] = field(default_factory=lambda: Numbered[frozenset[str]](frozenset()))
    automata: Automata = field(init=False)
    invariants: Invariants = field(init=False)
    closing: Closing = field(init=False)
    ecs: Answers = field(init=False)
    warm: WarmLedger = field(init=False)
    observers: dict[Sequence[tuple[int, int]], Program] = field(default_factory=dict)
    sweeps: dict[tuple[int, bool], Program] = field(default_factory=dict)
    said: dict[tuple[int, Versions, int], list[Done]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.limits.stale:
            self.table.lags = _is_entry
        self.automata = Automata(
            self.table.answers, self.times, memory=self.memory, compared=self.limits.compared
        )
        self.invariants = Invariants(
            self.table, self.automata, self.noted, POLICY, lambda state: self.times[self.time(state)]
        )
        self.closing = Closing(self)
        limits = self.limits
        self.ecs = Answers(self.lives, limits.behind, errors=limits.errors, stale=limits.stale)
        self.warm = WarmLedger(self.lives[0].cluster_arn)
        for sweeps in range(self.limits.sweeps + 5):  # those of the closing, too: in their order
            self._time(sweeps)
        self.automata.on_course = self.invariants.check_course

    def initial(self) -> State:
        rows = 0
        if self.limits.warm:
            rows = self.table.with_writes(0, [self._mark()])
        return State(self.worlds.number(((0,) * len(self.lives), ())), 0, rows)

    def _mark(self) -> tuple[int, int]:
        """The cluster's mark, which lasts: who prolongs it changes nothing."""
        key = {"pk": {"S": "CLUSTERS"}, "sk": {"S": self.lives[0].cluster_arn}}
        until = int((START + 2 * RETENTION).timestamp())
        return self.table.slot(key), self.table.item_number({**key, "ttl": {"N": str(until)}})

    # The world.

    def events(self, state: State) -> Moves:
        versions, sweeps = self.worlds[state.world]
        for place, version in enumerate(versions):
            if version < len(self.lives[place].described) + self.limits.forgets:
                after = (*versions[:place], version + 1, *versions[place + 1 :])
                yield f"task {place} comes to {version + 1}", self._in(state, (after, sweeps))

    def _in(self, state: State, world: World) -> State:
        return state._replace(world=self.worlds.number(world))

    def begins(self, state: State) -> Iterator[tuple[str, State, Program]]:
        versions, sweeps = self.worlds[state.world]
        kinds = [self.automata.kind(one) for one in state.programs]
        if kinds.count("observe") < self.limits.observers:
            for batch in self.limits.batches:
                if all(version <= versions[place] for place, version in batch):
                    yield f"observe {batch}", state, self.observer(batch)
        if "sweep" not in kinds and len(sweeps) < self.limits.sweeps:
            began = self._in(state, (versions, (*sweeps, versions)))
            yield "sweep", began, self.sweep(self.time(began))

    def time(self, state: State) -> int:
        """It passes when a run of the sweep begins: what comes in between is at one time."""
        return self._time(len(self.worlds[state.world][1]))

    def _time(self, sweeps: int) -> int:
        return self.times.number(START + timedelta(minutes=1) + sweeps * BETWEEN_SWEEPS)

    # The programs.

    def observer(self, batch: Sequence[tuple[int, int]]) -> Program:
        if batch in self.observers:
            return self.observers[batch]
        messages = {
            str(n): str(self.lives[place].events[version - 1]) for n, (place, version) in enumerate(batch)
        }

        def work(run: Run) -> None:
            client: Any = Client(run)
            ledger = self.warm.of(run) if self.limits.warm else new_ledger(client, run)
            observe(
                messages,
                Intake(
                    tasks=EcsTasks(client),
                    ledger=ledger,
                    services=DynamoServices(client, TABLE, RETENTION),
                    clock=run.clock,
                ),
            )

        return self.observers.setdefault(batch, Program("observe", str(batch), work))

    def sweep(self, began: int, *, hurried: bool = True) -> Program:
        if (began, hurried) in self.sweeps:
            return self.sweeps[began, hurried]
        run_id = str(began)

        def work(run: Run) -> None:
            client: Any = Client(run)
            paged = self.limits.pages and hurried
            sweep = Sweep(
                tasks=EcsTasks(client),
                ledger=new_ledger(client, run),
                ecs_services=ApiServices(client),
                services=DynamoServices(client, TABLE, RETENTION),
                incidents=DynamoIncidents(client, TABLE, RETENTION),
                progress_store=DynamoSweepProgress(client, TABLE),
                clock=run.clock,
                out_of_time=(lambda: bool(run.call("out_of_time", {})["out"])) if paged else (lambda: False),
                policy=POLICY,
                save_policy=no_policy_store,
            )
            with patch.object(sweep_cluster, "CHUNK", 1 if self.limits.pages else 100):
                sweep.run(run_id, self.times[began] + RUN)

        name = run_id + ("" if hurried else " whole")
        return self.sweeps.setdefault((began, hurried), Program("sweep", name, work, began))

    # What the calls of ECS are answered; the first is the truth.

    def answers(self, automaton: int, call: int, state: State) -> Iterator[Done]:
        """An observer may have had its answer before the sweep began that is under way now."""
        versions, sweeps = self.worlds[state.world]
        yield from self._said(call, versions, -1)
        if self.automata.kind(automaton) == "observe":
            for place, before in enumerate(sweeps):
                yield from self._said(call, before, self._time(place))

    def _said(self, call: int, versions: Versions, time: int) -> Sequence[Done]:
        known = self.said.get((call, versions, time))
        if known is None:
            several: dict[int, str] = {}
            for how, answer in self.ecs.say(self.automata.calls[call], versions):
                several.setdefault(self.table.answer(answer), how)
            known = [Done(answer, (), how, time) for answer, how in several.items()]
            self.said[call, versions, time] = known
        return known

    # What is taken for one.

    def memory(self, course: Course, made: Sequence[Made]) -> Hashable:
        """What a program that waits for a call goes on with.

        Of an observer that has put its rows that is what it is about to write, and so what it waits for. A
        sweep has its place and what it was answered of tasks; once they are described, nothing of the lists.
        """
        program, _ = course
        if program.kind == "observe":
            rows = any(call.operation == "batch_write_item" for call, _ in made)
            return "observe" if rows else course
        found: list[Hashable] = [program.name]
        due: list[Hashable] = []
        for call, answer in made:
            operation, asked = call.operation, call.request
            if operation == "update_item" and asked["Key"]["pk"]["S"] in {"SWEEP", "CLUSTERS"}:
                found.append(as_text({**answer.get("Attributes", answer), "run": 0, "runUntil": 0}))
            elif operation in {"list_tasks", "out_of_time"} or asked.get("IndexName") == "open":
                due.append(id(answer))
            elif operation == "describe_tasks":
                found.append(meaning(answer))
                due = due if self.limits.pages else []
            elif (
                operation not in {"list_clusters", "list_services", "query"}
                or asked.get("IndexName") == "closed"
            ):
                found.append(id(answer))
        return (*found, *due)

    def is_local(self, what: Call) -> bool:
        """No observer sees the sweep's place, nor a mark if it is warm; the rest nobody writes, or reads."""
        asked = what.request
        if what.operation in {"list_clusters", "list_services", "batch_write_item", "out_of_time"}:
            return True
        if what.operation == "query":
            index = asked.get("IndexName")
            marks = asked["ExpressionAttributeValues"].get(":pk", {}).get("S") == "CLUSTERS"
            # Of what closed only findings follow, and in this instance nobody stores one.
            return index in {"due", "protected", "closed"} or (
                index is None and (self.limits.warm or not marks)
            )
        if what.operation == "update_item":
            pk = asked["Key"]["pk"]["S"]
            return pk in {"SWEEP", "ACTIVE"} or (pk == "CLUSTERS" and self.limits.warm)
        return what.operation == "batch_get_item" and not any(map(_is_entry_key, _keys(asked)))

    def is_late(self, what: Call) -> bool:
        return what.operation in {"list_tasks", "describe_tasks"}

    # What must hold.

    def wrote(self, automaton: int, call: int, before: State, after: State, done: Done) -> State:
        return self.invariants.wrote(automaton, before, after, done)

    def check(self, state: State) -> None:
        self.closing.check(state)


def _is_entry(key: Key) -> bool:
    return key[1] == "ENTRY"


def _is_entry_key(key: Item) -> bool:
    return bool(key["sk"]["S"] == "ENTRY")


def _is_row(key: Key) -> bool:
    return key[1].startswith("v0")


def _keys(asked: Mapping[str, Any]) -> Sequence[Item]:
    ((_, one),) = asked["RequestItems"].items()
    return list(one["Keys"])
