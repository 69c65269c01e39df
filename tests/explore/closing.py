"""How all comes right: ECS stops changing, calls succeed again, and two complete passes run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconciler.adapters.dynamodb.items.task import entry_items
from reconciler.findings.rules import findings
from reconciler.parsing.answer import parse_described_task

from .search import Search, State, Wrong, play

if TYPE_CHECKING:
    from reconciler.model.task import TaskState

    from .lives import Life
    from .table import Item
    from .tasks import Tasks

PASSES = 2


@dataclass(slots=True)
class Closing:
    """From each table of each world once; what it needs to have been found before is kept."""

    tasks: Tasks
    needed: dict[tuple[int, int], frozenset[str]] = field(default_factory=dict)

    def check(self, state: State) -> None:
        place = (state.world, state.rows)
        if place not in self.needed:
            self.needed[place] = self._needed(state._replace(noted=0))
        lost = self.needed[place] - self.tasks.noted[state.noted]
        if lost:
            raise Wrong(f"nothing brings these findings to light: {sorted(lost)}")

    def _needed(self, state: State) -> frozenset[str]:
        """The findings of the entries in the end, but for those that the passes brought to light."""
        search = Search(self.tasks)
        for _ in range(PASSES + self._is_under_way(state)):
            state = self._pass(search, state)
        self._check_equal(state)
        self._check_stays(search, state)
        now = self.tasks.times[self.tasks.time(state)]
        found = {
            one.finding_id
            for life in self.tasks.lives
            if (item := self._item(state, life))
            for one in findings(entry_items.entry(item), now, self.tasks.invariants.policy)
        }
        return frozenset(found - self.tasks.noted[state.noted])

    def _is_under_way(self, state: State) -> bool:
        table = self.tasks.table
        found = table.now(table.rows[state.rows], table.slot({"pk": {"S": "SWEEP"}, "sk": {"S": "PASS"}}))
        return "began" in (table.items[found] or {})

    def _pass(self, search: Search, state: State) -> State:
        """One whole pass, eleven minutes after what was before it."""
        versions, sweeps = self.tasks.worlds[state.world]
        state = state._replace(world=self.tasks.worlds.number((versions, (*sweeps, versions))))
        return play(search, state, self.tasks.sweep(self.tasks.time(state), hurried=False))

    def _check_equal(self, state: State) -> None:
        versions, _ = self.tasks.worlds[state.world]
        for life, version in zip(self.tasks.lives, versions, strict=True):
            task, item = life.task(version), self._item(state, life)
            if task is None:
                if item and "openSince" in item:
                    raise Wrong("a task that ECS does not know is open after two passes")
            elif item is None or _shown(item) != _expected(task):
                raise Wrong(f"after two passes the ledger has {item and _shown(item)}, ECS {_expected(task)}")

    def _check_stays(self, search: Search, state: State) -> None:
        """Whatever event comes again, and after one more pass; of what ECS has forgotten, after two more."""
        versions, _ = self.tasks.worlds[state.world]
        for after in self._later(search, state):
            forgotten = False
            for life, version in zip(self.tasks.lives, versions, strict=True):
                item, found = self._item(state, life), self._item(after, life)
                if life.task(version) is None:
                    forgotten = forgotten or item != found
                elif item is None or found is None or _shown(item) != _shown(found):
                    raise Wrong(f"what was right does not stay: {item}, then {found}")
            if forgotten:  # an event that was late may say more of it, or be the first that was heard of it
                self._check_equal(self._pass(search, self._pass(search, after)))

    def _later(self, search: Search, state: State) -> Iterator[State]:
        versions, _ = self.tasks.worlds[state.world]
        for batch in self.tasks.limits.batches:
            if all(version <= versions[place] for place, version in batch):
                yield play(search, state, self.tasks.observer(batch))
        yield self._pass(search, state)

    def _item(self, state: State, life: Life) -> Item | None:
        table = self.tasks.table
        key = {"pk": {"S": life.task_arn}, "sk": {"S": "ENTRY"}}
        return table.items[table.now(table.rows[state.rows], table.slot(key))]


def _shown(item: Item) -> dict[str, Any]:
    """What has to be as in ECS."""
    entry = entry_items.entry(item)
    return {
        "version": entry.state.version,
        "status": entry.state.last_status,
        "health": entry.state.health_status,
        "containers": _containers(entry.state),
        "open": entry.open,
        "marks": (entry.unobserved, entry.missing_since, entry.above_since),
    }


def _expected(task: dict[str, Any]) -> dict[str, Any]:
    described = parse_described_task(task)
    return {
        "version": task["version"],
        "status": task["lastStatus"],
        "health": described.health_status,
        "containers": _containers(described),
        "open": task["lastStatus"] != "STOPPED",
        "marks": (False, None, None),
    }


def _containers(state: TaskState) -> list[tuple[str | None, str | None, int | None]]:
    return [(one.name, one.last_status, one.exit_code) for one in state.containers]
