"""Lives of a service by chance, with faults on every way by which the ledger learns of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from taskledger.simulator.faults.api import ApiChance
from taskledger.simulator.faults.delivery import DeliveryChance
from taskledger.simulator.services.outcomes import HEALTHY, crashes, fails_to_start, no_place, role_refused

from .world import World

if TYPE_CHECKING:
    from datetime import datetime

    from taskledger.simulator.engine.shapes import Answer

OUTCOMES = (
    HEALTHY,
    HEALTHY,
    crashes(),
    crashes(137, after=120),
    fails_to_start(),
    no_place(),
    role_refused(),
)
BREAKERS = (
    {"enable": False, "rollback": False},
    {"enable": True, "rollback": False},
    {"enable": True, "rollback": True},
)
NEAR = timedelta(seconds=10)
GAPS = (0.5, 3, 8, 20, 60)  # minutes


def world(seed: int, throttle: dict[str, float]) -> World:
    """Any share of the events is lost, doubled, swapped or late, and the API refuses some calls."""
    chance = Random(seed)
    rough = DeliveryChance(
        drop=chance.choice((0, 0.2, 0.5, 0.9, 1)),
        duplicate=chance.choice((0, 0.5)),
        reorder=chance.choice((0, 0.5)),
        delay=chance.choice((0, 0.5)),
        delay_seconds=chance.choice((10, 120)),
        seed=seed,
    )
    return World(seed=seed, rough=rough, bad_day=ApiChance(throttle=throttle, seed=seed))


@dataclass
class Life:
    """One service and the truth about it: what was deployed and what failed, and since when it is below."""

    seed: int
    world: World = field(init=False)
    failed: set[str] = field(default_factory=set)
    began: dict[str, datetime] = field(default_factory=dict)
    rollbacks: set[str] = field(default_factory=set)
    below_since: datetime | None = None

    def __post_init__(self) -> None:
        self.chance = Random(-self.seed)
        self.throttle = {"*": self.chance.choice((0, 0, 0.1, 0.3))}
        self.world = world(self.seed, self.throttle)
        self.world.ecs.listen(self._note)
        self.revision = 1

    def begin(self) -> None:
        self.world.create(desired=self.chance.randint(1, 4))
        self.wait(20)

    def step(self) -> None:
        """Something happens to the service, and then time passes."""
        self.chance.choice((self._deploy, self._deploy, self._scale, self._crash))()
        self.wait(self.chance.choice(GAPS))

    def heal(self) -> None:
        """What is deployed now runs well, and nothing is the matter with the API."""
        self.throttle["*"] = 0
        self.revision += 1
        self.world.deploy(self.revision)
        self.wait(25)

    def _deploy(self) -> None:
        self.revision += 1
        self.world.ecs.plan(f"checkout:{self.revision}", self.chance.choice(OUTCOMES))
        breaker = self.chance.choice(BREAKERS)
        self.world.deploy(self.revision, deploymentConfiguration={"deploymentCircuitBreaker": breaker})

    def _scale(self) -> None:
        self.world.call("UpdateService", service="checkout", desiredCount=self.chance.randint(1, 4))

    def _crash(self) -> None:
        """All tasks end, and those that come after them do as is planned now."""
        for revision in range(1, self.revision + 1):
            self.world.ecs.plan(f"checkout:{revision}", self.chance.choice(OUTCOMES))
        for task_arn in self.world.running():
            self.world.call("StopTask", task=task_arn)

    def wait(self, minutes: float) -> None:
        """Time passes, minute by minute, so that the truth is known to the minute."""
        whole, rest = divmod(minutes, 1)
        for span in (*[1] * int(whole), rest):
            self.world.wait(span)
            service = self.world.service()
            below = service["runningCount"] < service["desiredCount"]
            self.below_since = (self.below_since or self.world.clock.now) if below else None

    @property
    def well_asked(self) -> bool:
        """Whether the API answers each call."""
        return not self.throttle["*"]

    def is_sure(self, deployment_id: str) -> bool:
        """Whether the ledger can know what came of the deployment, whatever event of it is lost.

        It knows it, and when it began, by any event, task or reading; and ECS has a service deployment of it
        alone: a rollback has none of its own, and of two that began within ten seconds it says of neither
        which is which.
        """
        known = self.world.record().deployment(deployment_id)
        if (
            known is None
            or deployment_id in self.rollbacks
            or self._apart(known.began.at, deployment_id) > NEAR
        ):
            return False
        near = [one for one in self.began if self._apart(self.began[deployment_id], one) <= NEAR]
        return near == [deployment_id]

    def _apart(self, moment: datetime, deployment_id: str) -> timedelta:
        return abs(moment - self.began[deployment_id])

    def _note(self, event: Answer) -> None:
        name, deployment_id = event["detail"].get("eventName"), event["detail"].get("deploymentId")
        if name == "SERVICE_DEPLOYMENT_FAILED":
            self.failed.add(deployment_id)
        if name == "SERVICE_DEPLOYMENT_IN_PROGRESS":
            self.began[deployment_id] = self.world.clock.now
            if "rolling back" in event["detail"]["reason"]:
                self.rollbacks.add(deployment_id)
