"""One scenario in play: what its steps do, what the deployed use cases make of it, and what is reported."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.arns import cluster_name
from reconciler.handlers.sweep import summary

from ...local.maintenance import watch_for_a_day
from ...output.reports.sweep import cluster_words
from ...simulator.faults.delivery import Fate, FaultyDelivery
from ..counts import Counts
from . import emitted
from .moment import Failure, Moment
from .words import entry_words, finding_words, service_words, spell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reconciler.findings.model import Finding
    from reconciler.model.entry import HistoryRow, LedgerEntry
    from reconciler.model.service import ServiceRecord

    from ...local.memory_incidents import MemoryNotifier
    from ...local.system import LocalSystem
    from ...simulator.api.ecs import SimulatedEcs
    from ...simulator.engine.shapes import Answer, Fields
    from ...simulator.faults.api import FaultyEcs
    from ...simulator.faults.delivery import Wait


@dataclass(slots=True)
class Play:
    """A local system with the tasks and services that the script names, and all that happened in it so far.

    `findings` are those that were reported; of the messages of `notifier`, `reported` were.
    """

    system: LocalSystem
    notifier: MemoryNotifier
    simulated: SimulatedEcs
    api: FaultyEcs
    fates: dict[str, Fate] = field(default_factory=dict)
    delivery: FaultyDelivery = field(init=False)
    sent: list[tuple[Answer, Fate]] = field(default_factory=list)
    arrived: list[Answer] = field(default_factory=list)
    tasks: dict[str, str] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
    scheduled: set[str] = field(default_factory=set)
    moments: list[Moment] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    expectations: int = 0
    findings: list[Finding] = field(default_factory=list)
    reported: int = 0
    counts: Counts = field(default_factory=Counts)
    step: int = 0

    def __post_init__(self) -> None:
        self.delivery = FaultyDelivery(self.arrived.append, self._decide, self.system.clock)
        self.simulated.listen(self.delivery)

    @property
    def now(self) -> datetime:
        return self.system.clock.now

    def pass_time(self, moment: datetime) -> None:
        """Moves the clock to the moment; what ECS does by itself on the way arrives at its time."""
        self.simulated.run_until(moment, self.deliver_emitted)

    def report(self, by: str, text: str, *, wrong: bool = False) -> None:
        self.moments.append(Moment(self.now, by, text, wrong))

    def name(self, arn: str) -> str:
        """What the script calls the task; of a service, its name."""
        return next((name for name, task in self.tasks.items() if task == arn), arn.rpartition("/")[2])

    def missed(self, name: str, field: str, expected: object, found: object) -> None:
        """Keeps and reports an expectation that does not hold."""
        self.failures.append(
            Failure(index=self.step, at=self.now, task=name, field=field, expected=expected, found=found)
        )
        self.report("check", f"{name}: {field} is {spell(found)}, expected {spell(expected)}", wrong=True)

    def entry(self, name: str) -> tuple[LedgerEntry, Sequence[HistoryRow]] | None:
        """What the ledger has of the task, if it has an entry."""
        ledger, task_arn = self.system.ledger, self.tasks[name]
        entry = ledger.entry(task_arn)
        return (entry, ledger.history(task_arn)) if entry else None

    def record(self, name: str) -> ServiceRecord | None:
        """What the ledger has of the service, if it has a record."""
        known, cluster = self.system.services.everything(), self.services[name]
        return next(
            (one for one in known if (one.service, cluster_name(one.cluster_arn)) == (name, cluster)), None
        )

    def found_on(self, subject_arn: str) -> list[Finding]:
        """What was found on the task or the service so far, in its order."""
        return [each for each in self.findings if each.subject_arn == subject_arn]

    def deliver_emitted(self) -> None:
        """Delivers the events that ECS sent, but those that are lost or held back."""
        for event, fate in self.sent:
            self._report_sent(event)
            if fate is Fate.LOST or fate is Fate.HELD:
                self.report("event", f"{self._of(event)} is {'lost' if fate is Fate.LOST else 'held back'}")
        self.sent.clear()
        self.deliver(self.take_arrived())

    def take_arrived(self) -> list[Answer]:
        """The events that have arrived since the last time."""
        arrived = self.arrived.copy()
        self.arrived.clear()
        return arrived

    def deliver(self, events: Sequence[Answer]) -> None:
        """Hands events to the observe handler in one batch, and looks at what changed."""
        if not events:
            return
        result = self.system.observe({str(number): json.dumps(event) for number, event in enumerate(events)})
        self.counts.add(result)
        for event, arrival in zip(events, emitted.arrivals(result), strict=True):
            self.report("event", f"{self._of(event)} arrives: {arrival}")
        self._assess()
        self._report_found()

    def sweep(self) -> None:
        summarised, before = summary(self.system.sweep()), self.system.records
        for error in summarised["errors"]:
            self.report("sweep", f"failed: {error}", wrong=True)
        for arn, cluster in summarised["clusters"].items():
            found = f"{arn.rsplit('/', 1)[-1]}: {cluster_words(cluster)}"
            self.report("sweep", found, wrong=bool(cluster["errors"]))
        for entry in self._assess():
            self.report("ledger", f"{self.name(entry.state.task_arn)}: {entry_words(entry)}")
        for arn, record in self.system.records.items():
            if record != before.get(arn):
                self.report("ledger", f"{record.service}: {service_words(record)}")
        self._report_found()

    def watch(self) -> None:
        """A watch that sees nothing new leaves no line: there is one every minute."""
        protection = self.system.watch().protection
        for arn, change in protection.changes.items():
            self.report("watch", f"{self.name(arn)}: protection {change}")
        for arn, error in protection.errors.items():
            self.report("watch", f"{arn.rsplit('/', 1)[-1]} failed: {error}", wrong=True)
        if protection.changes:
            self._assess()
        self._report_found()

    def end(self) -> None:
        """A day passes in which nothing more happens in ECS; reported are the messages that it brings."""
        self.simulated.stand_still()
        watch_for_a_day(self.system)
        self._report_messages()

    def _decide(self, event: Answer) -> Sequence[Wait]:
        """Decides by the fate of the moment, which is kept for the report."""
        fate = self.fates.get(event["detail-type"], Fate.DELIVERED)
        self.sent.append((event, fate))
        return fate(event)

    def _report_sent(self, event: Answer) -> None:
        """Reports what no step of the script did, and names the tasks that a scheduler started."""
        arn, service = event["detail"].get("taskArn"), emitted.service_of(event)
        if arn and arn not in self.tasks.values():
            self.scheduled.add(arn)
            self.tasks[emitted.free_name(service, self.tasks)] = arn
        if arn is None or arn in self.scheduled:
            text = emitted.words(event, self.name(arn) if arn else service)
            if text not in (moment.text for moment in self.moments[-3:] if moment.at == self.now):
                self.report("ecs", text)

    def _of(self, event: Fields) -> str:
        arn = event["detail"].get("taskArn")
        return emitted.subject(event, self.name(arn) if arn else emitted.service_of(event))

    def _assess(self) -> list[LedgerEntry]:
        """Assesses the entries that have changed, and returns them."""
        entries = self.system.ledger.entries(list(self.tasks.values()))
        in_order = {arn: entries[arn] for arn in self.tasks.values() if arn in entries}
        return [change.entry for change in self.system.assess(in_order)]

    def _report_found(self) -> None:
        """Reports the findings that were stored, and the messages that went out, since the last time."""
        for found in self.system.incidents.findings()[len(self.findings) :]:
            words = f"{self.name(found.subject_arn)}: {finding_words(found)}, {found.severity}"
            self.report("finding", words)
            self.findings.append(found)
        self._report_messages()

    def _report_messages(self) -> None:
        new = self.notifier.sent[self.reported :]
        self.moments += (Moment(sent.at, "message", sent.message.subject) for sent in new)
        self.reported += len(new)
