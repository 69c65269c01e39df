"""Two assessors and the watch: what is explored of an incident.

    the stream    delivers each change any number of times, alone or with the other, to two assessors at once
    SNS           takes a message, refuses it, or takes it and its answer is lost
    the table     an index, and what is read without ConsistentRead, may show what was there before
    any program   may die after each write, and after each message; none outlasts its minute

A message is published while it is pending, and not once it was settled: twice only between both. From each
state, when calls succeed again and each change was delivered, every finding is counted once, and all was
published.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from reconciler.adapters.dynamodb.incidents import DynamoIncidents, read_incident
from reconciler.adapters.dynamodb.policy import DynamoMutes
from reconciler.adapters.dynamodb.services import DynamoServices
from reconciler.adapters.ecs import EcsTasks
from reconciler.adapters.ecs_services import ApiServices
from reconciler.adapters.sns import SnsNotifier
from reconciler.incidents.model import Incident
from reconciler.ports.ledger import EntryChange
from reconciler.use_cases.alerting.service_look import ServiceLook
from reconciler.use_cases.assess import assess
from reconciler.use_cases.notify import Alerts
from reconciler.use_cases.watch import watch
from tests.support.alerting import LOUD
from tests.support.findings import killed
from tests.support.ledgers import RETENTION
from tests.support.values import START

from .ledgers import TABLE, new_ledger
from .programs import Automata, Client, Program, Run
from .search import Moves, Search, State, Wrong, play
from .table import Call, Done, Key, Numbered, Table

MINUTE = timedelta(minutes=1)
SETTLING = 4  # minutes in which the watch runs, until nothing is left to be sent
REFUSED = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}


@dataclass(slots=True)
class Alerting:
    """The instance: so many changes of a service's tasks, and so many minutes in which calls fail."""

    changes: Sequence[EntryChange]
    minutes: int
    assessors: int = 2
    table: Table = field(default_factory=lambda: Table(lags=_is_read_late, unread=_is_counter))
    times: Numbered[Any] = field(default_factory=lambda: Numbered[Any](START))
    noted: Numbered[frozenset[str]] = field(default_factory=lambda: Numbered[frozenset[str]](frozenset()))
    automata: Automata = field(init=False)
    programs: dict[str, Program] = field(default_factory=dict)
    right: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.automata = Automata(self.table.answers, self.times)

    def initial(self) -> State:
        return State(0, 0, 0)

    def time(self, state: State) -> int:
        """The world is the minute."""
        return self.times.number(START + (state.world + 1) * MINUTE)

    def events(self, state: State) -> Moves:
        if not state.programs and state.world < self.minutes:
            yield "a minute passes", state._replace(world=state.world + 1)

    def begins(self, state: State) -> Iterator[tuple[str, State, Program]]:
        kinds = [self.automata.kind(one) for one in state.programs]
        if kinds.count("assess") < self.assessors:
            every = range(len(self.changes))
            for batch in (*((number,) for number in every), tuple(every)):
                yield f"assess {batch}", state, self.assessor(batch)
        if "watch" not in kinds:
            yield "watch", state, self.watch(self.time(state))

    def assessor(self, batch: Sequence[int]) -> Program:
        changes = [self.changes[number] for number in batch]
        program = Program("assess", str(batch), lambda run: assess(changes, _alerts(run)), 0)
        return self.programs.setdefault(str(batch), program)

    def watch(self, began: int) -> Program:
        def work(run: Run) -> None:
            client: Any = Client(run)
            watch(tasks=EcsTasks(client), ledger=new_ledger(client, run), alerts=_alerts(run))

        return self.programs.setdefault(f"watch {began}", Program("watch", str(began), work, began))

    # What calls are answered.

    def answers(self, automaton: int, call: int, state: State) -> Iterator[Done]:
        what = self.automata.calls[call]
        if what.operation == "publish":
            yield Done(self.table.answer({"MessageId": "made up"}), (), "taken")
            yield Done(self.table.answer({"error": REFUSED}), (), "refused")
            yield Done(self.table.answer({"error": REFUSED}, "lost"), (), "taken, its answer lost")
            return
        assert what.operation == "describe_services", what
        unknown = [{"arn": arn, "reason": "MISSING"} for arn in what.request["services"]]
        yield Done(self.table.answer({"services": [], "failures": unknown}))

    def is_local(self, what: Call) -> bool:
        """Nobody writes what these read: services, tasks, mutes."""
        if what.operation in {"describe_services", "get_item"}:
            return True
        if what.operation == "query":
            known = what.request["ExpressionAttributeValues"].get(":pk", {}).get("S")
            return what.request.get("IndexName") in {"open", "closed", "protected"} or known == "MUTES"
        key = what.request.get("Key", {}).get("pk", {}).get("S")
        return key == "MESSAGES" or (what.operation == "batch_get_item" and _keys(what) <= {"MESSAGES"})

    def is_late(self, what: Call) -> bool:
        return False

    # What must hold.

    def wrote(self, automaton: int, call: int, before: State, after: State, done: Done) -> State:
        """The state with the message that was published, if one was."""
        what = self.automata.calls[call]
        if what.operation != "publish" or not done.how.startswith("taken"):
            return after
        document = json.loads(json.loads(what.request["Message"])["sqs"])
        name = str(document["notificationId"])
        if name not in self._pending(before):
            raise Wrong(f"{name} is published, and is not pending any more")
        return after._replace(noted=self.noted.number(self.noted[after.noted] | {name}))

    def check(self, state: State) -> None:
        """What is pending may have been published before: what is so from nothing is so from anything."""
        pending, published = self._pending(state), self.noted[state.noted]
        for one in self._incidents(state):
            said = {f"{one.incident_id}|{number + 1}" for number in range(one.outbox.sequence)}
            if said - pending - published:
                raise Wrong(f"{sorted(said - pending - published)} was settled, and never published")
        if (state.world, state.rows) not in self.right:
            self._check_end(state)
            self.right.add((state.world, state.rows))

    def _check_end(self, state: State) -> None:
        search = Search(self)
        for number in range(len(self.changes)):
            state = play(search, state, self.assessor((number,)))
        for _ in range(SETTLING):
            state = state._replace(world=state.world + 1)
            state = play(search, state, self.watch(self.time(state)))
        found = self._incidents(state)
        if [one.count for one in found] != [len(self.changes)]:
            raise Wrong(f"of {len(self.changes)} findings are counted {[one.count for one in found]}")
        if found[0].outbox.pending or not found[0].outbox.sequence:
            raise Wrong(f"not everything is published: {found[0].outbox}")

    def _pending(self, state: State) -> set[str]:
        return {one.notification_id for each in self._incidents(state) for one in each.outbox.pending}

    def _incidents(self, state: State) -> list[Incident]:
        rows = self.table.rows[state.rows]
        items = (self.table.items[self.table.now(rows, slot)] for slot in range(1, len(rows)))
        return [read_incident(item) for item in items if item and item["pk"]["S"].startswith("INCIDENT#")]


def changes(number: int) -> list[EntryChange]:
    """So many tasks of a service that were killed for their memory, in one minute."""
    return [killed(each + 1, group="service:payments") for each in range(number)]


def _alerts(run: Run) -> Alerts:
    client: Any = Client(run)
    services = ApiServices(client)
    return Alerts(
        incidents=DynamoIncidents(client, TABLE, RETENTION),
        mutes=DynamoMutes(client, TABLE),
        services=DynamoServices(client, TABLE, RETENTION),
        looks=ServiceLook(ecs_services=services, ledger=new_ledger(client, run), policy=LOUD),
        notifier=SnsNotifier(client, "topic"),
        policy=LOUD,
        clock=run.clock,
    )


def _is_read_late(key: Key) -> bool:
    return key[0].startswith("INCIDENT#") or key[1].startswith("F#")


def _is_counter(key: Key) -> bool:
    return key[0] == "MESSAGES"


def _keys(what: Call) -> set[str]:
    ((_, asked),) = what.request["RequestItems"].items()
    return {one["pk"]["S"] for one in asked["Keys"]}
