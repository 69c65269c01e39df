"""One scenario on its stage: what its steps do, what the deployed use cases make of it, and what is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.findings.rules import findings
from reconciler.handlers.sweep import summary
from reconciler.use_cases.observe import Failed

from ...output.sweep_words import cluster_words
from ...simulator.engine.errors import ApiError
from ...simulator.faults.switches import Fate
from .words import entry_words, finding_words, spell, state_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from reconciler.findings.model import Finding
    from reconciler.model.entry import HistoryRow, LedgerEntry

    from ...local.stage import Stage
    from ...simulator.engine.shapes import Answer, Fields


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the story: when, who did or saw it, and what; `wrong` for what was not to be."""

    at: datetime
    by: str
    text: str
    wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An expectation that does not hold: of which step, and what was there in its place."""

    index: int
    at: datetime
    task: str
    field: str
    expected: object
    found: object


@dataclass(slots=True)
class Play:
    """A stage with the tasks that the script names, and all that happened on it so far."""

    stage: Stage
    tasks: dict[str, str] = field(default_factory=dict)
    moments: list[Moment] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    expectations: int = 0
    found: dict[str, Finding] = field(default_factory=dict)
    verdicts: Counter[str] = field(default_factory=Counter)
    currency: Counter[str] = field(default_factory=Counter)
    step: int = 0
    _entries: Mapping[str, LedgerEntry] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.stage.clock.now

    def tell(self, by: str, text: str, *, wrong: bool = False) -> None:
        self.moments.append(Moment(self.now, by, text, wrong))

    def name(self, task_arn: str) -> str:
        return next(name for name, arn in self.tasks.items() if arn == task_arn)

    def ecs(self, name: str, operation: str, **request: object) -> Answer:
        """What ECS answers to a call on that task, whatever is wrong with the API for others."""
        asked = {"cluster": self.tasks[name].rsplit("/", 2)[1], **request}
        answer = self.stage.ecs.call(operation, asked)
        if failures := answer.get("failures"):
            raise ApiError(failures[0]["reason"], f"{operation} has no answer for {name}.")
        return answer

    def update_protection(self, name: str, **wanted: object) -> None:
        self.ecs(name, "UpdateTaskProtection", tasks=[self.tasks[name]], **wanted)

    def missed(self, name: str, field: str, expected: object, found: object) -> None:
        """Keeps and tells an expectation that does not hold."""
        self.failures.append(
            Failure(index=self.step, at=self.now, task=name, field=field, expected=expected, found=found)
        )
        self.tell("check", f"{name}: {field} is {spell(found)}, expected {spell(expected)}", wrong=True)

    def state(self, name: str) -> str:
        """How ECS sees the task now, in words."""
        return state_words(self.ecs(name, "DescribeTasks", tasks=[self.tasks[name]])["tasks"][0])

    def entry(self, name: str) -> tuple[LedgerEntry, Sequence[HistoryRow]] | None:
        """What the ledger has of the task, if it has heard of it."""
        ledger, task_arn = self.stage.services.ledger, self.tasks[name]
        entry = ledger.entry(task_arn)
        return (entry, ledger.history(task_arn)) if entry else None

    def found_on(self, name: str) -> list[Finding]:
        """What was found on the task so far, in the order in which it came up."""
        return [each for each in self.found.values() if each.task_arn == self.tasks[name]]

    def deliver_emitted(self) -> None:
        """Lets the events that ECS sent meet their fate."""
        due: list[Answer] = []
        for event, fate in self.stage.events.collect():
            if fate is Fate.LOST or fate is Fate.HELD:
                self.tell("event", f"{self._of(event)} is {'lost' if fate is Fate.LOST else 'held back'}")
            else:
                due += [event] * (2 if fate is Fate.DOUBLED else 1)
        self.deliver(due)

    def deliver(self, events: Sequence[Answer]) -> None:
        """Hands events to the observe handler in one batch, and looks at what changed."""
        if not events:
            return
        for event, outcome in zip(events, self.stage.receive(events).batch.outcomes, strict=True):
            if isinstance(outcome, Failed):
                raise outcome.error
            self.verdicts[outcome.verdict] += 1
            self.currency[outcome.currency] += 1
            self.tell("event", f"{self._of(event)} arrives: {outcome.verdict}, {outcome.currency}")
        self._assess(self._changed())

    def sweep(self) -> None:
        swept = self.stage.sweep()
        told = summary(swept)
        for error in told["errors"]:
            self.tell("sweep", f"failed: {error}", wrong=True)
        for arn, cluster in told["clusters"].items():
            found = f"{arn.rsplit('/', 1)[-1]}: {cluster_words(cluster)}"
            self.tell("sweep", found, wrong=bool(cluster["errors"]))
        self._tell_changes()
        self._find(found for cluster in swept.clusters.values() for found in cluster.stuck)

    def watch(self) -> None:
        """A watch that sees nothing new leaves no line: there is one every minute."""
        watched = self.stage.watch()
        for arn, change in watched.changes.items():
            self.tell("watch", f"{self.name(arn)}: protection {change}")
        for arn, error in watched.errors.items():
            self.tell("watch", f"{arn.rsplit('/', 1)[-1]} failed: {error}", wrong=True)
        if watched.changes:
            self._assess(self._changed())
        self._find(watched.findings)

    def _of(self, event: Fields) -> str:
        return f"{self.name(event['detail']['taskArn'])} version {event['detail']['version']}"

    def _tell_changes(self) -> None:
        """What a sweep made of the entries."""
        changed = self._changed()
        for entry in changed:
            self.tell("ledger", f"{self.name(entry.state.task_arn)}: {entry_words(entry)}")
        self._assess(changed)

    def _changed(self) -> list[LedgerEntry]:
        """The entries that are not as they were when last looked at."""
        entries = self.stage.services.ledger.entries(list(self.tasks.values()))
        before, self._entries = self._entries, entries
        return [
            entries[arn] for arn in self.tasks.values() if arn in entries and entries[arn] != before.get(arn)
        ]

    def _assess(self, changed: Iterable[LedgerEntry]) -> None:
        self._find(found for entry in changed for found in findings(entry, self.now))

    def _find(self, found: Iterable[Finding]) -> None:
        for each in found:
            if each.finding_id not in self.found:
                self.tell("finding", f"{self.name(each.task_arn)}: {finding_words(each)}, {each.severity}")
            self.found[each.finding_id] = each
