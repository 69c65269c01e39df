"""A made-up account on the simulated ECS, with all that is deployed beside it, as a month passes.

Scripts play in it: each acts, and yields for how many seconds it waits. The clock goes from one moment at
which anything happens to the next. The watch runs each minute in which anything is due, as a test compares.
"""

from __future__ import annotations

import heapq
import json
import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from reconciler.chunks import chunks
from reconciler.findings.policy import DEFAULT
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.local.system import memory_system
from taskledger.simulator.engine.chance import seeded
from taskledger.simulator.engine.clock import Clock
from tests.support.system import Inbox

from .ledger import drop_closed
from .patient_ecs import PatientEcs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskledger.simulator.engine.shapes import Answer
    from taskledger.simulator.services.outcomes import Outcome

GATHER = 5  # seconds for which a batch of events waits, as the queue's window and the stream's do
MINUTE, SWEEP, HOUR, DAY = 60, 900, 3_600, 86_400  # seconds
CLUSTERS = ("shop", "platform", "jobs")
PLANNED = ("ServiceSchedulerInitiated", "UserInitiated")


@dataclass(frozen=True, slots=True)
class Fault:
    """A task that did not end as it should, by ECS's own word."""

    at: datetime
    cluster: str
    owner: str


@dataclass(slots=True, kw_only=True)
class Service:
    """A service as its owners know it: `revision` is the one that works, `last` the newest there is."""

    name: str
    cluster: str
    desired: int
    spot: bool = False
    revision: int = 1
    last: int = 1

    @property
    def owner(self) -> str:
        return f"service:{self.name}"


@dataclass(kw_only=True)
class Account:
    """`always` runs the watch each minute and the sweep each quarter of an hour, due or not."""

    seed: int
    start: datetime
    always: bool = False
    services: dict[str, Service] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = Clock(self.start)
        self.ecs = PatientEcs(self.clock, seed=self.seed)
        self.chance = seeded("account", self.seed)
        self.inbox = Inbox(self.clock)
        self.system = memory_system(self.ecs, self.clock, DEFAULT, self.inbox)
        self._queue: list[Answer] = []
        self._due_at = math.inf
        self._scheduled_at = 0.0
        self._news_at = self.clock.epoch
        self._scripts: list[tuple[float, int, Iterator[float], bool]] = []
        self._numbers = count()
        self._unassessed: dict[str, None] = {}
        self._protected_until = 0.0
        self.ecs.listen(self._take)

    def play(self, script: Iterator[float], at: datetime | None = None, *, aside: bool = False) -> None:
        """The script begins then, or now; `aside` where it does nothing that means anything to a service."""
        self._put((at or self.clock.now).timestamp(), script, aside=aside)

    def run_until(self, end: datetime) -> None:
        """All that is deployed does its work in the meantime."""
        while (moment := self._next()) <= end.timestamp():
            self.clock.move_to(datetime.fromtimestamp(moment, UTC))
            self._act()
            if self._due_at <= self.clock.epoch:
                self._deliver()
            self._maintain()

    def create(self, service: Service) -> None:
        self.services[service.name] = service
        provider = "FARGATE_SPOT" if service.spot else "FARGATE"
        request = {"serviceName": service.name, "taskDefinition": f"{service.name}:1"}
        strategy = [{"capacityProvider": provider}]
        more = {"desiredCount": service.desired, "capacityProviderStrategy": strategy}
        self.call("CreateService", service.cluster, **request, **more)

    def call(self, operation: str, cluster: str, **request: Any) -> Answer:
        return self.ecs.call(operation, {"cluster": cluster, **request})

    def running(self, service: Service) -> list[str]:
        """The tasks that ECS wants to run, the oldest first."""
        request = {"serviceName": service.name, "desiredStatus": "RUNNING"}
        arns = self.call("ListTasks", service.cluster, **request)["taskArns"]
        tasks = self.call("DescribeTasks", service.cluster, tasks=arns)["tasks"] if arns else []
        return [str(task["taskArn"]) for task in tasks if task["lastStatus"] == "RUNNING"]

    def plan(self, service: Service, outcome: Outcome, revision: int | None = None) -> None:
        self.ecs.plan(f"{service.name}:{revision or service.revision}", outcome)

    def deploy(self, service: Service, revision: int, **request: Any) -> None:
        definition = f"{service.name}:{revision}"
        request = {"service": service.name, "taskDefinition": definition, **request}
        self.call("UpdateService", service.cluster, **request)
        service.last = max(service.last, revision)

    def end(self, task_arn: str, exit_code: int, reason: str | None = None, **report: Any) -> None:
        """The task's container ends by itself."""
        ended = {"containerName": "app", "status": "STOPPED", "exitCode": exit_code}
        containers = [ended | ({"reason": reason} if reason else {})]
        cluster = task_arn.split("/")[1]
        self.call("SubmitTaskStateChange", cluster, task=task_arn, containers=containers, **report)

    def protect(self, service: Service, task_arn: str, *, minutes: int, enabled: bool = True) -> None:
        request = {"tasks": [task_arn], "protectionEnabled": enabled, "expiresInMinutes": minutes}
        self.call("UpdateTaskProtection", service.cluster, **request)
        self._protected_until = self.clock.epoch + DAY

    def _take(self, event: Answer) -> None:
        self.counts["events"] += 1
        self._queue.append(event)
        self._due_at = min(self._due_at, self.clock.epoch + GATHER)
        detail = event["detail"]
        if _is_news(detail):
            self._news_at = self.clock.epoch
        if detail.get("lastStatus") == "STOPPED":
            self.counts["stopped"] += 1
            self._note(detail)

    def _note(self, detail: Answer) -> None:
        codes = [container.get("exitCode") for container in detail["containers"]]
        failed = detail["stopCode"] == "EssentialContainerExited" and any(codes)
        if failed or detail["stopCode"] not in ("EssentialContainerExited", *PLANNED):
            cluster = detail["clusterArn"].rsplit("/")[-1]
            self.faults.append(Fault(self.clock.now, cluster, str(detail["group"])))

    def _watch_is_due(self) -> bool:
        """Whether an incident is due by its own word, or a protection may run out."""
        now = self.clock.now
        due = any(one.due_at and one.due_at <= now for one in self.system.incidents.everything())
        return due or self._is_protected()

    def _sweep_finds_news(self) -> bool:
        """Whether it may read anything that the last one did not."""
        recent = self.clock.epoch - self._news_at <= SWEEP
        return recent or self._is_protected() or not all(map(self._are_whole, CLUSTERS))

    def _is_protected(self) -> bool:
        return self.clock.epoch <= self._protected_until

    def _are_whole(self, cluster: str) -> bool:
        """Whether each service of the cluster runs what it should and nothing else."""
        names = [one.name for one in self.services.values() if one.cluster == cluster]
        answers = [self.call("DescribeServices", cluster, services=some) for some in chunks(names, 10)]
        return all(
            len(one["deployments"]) == 1 and one["runningCount"] == one["desiredCount"]
            for answer in answers
            for one in answer["services"]
        )

    def _open(self) -> list[str]:
        clusters = self.system.ledger.clusters()
        return [arn for cluster in clusters for arn in self.system.ledger.open_tasks(cluster)]

    def _next(self) -> float:
        """When something happens next, at the latest the next minute."""
        minute = (self.clock.epoch // MINUTE + 1) * MINUTE
        script = self._scripts[0][0] if self._scripts else math.inf
        return min(self._scheduled_at, script, self._due_at, minute)

    def _act(self) -> None:
        """What the scripts and the scheduler do now: nobody else changes anything in ECS."""
        stirred = self._go_on()
        if stirred or self._scheduled_at <= self.clock.epoch:
            self.ecs.schedule()
            self._scheduled_at = self.ecs.next_due()
        else:
            self.ecs.send()

    def _go_on(self) -> bool:
        """Whether any script did something that may mean anything to a service."""
        stirred = False
        while self._scripts and self._scripts[0][0] <= self.clock.epoch:
            _, _, script, aside = heapq.heappop(self._scripts)
            stirred = stirred or not aside
            wait = next(script, None)
            if wait is not None:
                self._put(self.clock.epoch + wait, script, aside=aside)
        return stirred

    def _put(self, at: float, script: Iterator[float], *, aside: bool) -> None:
        """The script goes on then: in whole seconds, and of two that go on together the first one first."""
        heapq.heappush(self._scripts, (math.ceil(at), next(self._numbers), script, aside))

    def _deliver(self) -> None:
        batch, self._queue, self._due_at = self._queue, [], math.inf
        result = self.system.observe({str(number): json.dumps(event) for number, event in enumerate(batch)})
        assert result.failed == {}
        arns = {event["detail"]["taskArn"] for event in batch if "taskArn" in event["detail"]}
        self._assess(sorted(arns))

    def _assess(self, task_arns: list[str]) -> None:
        self.system.assess(self.system.ledger.entries(task_arns))

    def _maintain(self) -> None:
        seconds = self.clock.epoch % DAY
        if seconds % MINUTE:
            return
        if self.always or self._watch_is_due():
            self.counts["watches"] += 1
            self.errors += self.system.watch().maintenance.errors
            self._assess(self._open() if self._is_protected() else [])
        if seconds % SWEEP == 0 and (self.always or self._sweep_finds_news()):
            self.counts["sweeps"] += 1
            before = self._open()
            self.system.sweep()
            self._assess(list(dict.fromkeys([*before, *self._open()])))
        if seconds % HOUR == 0:
            assert isinstance(self.system.ledger, MemoryLedger)
            drop_closed(self.system.ledger, self.clock.now)


def _is_news(detail: Answer) -> bool:
    """Whether a sweep may learn from ECS what this event does not say: no count is in it."""
    of_service = str(detail.get("group", "service:")).startswith("service:")
    return of_service and detail.get("eventName") != "SERVICE_STEADY_STATE"
