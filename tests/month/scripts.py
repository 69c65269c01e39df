"""What happens in the account, as scripts: each acts, then yields the seconds that it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskledger.simulator.services.outcomes import HEALTHY, crashes, fails_to_start, no_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .account import Account, Service
    from .truth import Matter

HOUR = 3600
KILLED = "OutOfMemoryError: Container killed due to memory usage"
INTERRUPTED = ("SpotInterruption", "Your Spot Task was interrupted.")
RETIRED = (
    "ServiceSchedulerInitiated",
    "ECS is performing maintenance on the underlying infrastructure hosting the task.",
)
BREAKER = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
FLAPS, DOWN = 8, 300  # how often, and for how many seconds
AT_ONCE = 10  # tasks that are started together


def leak(account: Account, service: Service, matter: Matter, every: int = 5 * HOUR) -> Iterator[float]:
    """Its oldest task is killed for the memory it used, again and again."""
    while account.clock.now <= matter.ends:
        account.end(account.running(service)[0], 137, KILLED)
        yield every


def crash(account: Account, service: Service, _: Matter) -> Iterator[float]:
    account.end(account.running(service)[-1], 1)
    yield 0


def lose(account: Account, service: Service, _: Matter, why: tuple[str, str]) -> Iterator[float]:
    """AWS takes the place of one task."""
    account.ecs.interrupt(account.running(service)[-1], *why)
    yield 0


def crash_loop(account: Account, service: Service, matter: Matter) -> Iterator[float]:
    """All its tasks crash, and each new one, until somebody deploys what works."""
    yield from _down(account, service, (matter.ends - matter.begins).total_seconds())
    release(account, service)


def flap(account: Account, service: Service, matter: Matter) -> Iterator[float]:
    pause = (matter.ends - matter.begins).total_seconds() / (FLAPS - 1) - DOWN
    for _ in range(FLAPS):
        yield from _down(account, service, DOWN)
        yield pause


def outage(account: Account, services: Sequence[Service], matter: Matter) -> Iterator[float]:
    """No image can be pulled as a task of each service is restarted."""
    for service in services:
        account.plan(service, fails_to_start())
    for service in services:
        restart(account, service, "new certificates")
        yield 15
    yield (matter.ends - account.clock.now).total_seconds()
    for service in services:
        account.plan(service, HEALTHY)


def roll_back(account: Account, service: Service, _: Matter) -> Iterator[float]:
    """A deployment of what crashes, which the circuit breaker ends."""
    account.plan(service, crashes(), service.last + 1)
    account.deploy(service, service.last + 1, deploymentConfiguration=BREAKER)
    yield 0


def get_stuck(account: Account, service: Service, matter: Matter) -> Iterator[float]:
    """A deployment of what crashes, which nothing ends until somebody deploys what works."""
    account.plan(service, crashes(), service.last + 1)
    account.deploy(service, service.last + 1)
    yield (matter.ends - matter.begins).total_seconds()
    release(account, service)


def scale_without_place(account: Account, service: Service, matter: Matter) -> Iterator[float]:
    account.plan(service, no_place())
    scale(account, service, 2 * service.desired)
    yield (matter.ends - matter.begins).total_seconds()
    account.plan(service, HEALTHY)
    yield HOUR
    scale(account, service, service.desired // 2)


def take_all(account: Account, service: Service, matter: Matter) -> Iterator[float]:
    """Spot takes all tasks, and has no place for others."""
    account.plan(service, no_place("Capacity is unavailable at this time"))
    for task_arn in account.running(service):
        account.ecs.interrupt(task_arn, *INTERRUPTED)
    yield (matter.ends - matter.begins).total_seconds()
    account.plan(service, HEALTHY)


def forget_protection(account: Account, service: Service, _: Matter, minutes: int) -> Iterator[float]:
    """A task is protected, goes on for longer, and is stopped by a person in the end."""
    task_arn = account.running(service)[0]
    account.protect(service, task_arn, minutes=minutes)
    yield minutes * 60 + HOUR
    account.call("StopTask", service.cluster, task=task_arn, reason="done")


def start_run(
    account: Account, cluster: str, families: Sequence[str], lasts: Sequence[tuple[float, int]]
) -> Iterator[float]:
    """Standalone tasks of these families in turn: of each how long it runs and with what it ends."""
    account.play(_run(account, cluster, families, lasts), aside=True)
    yield 0


def _run(
    account: Account, cluster: str, families: Sequence[str], lasts: Sequence[tuple[float, int]]
) -> Iterator[float]:
    for number, (seconds, exit_code) in enumerate(lasts):
        family = families[number % len(families)]
        request = {"taskDefinition": f"{family}:1", "launchType": "EC2", "startedBy": f"{family}-schedule"}
        (task,) = account.call("RunTask", cluster, **request)["tasks"]
        account.play(_life(account, task["taskArn"], seconds, exit_code), aside=True)
        if number % AT_ONCE == AT_ONCE - 1:
            yield 5


def release(account: Account, service: Service) -> None:
    """What works is deployed."""
    service.revision = service.last + 1
    account.deploy(service, service.revision)


def restart(account: Account, service: Service, why: str) -> None:
    account.call("StopTask", service.cluster, task=account.running(service)[0], reason=why)


def scale(account: Account, service: Service, desired: int) -> None:
    service.desired = desired
    account.call("UpdateService", service.cluster, service=service.name, desiredCount=desired)


def _life(account: Account, task_arn: str, seconds: float, exit_code: int) -> Iterator[float]:
    cluster = task_arn.split("/")[1]
    yield 20
    account.call("SubmitTaskStateChange", cluster, task=task_arn, status="RUNNING")
    yield seconds
    account.end(task_arn, exit_code, status="STOPPED")


def _down(account: Account, service: Service, seconds: float) -> Iterator[float]:
    """For so long all its tasks crash as soon as they run."""
    account.plan(service, crashes())
    for task_arn in account.running(service):
        account.end(task_arn, 1)
    yield seconds
    account.plan(service, HEALTHY)
