"""Events written by hand, delivered when a test says: no service is behind them, and nothing is swept."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reconciler.findings.policy import DEFAULT
from taskledger.local.system import memory_system
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from tests.support.system import Inbox

if TYPE_CHECKING:
    from reconciler.incidents.deployments.blame import Blame
    from taskledger.simulator.engine.shapes import Answer

WATCH = timedelta(minutes=5)
PREFIX = "arn:aws:ecs:us-east-1:111122223333:"
EXITED = {"stopCode": "EssentialContainerExited", "stoppedReason": "Essential container in task exited"}
STARTED, COMPLETED, FAILED = "IN_PROGRESS", "COMPLETED", "FAILED"
REASONS = {
    STARTED: "ECS deployment {} in progress.",
    COMPLETED: "ECS deployment {} completed.",
    FAILED: "ECS deployment circuit breaker: tasks failed to start.",
}
BACK = "ECS deployment circuit breaker: rolling back to deploymentId {}."


def deployment_id(number: int) -> str:
    return f"ecs-svc/{number:019}"


@dataclass
class Feed:
    """The service `checkout`; minutes count from the start.

    An event is delivered `late` minutes after it happened, `times` times.
    """

    mail: list[tuple[float, Answer]] = field(default_factory=list)
    tasks: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.start = self.clock.now
        ecs = SimulatedEcs(self.clock)
        for cluster in ("shop", "depot"):
            ecs.call("CreateCluster", {"clusterName": cluster})
        self.inbox = Inbox(self.clock)
        self.system = memory_system(ecs, self.clock, DEFAULT, self.inbox)

    def deployment(self, number: int, name: str, at: float, reason: str = "", **how: Any) -> None:
        known = deployment_id(number)
        detail = {
            "deploymentId": known,
            "eventName": f"SERVICE_DEPLOYMENT_{name}",
            "eventType": "INFO",
            "updatedAt": self._time(at),
            "reason": reason or REASONS[name].format(known),
        }
        self._send("ECS Deployment State Change", detail, at, **how)

    def failure(self, number: int | None, at: float, *, revision: int | None = None, **how: Any) -> None:
        """A task of the deployment that ended a minute after it was created; `detail` says more of it."""
        arn = f"{PREFIX}task/{how.get('cluster', 'shop')}/{len(self.tasks) + 1:032x}"
        self.tasks[arn] = None
        detail = {
            "taskArn": arn,
            "taskDefinitionArn": f"{PREFIX}task-definition/checkout:{revision or number}",
            "group": "service:checkout",
            "launchType": "FARGATE",
            "version": 5,
            "lastStatus": "STOPPED",
            "desiredStatus": "STOPPED",
            "containers": [{"name": "app", "lastStatus": "STOPPED", "exitCode": 1}],
            "createdAt": self._time(at - 1),
            "startedAt": self._time(at - 0.5),
            "stoppedAt": self._time(at),
            "updatedAt": self._time(at),
            "startedBy": None if number is None else deployment_id(number),
            **EXITED,
            **how.pop("detail", {}),
        }
        present = {name: value for name, value in detail.items() if value is not None}
        self._send("ECS Task State Change", present, at, **how)

    def play(self, until: float) -> None:
        """All that is to be delivered by then is, with a watch every five minutes."""
        due = sorted((one for one in self.mail if one[0] <= until), key=lambda one: one[0])
        self.mail = [one for one in self.mail if one[0] > until]
        for at, event in due:
            self._move(at)
            result = self.system.observe({"0": json.dumps(event)})
            assert result.failed == {}
            self.system.assess(self.system.ledger.entries(list(self.tasks)))
        self._move(until)

    def blames(self) -> list[str]:
        """Of each incident, in the order in which they opened, its cause and what is said of deployments."""
        found = sorted(self.system.incidents.everything(), key=lambda one: one.opened_at)
        return [f"{one.cause} {_of_incident(one.blame)}" for one in found]

    def said(self) -> list[str]:
        """Of each message but digests, in their order, its type and what it says of deployments."""
        documents = [message.document for _, message in self.inbox.mail]
        return [
            f"{one['type']} {_of_message(one['deployment'])}" for one in documents if one["type"] != "DIGEST"
        ]

    def open(self) -> int:
        return sum(one.open for one in self.system.incidents.everything())

    def _move(self, minute: float) -> None:
        end = self.start + timedelta(minutes=minute)
        while (due := self.clock.now + WATCH) < end:
            self.clock.move_to(due)
            self.system.watch()
        self.clock.move_to(max(end, self.clock.now))

    def _time(self, minute: float) -> str:
        return f"{self.start + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%S.%f}Z"

    def _send(self, detail_type: str, detail: Answer, at: float, **how: Any) -> None:
        """In the cluster `shop`, at once and one time, if `how` does not say otherwise."""
        cluster = how.get("cluster", "shop")
        event = {
            "version": "0",
            "id": str(len(self.mail)),
            "detail-type": detail_type,
            "source": "aws.ecs",
            "account": "111122223333",
            "region": "us-east-1",
            "time": f"{self.start + timedelta(minutes=at):%Y-%m-%dT%H:%M:%SZ}",
            "resources": [detail.get("taskArn", f"{PREFIX}service/{cluster}/checkout")],
            "detail": {"clusterArn": f"{PREFIX}cluster/{cluster}", **detail},
        }
        self.mail += [(at + how.get("late", 0), event)] * how.get("times", 1)


def _of_incident(blame: Blame | None) -> str:
    assert blame is not None
    return _shown(blame.word, blame.deployment_id, undone=blame.rolled_back_at is not None)


def _of_message(document: Answer) -> str:
    undone = document["rolledBackAt"] is not None
    return _shown(document["blame"], document["deploymentId"], undone=undone)


def _shown(word: str, known: str | None, *, undone: bool) -> str:
    number = f" {int(known.partition('/')[2])}" if known else ""
    return f"{word}{number}{', rolled back' if undone else ''}"
