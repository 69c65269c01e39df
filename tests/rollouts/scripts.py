"""Rollouts, each with what a careful engineer would say of it afterwards.

The labels were written before the rollouts were played: of each incident that there is to be, the deployment
that it began with. Each script begins an hour after its service was created.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from taskledger.simulator.services.outcomes import HEALTHY, crashes, fails_to_start, role_refused

from .world import BREAKER, World, late, lost

TASKS, DEPLOYMENTS, ACTIONS = "ECS Task State Change", "ECS Deployment State Change", "ECS Service Action"
IMAGE, EXIT, SIGNAL = (
    "TASK_FAILED_TO_START IMAGE_PULL",
    "ESSENTIAL_CONTAINER_FAILED EXIT_CODE",
    "ESSENTIAL_CONTAINER_FAILED SIGNAL",
)
SPOT = "CAPACITY_INTERRUPTED SPOT"
IMPAIRED, STALLED, BROKEN = (
    "SERVICE_IMPAIRED START_IMPAIRED",
    "DEPLOYMENT_FAILED STALLED",
    "DEPLOYMENT_FAILED CIRCUIT_BREAKER",
)
SECOND, THIRD = "began_with checkout:2", "began_with checkout:3"
UNDONE = f"{SECOND}, rolled back"
DAY = 25  # hours: longer than failures are looked back for


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Of each incident what is to be blamed, and which are open in the end.

    `down` are those that may page while none of their tasks runs, beside the bad deployments, which page `within`
    that time of their begin. `again` where one may be over between two failures: these are further apart
    than the policy's `resolve`, or become known only when what they began with is undone.
    """

    blames: Counter[tuple[str, str]]
    open: frozenset[str] = field(default_factory=frozenset)
    down: frozenset[str] = frozenset()
    within: timedelta = timedelta(minutes=5)
    again: bool = False

    @property
    def bad(self) -> Counter[str]:
        """Of the deployments that fail, which one each page has to name."""
        failed = (blame for kind, blame in self.blames.elements() if kind.startswith("DEPLOYMENT_FAILED"))
        return Counter(blame.partition(",")[0] for blame in failed)


def label(
    *blames: tuple[str, str],
    open: tuple[str, ...] = (),  # noqa: A002 - as the field
    **more: Any,
) -> Label:
    return Label(blames=Counter(blames), open=frozenset(open), **more)


Script = Callable[[World], None]
ROLLOUTS: dict[str, tuple[Script, Label]] = {}


def rollout(expected: Label) -> Callable[[Script], Script]:
    def keep(script: Script) -> Script:
        ROLLOUTS[script.__name__] = (script, expected)
        return script

    return keep


@rollout(label((IMAGE, UNDONE), (IMPAIRED, UNDONE), (BROKEN, UNDONE)))
def bad_image_with_rollback(world: World) -> None:
    world.ecs.plan("checkout:2", fails_to_start())
    world.deploy(2, deploymentConfiguration=BREAKER)
    world.wait(50)


@rollout(label((EXIT, SECOND), (IMPAIRED, SECOND), (STALLED, SECOND), open=(EXIT, IMPAIRED, STALLED)))
def crash_without_breaker(world: World) -> None:
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2)
    world.wait(40)


@rollout(label((IMAGE, SECOND), (IMPAIRED, SECOND), (STALLED, SECOND), open=(IMAGE, IMPAIRED, STALLED)))
def bad_image_without_breaker(world: World) -> None:
    world.ecs.plan("checkout:2", fails_to_start())
    world.deploy(2)
    world.wait(40)


@rollout(label((SIGNAL, SECOND), open=(SIGNAL,), again=True))
def leak_after_completion(world: World) -> None:
    world.ecs.plan("checkout:2", crashes(137, after=20 * 60))
    world.deploy(2)
    world.wait(50)


@rollout(label((SIGNAL, "began_with legacy:1"), open=(SIGNAL,)))
def good_deployment_beside_a_crashing_service(world: World) -> None:
    world.ecs.plan("legacy:1", crashes(137, after=8 * 60))
    world.create("legacy", desired=1)
    world.wait(20)
    world.deploy(2)
    world.wait(30)


@rollout(label((SPOT, "not_one"), open=(SPOT,)))
def spot_in_a_good_deployment(world: World) -> None:
    world.deploy(2)
    world.wait(0.7)
    (new, *_) = [arn for arn in world.running() if world.started_by(arn) == world.deployments["checkout:2"]]
    world.ecs.interrupt(new, "SpotInterruption", "Your Spot Task was interrupted.")
    world.wait(10)


@rollout(label())
def scale_in_in_a_good_deployment(world: World) -> None:
    world.deploy(2)
    world.wait(0.7)
    world.call("UpdateService", service="checkout", desiredCount=1)
    world.wait(30)


@rollout(label((IMAGE, THIRD), (IMPAIRED, THIRD), (STALLED, THIRD), open=(IMAGE, IMPAIRED, STALLED)))
def two_deployments_the_second_bad(world: World) -> None:
    world.deploy(2)
    world.wait(0.5)
    world.ecs.plan("checkout:3", fails_to_start())
    world.deploy(3)
    world.wait(40)


@rollout(
    label(
        (IMAGE, SECOND),
        (IMPAIRED, SECOND),
        (STALLED, SECOND),
        (STALLED, THIRD),
        open=(IMAGE, IMPAIRED, STALLED),
        again=True,
    )
)
def two_deployments_both_bad(world: World) -> None:
    for revision in (2, 3):
        world.ecs.plan(f"checkout:{revision}", fails_to_start())
        world.deploy(revision)
        world.wait(25)


@rollout(label((IMAGE, SECOND), (IMPAIRED, SECOND), (STALLED, SECOND)))
def second_deployment_repairs_the_first(world: World) -> None:
    world.ecs.plan("checkout:2", fails_to_start())
    world.deploy(2)
    world.wait(25)
    world.deploy(3)
    world.wait(50)


@rollout(label((SIGNAL, "before checkout:2"), open=(SIGNAL,)))
def old_crash_goes_on(world: World) -> None:
    world.pass_quietly(DAY)
    for revision in (1, 2):
        world.ecs.plan(f"checkout:{revision}", crashes(137, after=8 * 60))
    for task_arn in world.running():
        world.crash(task_arn)
    world.wait(20)
    world.deploy(2)
    world.wait(30)


@rollout(label((SIGNAL, "before checkout:2"), open=(SIGNAL,), down=frozenset({SIGNAL})))
def crash_of_the_same_day_goes_on(world: World) -> None:
    world.ecs.plan("checkout:2", crashes(137, after=8 * 60))
    for task_arn in world.running():
        world.crash(task_arn)
    world.wait(2)
    world.deploy(2)
    world.wait(30)


@rollout(label(("DEPLOYMENT_FAILED ALARM", UNDONE)))
def alarm_rolls_back(world: World) -> None:
    alarms = {"alarmNames": ["checkout-5xx"], "enable": True, "rollback": True}
    world.deploy(2, deploymentConfiguration={"alarms": alarms})
    world.wait(3)
    world.ecs.alarm("checkout-5xx")
    world.wait(40)


@rollout(label((IMAGE, "before checkout:2"), open=(IMAGE,)))
def registry_outage(world: World) -> None:
    world.pass_quietly(DAY)
    for revision in (1, 2):
        world.ecs.plan(f"checkout:{revision}", fails_to_start())
    world.call("StopTask", task=world.running()[0], reason="restart")
    world.wait(3)
    world.deploy(2)
    world.wait(1)
    world.ecs.plan("checkout:2", HEALTHY)
    world.wait(10)


@rollout(label(("SERVICE_IMPAIRED CONFIGURATION", UNDONE), (BROKEN, UNDONE)))
def role_refused_with_rollback(world: World) -> None:
    world.ecs.plan("checkout:2", role_refused())
    world.deploy(2, deploymentConfiguration=BREAKER)
    world.wait(50)


@rollout(label((EXIT, UNDONE), (BROKEN, UNDONE), within=timedelta(minutes=16)))
def all_events_of_the_deployment_lost(world: World) -> None:
    world.fate = lost(DEPLOYMENTS, ACTIONS)
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2, deploymentConfiguration=BREAKER)
    world.wait(60)


@rollout(label((EXIT, UNDONE), (IMPAIRED, UNDONE), (BROKEN, UNDONE)))
def deployment_events_without_cluster(world: World) -> None:
    world.ecs.omit_cluster()
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2, deploymentConfiguration=BREAKER)
    world.wait(50)


@rollout(label((EXIT, UNDONE), (IMPAIRED, UNDONE), (BROKEN, UNDONE), again=True))
def events_of_failed_tasks_late(world: World) -> None:
    world.fate = late(TASKS, 600)
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2, deploymentConfiguration=BREAKER)
    world.wait(60)
