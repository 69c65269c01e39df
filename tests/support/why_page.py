"""The cluster of docs/why.md: one deployment was rolled back, another one goes on failing, a batch failed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from taskledger.simulator.services.outcomes import crashes, fails_to_start
from tests.rollouts.world import BREAKER, World
from tests.support.live import live

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from taskledger.simulator.api.ecs import SimulatedEcs

NOT_THERE = (
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref"
    " 111122223333.dkr.ecr.us-east-1.amazonaws.com/shop/checkout:1.8: not found"
)


def shop() -> SimulatedEcs:
    """At 10:20, after an hour in which all was well and twenty minutes in which it was not."""
    world = World()
    for name, desired in (("checkout", 2), ("orders", 3), ("web", 4)):
        world.create(name, desired)
    world.pass_quietly(1)
    world.ecs.plan("checkout:2", fails_to_start(NOT_THERE))
    world.deploy(2, deploymentConfiguration=BREAKER)
    world.ecs.plan("orders:2", crashes())
    world.deploy(
        2, name="orders", deploymentConfiguration={"minimumHealthyPercent": 0, "maximumPercent": 100}
    )
    _nightly(world)
    world.pass_quietly(1 / 3)
    return world.ecs


@contextmanager
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with live(shop(), monkeypatch):
        yield


def _nightly(world: World) -> None:
    """A standalone task that ends with 3."""
    (task,) = world.call("RunTask", taskDefinition="nightly-report:7", launchType="FARGATE")["tasks"]
    ended = {"containerName": "app", "status": "STOPPED", "exitCode": 3}
    for status, containers in (("RUNNING", []), ("STOPPED", [ended])):
        world.call("SubmitTaskStateChange", task=task["taskArn"], status=status, containers=containers)
