"""ECS on a bad day, a ledger, and the sweep, the watch and the observe handler between them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import boto3
from botocore.config import Config

from reconciler.adapters.ecs import EcsTasks
from reconciler.findings.policy import DEFAULT, Policy
from reconciler.handlers.observe import Received, receive
from reconciler.model.entry import LedgerEntry
from reconciler.ports.ecs import Tasks
from reconciler.ports.ledger import Ledger
from reconciler.ports.sweep_progress import SweepProgressStore
from reconciler.use_cases.sweep import Sweep, SweepResult
from reconciler.use_cases.sweep_cluster import ClusterSweepResult
from reconciler.use_cases.watch import Watch, WatchResult
from reconciler.wiring import Services
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.local.memory_sweep_progress import MemorySweepProgress
from taskledger.simulator.api.client import connect
from taskledger.simulator.api.ecs import Ecs, SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.engine.shapes import Answer, Fields
from tests.support.values import START

ARNS = "arn:aws:ecs:eu-central-1:111122223333:cluster/"
SHOP, BATCH = ARNS + "shop", ARNS + "batch"
LEASE = timedelta(minutes=10)
ONE_TRY = Config(retries={"total_max_attempts": 1})


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


def boto3_client(ecs: Ecs) -> Any:
    client = boto3.client("ecs", "eu-central-1", config=ONE_TRY)
    connect(client, ecs)
    return client


@dataclass
class Room:
    """All of it. Events wait in `events` until they are delivered or dropped."""

    clock: Clock
    ecs: SimulatedEcs
    api: Api
    tasks: Tasks
    ledger: Ledger
    passes: SweepProgressStore
    policy: Policy = DEFAULT
    clusters: Sequence[str] = ()
    events: list[Answer] = field(default_factory=list)
    runs: int = 0

    def start(self, cluster: str = "shop", service: str = "checkout", **told: Any) -> str:
        """A new task of the service."""
        return self.ecs.start_service_task(service, "checkout:42", cluster=cluster, **told)

    def start_alone(self, cluster: str = "shop") -> str:
        request = {"cluster": cluster, "taskDefinition": "checkout:42", "launchType": "FARGATE"}
        return str(self.ecs.call("RunTask", request)["tasks"][0]["taskArn"])

    def report(self, arn: str, *statuses: str) -> None:
        """The task comes to these statuses, one after the other."""
        cluster = arn.split("/")[1]
        for status in statuses:
            self.ecs.call("SubmitTaskStateChange", {"cluster": cluster, "task": arn, "status": status})

    def running(self, cluster: str = "shop", **told: Any) -> str:
        arn = self.start(cluster, **told)
        self.report(arn, "PENDING", "RUNNING")
        return arn

    def protect(self, *arns: str, minutes: int = 120, enabled: bool = True) -> None:
        request = {"cluster": "shop", "tasks": list(arns), "protectionEnabled": enabled}
        self.ecs.call("UpdateTaskProtection", {**request, "expiresInMinutes": minutes})

    def deliver(self, *only: str) -> Received:
        """The waiting events reach the observe handler in one batch; those of the other tasks are lost."""
        due = [event for event in self.events if not only or event["detail"]["taskArn"] in only]
        self.events.clear()
        records = [{"messageId": str(n), "body": json.dumps(event)} for n, event in enumerate(due)]
        return receive({"Records": records}, Services(tasks=self.tasks, ledger=self.ledger), self.clock.now)

    def drop(self) -> None:
        self.events.clear()

    def wait(self, minutes: float) -> None:
        self.clock.advance(minutes * 60)

    def sweep(self, *, out_of_time: Callable[[], bool] = lambda: False, **means: Any) -> SweepResult:
        """One run, by a name of its own."""
        self.runs += 1
        facts: dict[str, Any] = {"tasks": self.tasks, "ledger": self.ledger, "passes": self.passes}
        sweep = Sweep(
            **(facts | means),
            clock=lambda: self.clock.now,
            out_of_time=out_of_time,
            policy=self.policy,
            clusters=self.clusters,
        )
        return sweep.run(f"run {self.runs}", self.clock.now + LEASE)

    def watch(self) -> WatchResult:
        watch = Watch(tasks=self.tasks, ledger=self.ledger, policy=self.policy)
        return watch.run(lambda: self.clock.now)

    def entry(self, arn: str) -> LedgerEntry:
        found = self.ledger.entry(arn)
        assert found is not None, arn
        return found

    def known(self, *arns: str) -> list[tuple[str, int]]:
        """What the ledger believes of the tasks: status and version."""
        return [(entry.state.last_status, entry.state.version) for entry in map(self.entry, arns)]


def new_room() -> Room:
    """A room with two clusters, `batch` and `shop`."""
    clock = Clock(START)
    ecs = SimulatedEcs(clock, region="eu-central-1")
    for name in ("batch", "shop"):
        ecs.call("CreateCluster", {"clusterName": name})
    api = Api(ecs)
    room = Room(clock, ecs, api, EcsTasks(boto3_client(api)), MemoryLedger(), MemorySweepProgress())
    ecs.listen(room.events.append)
    return room


def counts(swept: SweepResult, cluster: str = SHOP) -> dict[str, int]:
    """How often each drift and repair was found in the cluster; what is as it should be is left out."""
    found = swept.clusters.get(cluster, ClusterSweepResult())
    return {str(name): count for name, count in sorted(found.counts.items()) if count and name != "NONE"}


def disagreements(room: Room) -> list[str]:
    """The tasks that ECS knows and of which the ledger says something else, or nothing."""
    found = []
    for cluster in room.ecs.call("ListClusters", {})["clusterArns"]:
        for task in _described(room.ecs, cluster):
            entry = room.ledger.entry(task["taskArn"])
            told = (task["version"], task["lastStatus"] != "STOPPED")
            if entry is None or (entry.state.version, entry.open) != told:
                found.append(task["taskArn"])
    return found


def _described(ecs: SimulatedEcs, cluster: str) -> Sequence[Fields]:
    arns = [arn for wish in ("RUNNING", "STOPPED") for arn in _listed(ecs, cluster, wish)]
    chunks = [arns[start : start + 100] for start in range(0, len(arns), 100)]
    return [
        task
        for chunk in chunks
        for task in ecs.call("DescribeTasks", {"cluster": cluster, "tasks": chunk})["tasks"]
    ]


def _listed(ecs: SimulatedEcs, cluster: str, wish: str) -> list[str]:
    request, arns = {"cluster": cluster, "desiredStatus": wish}, []
    while True:
        page = ecs.call("ListTasks", request)
        arns += page["taskArns"]
        if "nextToken" not in page:
            return arns
        request["nextToken"] = page["nextToken"]
