"""What must hold at every write of an entry, whoever makes it, and what findings it brings to light."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reconciler.adapters.dynamodb.items.task import entry_items
from reconciler.findings.policy import Policy
from reconciler.ports.ledger import EntryChange
from reconciler.use_cases.assess import new_findings

from .programs import Course, Made
from .search import State, Wrong
from .table import Done, Item, Table

if TYPE_CHECKING:
    from datetime import datetime

    from .programs import Automata
    from .table import Numbered

_OF_ITS_VERSION = ("lastStatus", "desiredStatus", "observedAt", "source", "stopCode", "stoppedAt")
_CAUGHT_UP = timedelta(minutes=10) / timedelta(milliseconds=1)
_PASS = {"pk": {"S": "SWEEP"}, "sk": {"S": "PASS"}}


@dataclass(slots=True)
class Invariants:
    """Looks at each course before it writes an entry, and at each entry that was written."""

    table: Table
    automata: Automata
    noted: Numbered[frozenset[str]]
    policy: Policy
    now: Callable[[State], datetime]
    rows: dict[int, set[tuple[str, int]]] = field(default_factory=dict)
    brought: dict[tuple[int, int], frozenset[str]] = field(default_factory=dict)

    # Of a course: what it has done and was answered before it writes.

    def check_course(self, state: int, course: Course, made: Sequence[Made]) -> None:
        for _, number in self.automata.waits(state):
            call = self.automata.calls[number]
            if call.operation == "update_item" and call.request["Key"]["sk"]["S"] == "ENTRY":
                self._check_ground(call.request, made, course[0].name)
                rows = set(_rows(made))
                self.rows[state] = self.rows.get(state, rows) & rows

    def _check_ground(self, asked: Any, made: Sequence[Made], name: str) -> None:
        arn, values = asked["Key"]["pk"]["S"], asked["ExpressionAttributeValues"]
        answer = _described(arn, made)
        if (":missingSince" in values or ":closedAs" in values) and answer != "MISSING":
            raise Wrong(f"{name} takes {answer} for MISSING")
        if ":seenAboveSince" in values and answer != int(values[":version"]["N"]):
            raise Wrong(f"{name} resets to what ECS did not say: {answer}")
        if ":aboveSince" in values and not isinstance(answer, int):
            raise Wrong(f"{name} marks as above ECS, which said {answer}")

    # Of a write.

    def wrote(self, automaton: int, before: State, after: State, done: Done) -> State:
        """The state with the findings that the write brings to light."""
        if before.rows == after.rows:
            return after
        for slot, item in done.writes:
            if self.table.slots[slot][1] == "ENTRY":
                was = self.table.now(self.table.rows[before.rows], slot)
                old, new = self.table.items[was], self.table.items[item]
                assert new is not None
                self._check_write(old, new, before)
                if automaton and new["version"] != (old and old["version"]):
                    self._check_row(automaton, new)
                if (was, item) not in self.brought:
                    self.brought[was, item] = self._new_findings(old, new, after)
                if found := self.brought[was, item]:
                    after = after._replace(noted=self.noted.number(self.noted[after.noted] | found))
        return after

    def _check_write(self, old: Item | None, new: Item, state: State) -> None:
        if ("openSince" in new) == ("closedAt" in new):
            raise Wrong("an entry is neither open nor closed, or both")
        mark = self.table.slot({"pk": {"S": "CLUSTERS"}, "sk": new["clusterArn"]})
        if not self.table.now(self.table.rows[state.rows], mark):
            raise Wrong("an entry is written before its cluster is marked")
        if old is None:
            return
        if _number(new, "version") < _number(old, "version"):
            self._check_reset(old, state)
        if new["version"] == old["version"]:
            self._check_same_version(old, new, state)

    def _check_same_version(self, old: Item, new: Item, state: State) -> None:
        changed = [name for name in _OF_ITS_VERSION if old.get(name) != new.get(name)]
        if changed:
            raise Wrong(f"an entry changes under version {new['version']['N']}: {', '.join(changed)}")
        if _number(new, "describedAt") < _number(old, "describedAt"):
            raise Wrong("an older description is written over a newer one")
        closed = "closedAs" in new and "closedAs" not in old
        if closed and not self._since_before(old, "missingSince", state):
            raise Wrong("a task is closed that was not MISSING in an earlier sweep")

    def _check_row(self, automaton: int, new: Item) -> None:
        """Its row was put before, by each course that writes it."""
        if (new["pk"]["S"], _number(new, "version")) not in self.rows.get(automaton, ()):
            raise Wrong(f"version {new['version']['N']} is written before its row")

    def _check_reset(self, old: Item, state: State) -> None:
        """By a sweep that began after another one had found the entry above ECS, ten minutes ago or more."""
        if not self._since_before(old, "aboveSince", state):
            raise Wrong(f"an entry goes back from version {old['version']['N']}")
        if _milliseconds(self.now(state)) - int(old["aboveSince"]["N"]) < _CAUGHT_UP:
            raise Wrong("an entry is reset too early")

    def _since_before(self, item: Item, name: str, state: State) -> bool:
        """Whether the mark was made before the sweep under way began."""
        sweep = self.table.items[self.table.now(self.table.rows[state.rows], self.table.slot(_PASS))] or {}
        return name in item and "began" in sweep and int(item[name]["N"]) < int(sweep["began"]["N"])

    def _new_findings(self, old: Item | None, new: Item, state: State) -> frozenset[str]:
        entry, previous = entry_items.entry(new), old and entry_items.entry(old)
        change = EntryChange(entry=entry, previous=previous, at=self.now(state))
        return frozenset(one.finding.finding_id for one in new_findings(change, self.policy))


def _rows(made: Sequence[Made]) -> Iterator[tuple[str, int]]:
    """The task and the version of each row of history that was put."""
    for call, _ in made:
        if call.operation == "batch_write_item":
            ((_, requests),) = call.request["RequestItems"].items()
            for one in requests:
                item = one["PutRequest"]["Item"]
                yield item["pk"]["S"], int(item["sk"]["S"][1:20])


def _described(arn: str, made: Sequence[Made]) -> int | str:
    """The version that ECS described last, or why it did not."""
    for call, answer in reversed(made):
        if call.operation == "describe_tasks" and arn in call.request["tasks"]:
            for task in answer.get("tasks", ()):
                if task["taskArn"] == arn:
                    return int(task["version"])
            reasons = {one["arn"]: str(one["reason"]) for one in answer.get("failures", ())}
            return reasons.get(arn, "no answer")
    return "no question"


def _number(item: Item, name: str) -> int:
    return int(item.get(name, {"N": "0"})["N"])


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
