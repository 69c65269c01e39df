"""What becomes of the tasks of an account, as scripts: each acts, then yields the seconds that it waits.

Tasks of services and standalone ones run and end in each of the ways in which ECS ends them; some never
start, come and go within a second, are protected, or run on.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..simulator.engine.errors import ApiError
from ..simulator.services.outcomes import PULL_FAILED, crashes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

    from ..simulator.api.ecs import SimulatedEcs

MINUTE = 60
BORN = 60 * MINUTE  # within which all tasks begin
LONGEST = 45 * MINUTE  # that one runs, unless it runs on
BRIEF = "brief"  # the cluster that is deleted once it is empty
CLUSTERS = ("batch", BRIEF, "shop")
_SERVICES = ("cart", "checkout", "search", "web")
_KILLED = "OutOfMemoryError: Container killed due to memory usage"
_BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}


class Tasks:
    """The tasks of one account, as their agents report them to ECS."""

    def __init__(self, ecs: SimulatedEcs, chance: Random) -> None:
        self.ecs, self.chance = ecs, chance

    def start(self) -> str:
        cluster = self.chance.choices(CLUSTERS, (3, 1, 6))[0]
        if self.chance.random() < 0.6:
            service, revision = self.chance.choice(_SERVICES), self.chance.randint(7, 9)
            return self.ecs.start_service_task(service, f"{service}:{revision}", cluster=cluster)
        launch = self.chance.choice(("EC2", "FARGATE"))
        request = {"cluster": cluster, "taskDefinition": "report:4", "launchType": launch}
        return str(self.ecs.call("RunTask", request)["tasks"][0]["taskArn"])

    def report(self, arn: str, status: str, **fields: Any) -> None:  # noqa: ANN401 - the API's own
        request = {**_named(arn), "status": status, **fields}
        with suppress(ApiError):  # ECS has forgotten it
            self.ecs.call("SubmitTaskStateChange", request)

    def end(self, arn: str, exit_code: int, reason: str | None = None) -> None:
        ended = {"containerName": "app", "status": "STOPPED", "exitCode": exit_code}
        self.report(arn, "STOPPED", containers=[ended | ({"reason": reason} if reason else {})])

    def protect(self, arn: str, minutes: int) -> None:
        cluster = _named(arn)["cluster"]
        request = {"cluster": cluster, "tasks": [arn], "protectionEnabled": True}
        with suppress(ApiError):  # it is none of a service
            self.ecs.call("UpdateTaskProtection", {**request, "expiresInMinutes": minutes})


def life(tasks: Tasks) -> Iterator[float]:
    """One task from its beginning to its end."""
    arn = tasks.start()
    yield tasks.chance.uniform(1, 30)
    tasks.report(arn, "PENDING")
    how = tasks.chance.choices(list(_ENDS), list(_ENDS.values()))[0]
    yield from how(tasks, arn)


def deployments(ecs: SimulatedEcs, chance: Random) -> Iterator[float]:
    """A service with a scheduler, which is deployed twice: once what crashes, then what works."""
    service = {"cluster": "shop", "service": "rolling"}
    ecs.plan("rolling:2", crashes())
    request = {"serviceName": "rolling", "taskDefinition": "rolling:1", "desiredCount": 2}
    ecs.call("CreateService", {"cluster": "shop", **request, "launchType": "FARGATE"})
    for revision in (2, 3):
        yield chance.uniform(10, 25) * MINUTE
        changed = {"taskDefinition": f"rolling:{revision}", "deploymentConfiguration": _BREAKER}
        ecs.call("UpdateService", {**service, **changed})


def deletion(ecs: SimulatedEcs, deleted: Callable[[str], object]) -> Iterator[float]:
    """The brief cluster is deleted as soon as nothing runs there any more; ECS forgets its tasks at once."""
    while True:
        with suppress(ApiError):  # something does
            deleted(ecs.call("DeleteCluster", {"cluster": BRIEF})["cluster"]["clusterArn"])
            return
        yield 5 * MINUTE


def _never_starts(tasks: Tasks, arn: str) -> Iterator[float]:
    yield tasks.chance.uniform(1, 120)
    tasks.report(arn, "STOPPED", reason=PULL_FAILED)


def _runs_on(tasks: Tasks, arn: str) -> Iterator[float]:
    yield tasks.chance.uniform(0, 60)
    tasks.report(arn, "RUNNING")
    if tasks.chance.random() < 0.3:
        yield 30
        with suppress(ApiError):  # ECS has forgotten it
            tasks.ecs.set_health(arn, tasks.chance.choice(("HEALTHY", "UNHEALTHY")))


def _flashes(tasks: Tasks, arn: str) -> Iterator[float]:
    """It is over in the very second in which it began to run."""
    yield from _runs_on(tasks, arn)
    tasks.end(arn, 0)


def _exits(tasks: Tasks, arn: str) -> Iterator[float]:
    yield from _runs_on(tasks, arn)
    yield _while(tasks)
    if tasks.chance.random() < 0.3:
        tasks.end(arn, 137, _KILLED)
    else:
        tasks.end(arn, tasks.chance.choice((0, 0, 1, 139)))


def _is_stopped(tasks: Tasks, arn: str) -> Iterator[float]:
    yield from _runs_on(tasks, arn)
    yield _while(tasks)
    yield from _stop(tasks, arn)


def _is_protected(tasks: Tasks, arn: str) -> Iterator[float]:
    """It is protected, and stopped before or after that is over."""
    yield from _runs_on(tasks, arn)
    tasks.protect(arn, tasks.chance.randint(2, 30))
    yield _while(tasks)
    yield from _stop(tasks, arn)


def _stop(tasks: Tasks, arn: str) -> Iterator[float]:
    why = tasks.chance.choice(list(_STOPS))
    with suppress(ApiError):
        if why == "UserInitiated":
            tasks.ecs.call("StopTask", {**_named(arn), "reason": _STOPS[why]})
        else:
            tasks.ecs.interrupt(arn, why, _STOPS[why])
    yield tasks.chance.uniform(0, 60)
    tasks.report(arn, "DEPROVISIONING")
    yield tasks.chance.uniform(0, 20)
    tasks.end(arn, 143)


def _while(tasks: Tasks) -> float:
    """Most are short, as what happens between two events is what matters."""
    return tasks.chance.choice((1, 5, 0.2)) * tasks.chance.uniform(0, LONGEST / 5)


def _named(arn: str) -> Mapping[str, str]:
    return {"cluster": arn.split("/")[1], "task": arn}


_STOPS = {
    "UserInitiated": "done with it",
    "ServiceSchedulerInitiated": "Scaling activity initiated by deployment ecs-svc/1",
    "SpotInterruption": "Your Spot Task was interrupted.",
}
_ENDS: dict[Callable[[Tasks, str], Iterator[float]], int] = {
    _never_starts: 2,
    _flashes: 1,
    _exits: 6,
    _is_stopped: 5,
    _is_protected: 2,
    _runs_on: 1,
}
