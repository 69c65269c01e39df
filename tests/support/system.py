"""The local system as tests drive it: tasks live and end in ECS, calls fail, time passes, messages arrive."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reconciler.findings.policy import DEFAULT, Policy
from reconciler.use_cases.sweep_cluster import ClusterSweepResult
from taskledger.local.system import LocalSystem, memory_system, never
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.engine.errors import ApiError
from tests.support.values import START

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from reconciler.errors import LedgerError
    from reconciler.model.entry import LedgerEntry
    from reconciler.notifications.message import Message
    from reconciler.use_cases.observe import ObserveResult
    from reconciler.use_cases.sweep import SweepResult
    from taskledger.simulator.engine.shapes import Answer, Fields

ARNS = "arn:aws:ecs:eu-central-1:111122223333:cluster/"
SHOP, BATCH = ARNS + "shop", ARNS + "batch"
STEP = 5  # seconds between two batches of events while time passes
IMAGE_PULL = (
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): checkout:43: not found"
)


class Api:
    """ECS as its callers meet it: `refuse` may fail a call, `before` and `change` may interfere with it.

    Lists come in pages of `page`, so that a few tasks make many. `calls` are those that were made.
    """

    def __init__(self, ecs: SimulatedEcs) -> None:
        self._ecs = ecs
        self.page = 100
        self.calls: list[tuple[str, Fields]] = []
        self.before: Callable[[str, Fields], object] = lambda operation, request: None
        self.refuse: Callable[[str, Fields], Exception | None] = lambda operation, request: None
        self.change: Callable[[str, Answer], Answer] = lambda operation, answer: answer

    def call(self, operation: str, request: Fields) -> Answer:
        self.calls.append((operation, request))
        self.before(operation, request)
        if error := self.refuse(operation, request):
            raise error
        if "maxResults" in request:
            request = {**request, "maxResults": self.page}
        return self.change(operation, self._ecs.call(operation, request))

    def heal(self) -> None:
        """No interference from now on, and no call was made so far."""
        self.__init__(self._ecs)  # type: ignore[misc]  # as new, for whoever holds it

    def made(self, operation: str) -> list[Fields]:
        return [request for name, request in self.calls if name == operation]


@dataclass(slots=True)
class Inbox:
    """What was published, and when."""

    clock: Clock
    mail: list[tuple[datetime, Message]] = field(default_factory=list)

    destinations: Sequence[str] = ("alerts",)

    def publish(self, message: Message, to: Sequence[str]) -> Mapping[str, LedgerError]:
        self.mail.append((self.clock.now, message))
        return {}

    def types(self) -> list[tuple[str, str]]:
        """Type and cause of each message but digests."""
        documents = [message.document for _, message in self.mail]
        return [(one["type"], one["cause"]) for one in documents if one["type"] != "DIGEST"]

    def severities(self) -> Counter[str]:
        return Counter(message.document["severity"] for _, message in self.mail)


@dataclass(kw_only=True)
class System(LocalSystem):
    """Events wait in `events` until they are delivered or dropped; `api` is what the system calls."""

    ecs: SimulatedEcs
    api: Api
    inbox: Inbox
    events: list[Answer] = field(default_factory=list)
    runs: int = 0
    started: list[str] = field(default_factory=list)
    last_run: dict[str, int] = field(default_factory=dict)

    def start(
        self, cluster: str = "shop", service: str = "checkout", version: int = 42, **options: Any
    ) -> str:
        """A new task of the service."""
        arn = self.ecs.start_service_task(service, f"{service}:{version}", cluster=cluster, **options)
        self.started.append(arn)
        return arn

    def start_alone(self, cluster: str = "shop", family: str = "checkout") -> str:
        request = {"cluster": cluster, "taskDefinition": f"{family}:42", "launchType": "FARGATE"}
        self.started.append(str(self.ecs.call("RunTask", request)["tasks"][0]["taskArn"]))
        return self.started[-1]

    def running(self, cluster: str = "shop", **options: Any) -> str:
        arn = self.start(cluster, **options)
        self.report(arn, "PENDING", "RUNNING")
        return arn

    def report(self, arn: str, *statuses: str, **fields: Any) -> None:
        """The task comes to these statuses, one after the other."""
        for status in statuses:
            request = {"cluster": arn.split("/")[1], "task": arn, "status": status, **fields}
            self.ecs.call("SubmitTaskStateChange", request)

    def end(self, arns: Sequence[str], exit_code: int, reason: str | None = None) -> None:
        """The tasks' containers end by themselves."""
        for arn in arns:
            ended = {"containerName": "app", "exitCode": exit_code, "status": "STOPPED"}
            self.report(arn, "STOPPED", containers=[ended | ({"reason": reason} if reason else {})])

    def scale_in(self, arns: Sequence[str], reason: str, exit_code: int = 143) -> None:
        """The scheduler stops the tasks, and they go as they are asked to."""
        for arn in arns:
            self.ecs.scheduler_stop(arn, reason)
        self.end(arns, exit_code)

    def protect(self, *arns: str, minutes: int = 120, enabled: bool = True) -> None:
        request = {"cluster": "shop", "tasks": list(arns), "protectionEnabled": enabled}
        self.ecs.call("UpdateTaskProtection", {**request, "expiresInMinutes": minutes})

    def deliver(self, *only: str) -> ObserveResult:
        """The waiting events are observed in one batch; those of the other tasks are lost."""
        due = [event for event in self.events if not only or event["detail"]["taskArn"] in only]
        self.events.clear()
        return self.observe({str(number): json.dumps(event) for number, event in enumerate(due)})

    def drop(self) -> None:
        self.events.clear()

    def wait(self, minutes: float) -> None:
        self.clock.advance(minutes * 60)

    def sweep_with(self, *, out_of_time: Callable[[], bool] = never, **ports: Any) -> SweepResult:
        """One run by an id of its own, on other ports where some are given."""
        self.runs += 1
        return LocalSystem.sweep(replace(self, **ports), f"run {self.runs}", out_of_time)

    def pass_time(self, **span: float) -> None:
        """All that is deployed does its work in the meantime."""
        end = self.clock.now + timedelta(**span)
        while self.clock.now < end:
            self._work()
            self.clock.advance(STEP)
        self._work()

    def described(self, arn: str) -> list[Fields]:
        """What ECS knows of the task; nothing once it or its cluster is gone."""
        with suppress(ApiError):
            request = {"cluster": arn.split("/")[1], "tasks": [arn]}
            return list(self.ecs.call("DescribeTasks", request)["tasks"])
        return []

    def entry(self, arn: str) -> LedgerEntry:
        found = self.ledger.entry(arn)
        assert found is not None, arn
        return found

    def known(self, *arns: str) -> list[tuple[str, int]]:
        """What the ledger has of the tasks: status and version."""
        return [(entry.state.last_status, entry.state.version) for entry in map(self.entry, arns)]

    def _work(self) -> None:
        while self.events:
            batch, self.events[:] = self.events[:100], self.events[100:]
            self.observe({str(number): json.dumps(event) for number, event in enumerate(batch)})
        self._assess()
        if self._is_time_for("watch", 60):
            result = self.watch()
            assert (result.protection.errors, result.maintenance.errors) == ({}, [])
        if self._is_time_for("sweep", 900):
            self.sweep_with()
            self._assess()

    def _is_time_for(self, function: str, every: int) -> bool:
        """Whether another of its intervals has begun since it last ran."""
        interval = int(self.clock.epoch) // every
        due = self.last_run.get(function) != interval
        self.last_run[function] = interval
        return due

    def _assess(self) -> None:
        self.assess(self.ledger.entries(self.started))


def new_system(policy: Policy = DEFAULT) -> System:
    """A system with two clusters, `batch` and `shop`, and everything in memory."""
    clock = Clock(START)
    ecs = SimulatedEcs(clock, region="eu-central-1")
    for name in ("batch", "shop"):
        ecs.call("CreateCluster", {"clusterName": name})
    api, inbox = Api(ecs), Inbox(clock)
    local = memory_system(api, clock, policy, inbox)
    system = System(
        clock=clock,
        tasks=local.tasks,
        ledger=local.ledger,
        ecs_services=local.ecs_services,
        services=local.services,
        progress_store=local.progress_store,
        alerts=local.alerts,
        ecs=ecs,
        api=api,
        inbox=inbox,
    )
    ecs.listen(system.events.append)
    return system


def counts(result: SweepResult, cluster: str = SHOP) -> dict[str, int]:
    """How often each drift and repair was found in the cluster; what is as it should be is left out."""
    found = result.clusters.get(cluster, ClusterSweepResult())
    return {str(name): count for name, count in sorted(found.counts.items()) if count and name != "NONE"}


def disagreements(system: System) -> list[str]:
    """The tasks that ECS knows and of which the ledger says something else, or nothing."""
    found = []
    for arn in system.started:
        for task in system.described(arn):
            entry = system.ledger.entry(arn)
            if entry is None or (entry.state.version, entry.open) != (
                task["version"],
                task["lastStatus"] != "STOPPED",
            ):
                found.append(arn)
    return found
