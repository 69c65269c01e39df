"""`taskledger why --wait` where deployments may not be read: how one ended is found out all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from taskledger.simulator.services.outcomes import crashes, fails_to_start
from tests.rollouts.world import BREAKER

if TYPE_CHECKING:
    from tests.rollouts.world import World
    from tests.support.live import Live

DEPLOYMENTS = {"ListServiceDeployments"}


def once(act: object) -> object:
    """Does it the first time that it is called."""
    left = [act]
    return lambda: left and left.pop()()  # type: ignore[operator]  # whatever a test does


@pytest.mark.parametrize("hours", [0.02, 0.1, 0.5])
def test_it_is_rolled_back_while_nobody_looks(world: World, asked: Live, hours: float) -> None:
    """Between two polls it failed, was rolled back and is shown no more: a message of the service says so."""
    world.ecs.plan("checkout:2", fails_to_start())
    world.deploy(2, deploymentConfiguration=BREAKER)
    asked.denied = DEPLOYMENTS
    asked.after = once(lambda: world.pass_quietly(hours))
    found = asked.why("checkout", "--wait")
    assert found.code == 1
    assert "checkout:1 to :2 failed and is rolled back to checkout:1." in found.out
    assert "Because: image can't be pulled" in found.out


def test_it_is_superseded_while_nobody_looks(world: World, asked: Live) -> None:
    """By another deployment, which is no rollback though it deploys what ran before."""
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2)
    asked.denied = DEPLOYMENTS
    asked.after = once(lambda: (world.deploy(1), world.pass_quietly(0.2)))
    found = asked.why("checkout", "--wait")
    assert found.code == 1
    assert "checkout:1 to :2 was superseded by checkout:1." in found.out


def test_it_fails_without_a_rollback(world: World, asked: Live) -> None:
    """Where nobody wants one, the circuit breaker leaves it as it is."""
    world.ecs.plan("checkout:2", fails_to_start())
    world.deploy(2, deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": False}})
    asked.denied = DEPLOYMENTS
    asked.after = once(lambda: world.pass_quietly(0.2))
    found = asked.why("checkout", "--wait")
    assert found.code == 1
    assert "the deployment checkout:1 to :2 failed." in found.out


def test_nothing_says_how_it_ended(world: World, asked: Live) -> None:
    """What could not be asked is named beside that."""
    world.ecs.plan("checkout:2", fails_to_start())
    world.deploy(2, deploymentConfiguration=BREAKER)
    followed = world.primary()
    world.pass_quietly(0.5)
    asked.denied = {*DEPLOYMENTS, "ListTasks"}
    found = asked.why("checkout", "--wait", "--deployment", followed)
    assert (found.code, found.out) == (2, "")
    assert "needs ecs:ListServiceDeployments" in found.err


def test_two_deployments_of_one_moment(world: World, asked: Live) -> None:
    """The one that is PRIMARY is the newer one, whatever their ids."""
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2)
    first = world.primary()
    world.call("UpdateService", service="checkout", taskDefinition="checkout:2", forceNewDeployment=True)
    second = world.primary()
    service = world.service()
    moments = {one["createdAt"] for one in service["deployments"] if one["id"] in (first, second)}
    assert len(moments) == 1
    found = asked.why("checkout", "--wait", "--deployment", first)
    assert found.code == 1
    assert "checkout:1 to :2 was superseded by checkout:2." in found.out
    found = asked.why("checkout", "--wait", "--deployment", second, "--timeout", "3m")
    assert found.code == 1
    assert "is not steady after 3 min." in found.out
