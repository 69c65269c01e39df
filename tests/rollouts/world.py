"""Services on the simulated ECS, with all that is deployed beside it, as time passes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from reconciler.findings.policy import DEFAULT
from reconciler.incidents.deployments.blame import BlameWord
from taskledger.local.system import memory_system
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.faults.api import ApiChance, FaultyEcs
from taskledger.simulator.faults.delivery import DeliveryChance, FaultyDelivery
from tests.support.system import Inbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.errors import LedgerError
    from reconciler.incidents.model import Incident
    from reconciler.model.service import ServiceRecord
    from taskledger.simulator.engine.shapes import Answer
    from taskledger.simulator.faults.delivery import Wait

WATCH, SWEEP = 60, 900  # seconds
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


@dataclass
class World:
    """The cluster `shop`, a queue that may be `rough`, and everything in memory.

    `deployments` are the ids by the name that a test gave them, `deployed_at` when they began. The
    sweeps begin at any minute, by the seed.
    """

    seed: int = 0
    rough: DeliveryChance = field(default_factory=DeliveryChance)
    bad_day: ApiChance = field(default_factory=ApiChance)
    fate: Callable[[Answer], Sequence[Wait] | None] = lambda event: None
    deployments: dict[str, str] = field(default_factory=dict)
    deployed_at: dict[str, datetime] = field(default_factory=dict)
    tasks: dict[str, None] = field(default_factory=dict)
    queue: list[Answer] = field(default_factory=list)
    errors: list[LedgerError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.ecs = SimulatedEcs(self.clock, seed=self.seed)
        self.inbox = Inbox(self.clock)
        self.system = memory_system(FaultyEcs(self.ecs, self.bad_day), self.clock, DEFAULT, self.inbox)
        self.delivery = FaultyDelivery(self.queue.append, self._waits, self.clock)
        self.ecs.listen(self._note)
        self.ecs.listen(self.delivery)
        self.ecs.call("CreateCluster", {"clusterName": "shop"})

    def create(self, name: str = "checkout", desired: int = 2, **request: Any) -> None:
        wanted = {"serviceName": name, "taskDefinition": f"{name}:1", "desiredCount": desired}
        self.call("CreateService", **{"launchType": "FARGATE", **wanted, **request})
        self.deployments[f"{name}:1"] = self.primary(name)

    def deploy(self, revision: int, name: str = "checkout", **request: Any) -> None:
        self.call("UpdateService", service=name, taskDefinition=f"{name}:{revision}", **request)
        self.deployments[f"{name}:{revision}"] = self.primary(name)
        self.deployed_at[f"{name}:{revision}"] = self.clock.now

    def call(self, operation: str, **request: Any) -> Answer:
        return self.ecs.call(operation, {"cluster": "shop", **request})

    def service(self, name: str = "checkout") -> Answer:
        (service,) = self.call("DescribeServices", services=[name])["services"]
        return service

    def primary(self, name: str = "checkout") -> str:
        return str(self.service(name)["deployments"][0]["id"])

    def running(self, name: str = "checkout") -> list[str]:
        return list(self.call("ListTasks", serviceName=name, desiredStatus="RUNNING")["taskArns"])

    def started_by(self, task_arn: str) -> str:
        (task,) = self.call("DescribeTasks", tasks=[task_arn])["tasks"]
        return str(task["startedBy"])

    def crash(self, task_arn: str, exit_code: int = 137) -> None:
        """The task's container ends by itself."""
        ended = {"containerName": "app", "status": "STOPPED", "exitCode": exit_code}
        self.call("SubmitTaskStateChange", task=task_arn, containers=[ended])

    def wait(self, minutes: float) -> None:
        """All that is deployed does its work in the meantime."""
        end = self.clock.now + timedelta(minutes=minutes)
        while (due := self._next()) <= end:
            self.clock.move_to(due)
            self.ecs.schedule()
            self.delivery.release()
            self._work()
        self.clock.move_to(end)

    def pass_quietly(self, hours: float) -> None:
        """So much time passes, in which nothing fails and nobody looks."""
        self.ecs.run_until(self.clock.now + timedelta(hours=hours))
        self._observe()

    def record(self, name: str = "checkout") -> ServiceRecord:
        return next(one for one in self.system.services.everything() if one.service == name)

    def blames(self) -> Counter[tuple[str, str]]:
        """Of each incident its kind and cause, and in words what is said of deployments."""
        return Counter((shown(one), self._blamed(one)) for one in self.system.incidents.everything())

    def open(self) -> set[str]:
        return {shown(one) for one in self.system.incidents.everything() if one.open}

    def standing(self) -> set[str]:
        """The open incidents that people have heard of."""
        incidents = self.system.incidents.everything()
        return {shown(one) for one in incidents if one.open and one.outbox.standing}

    def _blamed(self, incident: Incident) -> str:
        blame = incident.blame
        if blame is None or blame.deployment_id is None:
            return blame.word if blame else BlameWord.UNKNOWN
        names = {arn: name for name, arn in self.deployments.items()}
        rolled_back = ", rolled back" if blame.rolled_back_at else ""
        return f"{blame.word} {names.get(blame.deployment_id, 'a rollback')}{rolled_back}"

    def _note(self, event: Answer) -> None:
        if "taskArn" in event["detail"]:
            self.tasks[event["detail"]["taskArn"]] = None

    def _waits(self, event: Answer) -> Sequence[Wait]:
        waits = self.fate(event)
        return self.rough(event) if waits is None else waits

    def _next(self) -> datetime:
        """When something happens next: in ECS, or the next watch."""
        now = self.clock.epoch
        return datetime.fromtimestamp(min(self.ecs.next_due(), (now // WATCH + 1) * WATCH), UTC)

    def _work(self) -> None:
        self._observe()
        seconds = self.clock.epoch % SWEEP
        if seconds % WATCH == 0:
            self.errors += self.system.watch().maintenance.errors
            self._assess()
        if seconds == self.seed * WATCH % SWEEP:
            self.system.sweep()
            self._assess()

    def _observe(self) -> None:
        batch, self.queue[:] = self.queue[:], []
        result = self.system.observe({str(number): json.dumps(event) for number, event in enumerate(batch)})
        assert result.failed == {}
        self._assess()

    def _assess(self) -> None:
        self.system.assess(self.system.ledger.entries(list(self.tasks)))


def lost(*detail_types: str) -> Callable[[Answer], Sequence[Wait] | None]:
    """The fate of events of which these kinds are lost."""
    return lambda event: [] if event["detail-type"] in detail_types else None


def late(detail_type: str, seconds: float) -> Callable[[Answer], Sequence[Wait] | None]:
    """The fate of events of which this kind comes so late."""
    return lambda event: [(0, seconds)] if event["detail-type"] == detail_type else None


def shown(incident: Incident) -> str:
    return " ".join(filter(None, (incident.key.kind, incident.cause)))
