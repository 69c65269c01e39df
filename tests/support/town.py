"""A simulated ECS with all that is deployed beside it, in memory: hours of a cluster in a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from reconciler.adapters.ecs import EcsTasks
from reconciler.findings.policy import Policy
from reconciler.incidents.model import report_finding
from reconciler.model.entry import LedgerEntry
from reconciler.notifications.message import Message
from reconciler.parsing.event import parse_task_event as parse_event
from reconciler.ports.ledger import EntryChange
from reconciler.use_cases.assess import assess
from reconciler.use_cases.maintain_incidents import IncidentMaintenance
from reconciler.use_cases.notify import Alerts
from reconciler.use_cases.observe import observe
from reconciler.use_cases.sweep import Sweep
from reconciler.use_cases.watch import Watch
from taskledger.local.memory_incidents import MemoryIncidents
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.local.memory_sweep_progress import MemorySweepProgress
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock

STEP = 5  # seconds between two batches
IMAGE_PULL = (
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): checkout:43: not found"
)


class _Streamed(dict[str, LedgerEntry]):
    """Entries whose every change is told, as by a table's stream."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.changes: list[EntryChange] = []

    def __setitem__(self, arn: str, entry: LedgerEntry) -> None:
        if entry != (previous := self.get(arn)):
            self.changes.append(EntryChange(entry=entry, previous=previous, at=self._clock.now))
        super().__setitem__(arn, entry)


class StreamedLedger(MemoryLedger):
    """The ledger in memory, with a stream."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._stream = _Streamed(clock)
        self._entries = self._stream

    def take_changes(self) -> Sequence[EntryChange]:
        changes, self._stream.changes = self._stream.changes, []
        return changes


@dataclass(slots=True)
class Inbox:
    """What people hear, and when."""

    clock: Clock
    mail: list[tuple[datetime, Message]] = field(default_factory=list)

    def publish(self, message: Message) -> None:
        self.mail.append((self.clock.now, message))

    def told(self) -> list[tuple[str, str]]:
        """Type and cause of each message that is for itself, with the severity left out."""
        documents = [message.document for _, message in self.mail]
        return [(one["type"], one["cause"]) for one in documents if one["type"] != "DIGEST"]

    def severities(self) -> Counter[str]:
        return Counter(message.document["severity"] for _, message in self.mail)


class Town:
    """One cluster `shop`, with its services; time passes only as `pass_time` says."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.clock = Clock()
        self.ecs = SimulatedEcs(self.clock, region="eu-central-1")
        self.inbox = Inbox(self.clock)
        self.incidents = MemoryIncidents()
        self._policy = policy or Policy()
        self._ledger, self._passes = StreamedLedger(self.clock), MemorySweepProgress()
        self._tasks = EcsTasks(_client(self.ecs))  # type: ignore[arg-type]  # a client as far as it is used
        self._alerts = Alerts(
            incidents=self.incidents,
            notifier=self.inbox,
            policy=self._policy,
            clock=lambda: self.clock.now,
        )
        self.old: list[str] = []  # the tasks that a story begins with
        self._events: list[Any] = []
        self._ran = 0
        self.ecs.listen(self._events.append)
        self.ecs.call("CreateCluster", {"clusterName": "shop"})

    def start(self, service: str, version: int, number: int = 1) -> list[str]:
        """New tasks of the service, RUNNING."""
        arns = [self.launch(service, version) for _ in range(number)]
        self.report(arns, "RUNNING")
        return arns

    def launch(self, service: str, version: int) -> str:
        """A new task of the service on its way up."""
        arn = self.ecs.start_service_task(service, f"{service}:{version}", cluster="shop")
        self.report([arn], "PENDING")
        return arn

    def run(self, family: str, number: int) -> list[str]:
        """Standalone tasks, RUNNING."""
        asked = {"cluster": "shop", "taskDefinition": f"{family}:1", "launchType": "FARGATE"}
        tasks = [self.ecs.call("RunTask", asked)["tasks"][0] for _ in range(number)]
        arns = [str(task["taskArn"]) for task in tasks]
        self.report(arns, "RUNNING")
        return arns

    def report(self, arns: Sequence[str], status: str, **told: Any) -> None:
        for arn in arns:
            asked = {"cluster": "shop", "task": arn, "status": status, **told}
            self.ecs.call("SubmitTaskStateChange", asked)

    def end(self, arns: Sequence[str], exit_code: int, reason: str | None = None) -> None:
        """The tasks' containers end by themselves."""
        for arn in arns:
            task = self.ecs.call("DescribeTasks", {"cluster": "shop", "tasks": [arn]})["tasks"][0]
            ended = [
                {"containerName": each["name"], "exitCode": exit_code, "status": "STOPPED"}
                | ({"reason": reason} if reason else {})
                for each in task["containers"]
            ]
            self.report([arn], "STOPPED", containers=ended)

    def scale_in(self, arns: Sequence[str], reason: str, exit_code: int = 143) -> None:
        """The scheduler stops the tasks, and they go as they are asked to."""
        for arn in arns:
            self.ecs.scheduler_stop(arn, reason)
        self.end(arns, exit_code)

    def pass_time(self, **span: float) -> None:
        """All that is deployed does its work in the meantime."""
        end = self.clock.now + timedelta(**span)
        while self.clock.now < end:
            self._work()
            self.clock.advance(STEP)
        self._work()

    def _work(self) -> None:
        self._receive()
        seconds = int(self.clock.epoch)
        if seconds // 60 > self._ran // 60:
            self._watch()
        if seconds // 900 > self._ran // 900:
            self._sweep()
        self._ran = seconds

    def _receive(self) -> None:
        events, self._events[:] = self._events[:], []
        for start in range(0, len(events), 100):
            batch = [parse_event(event) for event in events[start : start + 100]]
            observe(batch, tasks=self._tasks, ledger=self._ledger, now=self.clock.now)
        self._assess()

    def _assess(self) -> None:
        changes = self._ledger.take_changes()
        for start in range(0, len(changes), 100):
            assessed = assess(changes[start : start + 100], self._alerts)
            assert not any(one.failed for one in assessed)

    def _watch(self) -> None:
        watch = Watch(tasks=self._tasks, ledger=self._ledger, policy=self._policy)
        watched = watch.run(lambda: self.clock.now)
        self._alerts.notify(report_finding(finding, self.clock.now) for finding in watched.findings)
        kept = IncidentMaintenance(alerts=self._alerts, tasks=self._tasks).run(self._ledger.clusters())
        assert (watched.errors, kept.errors) == ({}, [])

    def _sweep(self) -> None:
        swept = Sweep(
            tasks=self._tasks,
            ledger=self._ledger,
            passes=self._passes,
            clock=lambda: self.clock.now,
            out_of_time=lambda: False,
            policy=self._policy,
        ).run("sweep", self.clock.now + timedelta(minutes=10))
        stuck = [finding for cluster in swept.clusters.values() for finding in cluster.stuck]
        self._alerts.notify(report_finding(finding, self.clock.now) for finding in stuck)
        self._assess()


def _client(ecs: SimulatedEcs) -> SimpleNamespace:
    def calls(operation: str) -> Any:
        def call(**request: object) -> Mapping[str, Any]:
            return ecs.call(operation, request)

        return call

    operations = {
        "describe_tasks": "DescribeTasks",
        "get_task_protection": "GetTaskProtection",
        "list_clusters": "ListClusters",
        "list_tasks": "ListTasks",
    }
    return SimpleNamespace(**{name: calls(operation) for name, operation in operations.items()})
