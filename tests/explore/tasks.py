"""Tasks, observers and a sweep: what is explored of the ledger.

    ECS               each task comes to its next version, or is forgotten after its last; it never goes back
    events            those of versions that were reached arrive in any order, any number of times, or never
    DescribeTasks     the version that is, or any before it, also MISSING; no answer; an error
    the table         what a key or an index shows without ConsistentRead may be what was there before
    any program       may die after each write; an update whose answer is lost is made twice

An entry never goes back but by a reset, and never changes its state under one version. It stands after its row
and its cluster's mark. It is closed as UNOBSERVED, or reset, by a sweep that got such an answer, after another
one that did. From each state, when calls succeed again, all is right after two complete passes, and stays so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import product
from typing import Any
from unittest.mock import patch

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.adapters.dynamodb.services import DynamoServices
from reconciler.adapters.dynamodb.sweep_progress import DynamoSweepProgress
from reconciler.adapters.ecs import EcsTasks
from reconciler.adapters.ecs_services import ApiServices
from reconciler.findings.policy import Policy
from reconciler.use_cases import sweep_cluster
from reconciler.use_cases.observe import Intake, observe
from reconciler.use_cases.sweep import Sweep
from taskledger.local.system import RUN, no_policy_store
from taskledger.simulator.engine.errors import ApiError
from tests.support.ledgers import RETENTION
from tests.support.values import START, event, recording

from .closing import Closing
from .invariants import Invariants
from .lives import Life
from .programs import Automata, Client, Course, Made, Pool, Program, Run
from .search import Moves, State, Wrong
from .table import Call, Done, Item, Key, Numbered, Table, as_text

TABLE = "table"
BETWEEN_SWEEPS = timedelta(minutes=11)
# No state of a start is stuck: how long one lasted would be read from the rows of history.
POLICY = Policy(stuck_after={})

Versions = tuple[int, ...]  # of each task
# The versions that are, and those that were when each run of the sweep began.
World = tuple[Versions, tuple[Versions, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much happens: `batches` are the events by task and version that come in one batch.

    `warm` observers have marked the cluster before. With `pages` each run of the sweep may be out of time before
    any page. Answers of ECS are so many versions `behind` at the most, and `errors` among them. Of courses that are
    taken for the same so many are `compared`. Where nothing is `stale` the table and the lists of ECS show what is.
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
    warm: _Warm = field(init=False)
    observers: dict[Sequence[tuple[int, int]], Program] = field(default_factory=dict)
    sweeps: dict[tuple[int, bool], Program] = field(default_factory=dict)
    said: dict[tuple[int, Versions, int], list[Done]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.limits.stale:
            self.table.lags = _is_entry
        self.automata = Automata(self.table.answers, self.times, memory=self.memory, compared=self.limits.compared)
        self.invariants = Invariants(
            self.table, self.automata, self.noted, POLICY, lambda state: self.times[self.time(state)]
        )
        self.closing = Closing(self)
        self.warm = _Warm(self.lives[0].cluster_arn)
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
        messages = {str(n): self.lives[place].events[version - 1] for n, (place, version) in enumerate(batch)}

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
            what = self.automata.calls[call]
            found = dict(getattr(self, f"_{what.operation}")(what.request, versions))
            several: dict[int, str] = {}
            for how, answer in found.items():
                several.setdefault(self.table.answer(answer), how)
            known = [Done(answer, (), how, time) for answer, how in several.items()]
            self.said[call, versions, time] = known
        return known

    def _list_clusters(self, asked: Mapping[str, Any], versions: Sequence[int]) -> Iterator[tuple[str, Any]]:
        yield "", {"clusterArns": [self.lives[0].cluster_arn]}

    def _list_services(self, asked: Mapping[str, Any], versions: Sequence[int]) -> Iterator[tuple[str, Any]]:
        yield "", {"serviceArns": []}

    def _out_of_time(self, asked: Mapping[str, Any], versions: Sequence[int]) -> Iterator[tuple[str, Any]]:
        yield "", {"out": False}
        yield "yes", {"out": True}

    def _list_tasks(self, asked: Mapping[str, Any], versions: Sequence[int]) -> Iterator[tuple[str, Any]]:
        for seen in product(*(self._seen(version) if self.limits.stale else [version] for version in versions)):
            tasks = [life.task(version) for life, version in zip(self.lives, seen, strict=True)]
            listed = [one["taskArn"] for one in tasks if one and one["desiredStatus"] == asked["desiredStatus"]]
            yield f"{asked['desiredStatus']} {seen}", {"taskArns": listed}

    def _describe_tasks(
        self, asked: Mapping[str, Any], versions: Sequence[int]
    ) -> Iterator[tuple[str, Any]]:
        about = [place for place, life in enumerate(self.lives) if life.task_arn in asked["tasks"]]
        unclear = [-1] if self.limits.errors else []
        choices = [[*self._seen(versions[place]), *unclear] for place in about]
        for seen in product(*choices):
            yield str(seen), self._described({self.lives[p]: v for p, v in zip(about, seen, strict=True)})
        if self.limits.errors:
            error = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
            yield "throttled", {"error": error}

    def _seen(self, version: int) -> Sequence[int]:
        """The version that is, and those before it that may be answered."""
        return range(version, max(-1, version - self.limits.behind - 1), -1)

    def _described(self, seen: Mapping[Life, int]) -> dict[str, Any]:
        tasks = [task for life, version in seen.items() if (task := life.task(version))]
        reasons = {
            life.task_arn: "made up" if version < 0 else "MISSING"
            for life, version in seen.items()
            if life.task(version) is None
        }
        return {"tasks": tasks, "failures": [{"arn": a, "reason": why} for a, why in reasons.items()]}

    # What is told apart.

    def memory(self, course: Course, made: Sequence[Made]) -> Hashable:
        """What a program that waits for a call goes on with.

        Of an observer that has put its rows that is what it is about to write, and so what it waits for. A sweep has
        its place and what it was answered of tasks; of how these came to be listed nothing, once they are described.
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
                found.append(_meaning(answer))
                due = due if self.limits.pages else []
            elif operation not in {"list_clusters", "list_services", "query"} or asked.get("IndexName") == "closed":
                found.append(id(answer))
        return (*found, *due)

    def is_local(self, what: Call) -> bool:
        """No observer, if it is warm, sees a mark or the sweep's place; and nobody but these reads the others."""
        asked = what.request
        if what.operation in {"list_clusters", "list_services", "batch_write_item", "out_of_time"}:
            return True
        if what.operation == "query":
            index = asked.get("IndexName")
            marks = asked["ExpressionAttributeValues"].get(":pk", {}).get("S") == "CLUSTERS"
            # Of what closed only findings follow, and in this instance nobody stores one.
            return index in {"due", "protected", "closed"} or (index is None and (self.limits.warm or not marks))
        if what.operation == "update_item":
            pk = asked["Key"]["pk"]["S"]
            return pk in {"SWEEP", "ACTIVE"} or (pk == "CLUSTERS" and self.limits.warm)
        return what.operation == "batch_get_item" and not any(map(_is_entry_key, _keys(asked)))

    def is_late(self, what: Call) -> bool:
        return what.operation in {"list_tasks", "describe_tasks"}

    # What must hold.

    def wrote(self, automaton: int, before: State, after: State, done: Done) -> State:
        return self.invariants.wrote(automaton, before, after, done)

    def check(self, state: State) -> None:
        self.closing.check(state)


def _meaning(answer: Mapping[str, Any]) -> Hashable:
    """What was described, and what was not; how it was not is all the same."""
    missing = (one["arn"] for one in answer.get("failures", ()) if one["reason"] == "MISSING")
    versions = ((one["taskArn"], one["version"]) for one in answer.get("tasks", ()))
    return tuple(sorted(versions)), tuple(sorted(missing))


def _is_entry(key: Key) -> bool:
    return key[1] == "ENTRY"


def _is_entry_key(key: Item) -> bool:
    return bool(key["sk"]["S"] == "ENTRY")


def _is_row(key: Key) -> bool:
    return key[1].startswith("v0")


def _keys(asked: Mapping[str, Any]) -> Sequence[Item]:
    ((_, one),) = asked["RequestItems"].items()
    return list(one["Keys"])


def new_ledger(client: Any, run: Run) -> DynamoLedger:
    ledger = DynamoLedger(client, TABLE, RETENTION)
    ledger._pool = Pool(run)  # type: ignore[assignment]  # noqa: SLF001 - the one place that starts threads
    return ledger


class _Warm:
    """The ledger of a function that has recorded a task of the cluster before: it knows that it is marked."""

    def __init__(self, cluster_arn: str) -> None:
        self._run: Run | None = None
        client: Any = self
        self._ledger = DynamoLedger(client, TABLE, RETENTION)
        self._ledger.record([recording(event(1, cluster_arn=cluster_arn))])

    def of(self, run: Run) -> DynamoLedger:
        self._run = run
        self._ledger._pool = Pool(run)  # type: ignore[assignment]  # noqa: SLF001 - as in `new_ledger`
        return self._ledger

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        """A call of the run; before there is one, of a table that takes everything."""
        return lambda **request: self._run.call(operation, request) if self._run else {}
