"""`taskledger why` on a machine whose clock is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from taskledger.simulator.services.outcomes import crashes, fails_to_start
from tests.rollouts.world import BREAKER

if TYPE_CHECKING:
    from tests.rollouts.world import World
    from tests.support.live import Live

OFF = (timedelta(minutes=-10), timedelta(minutes=10))


@pytest.mark.parametrize("ahead", OFF)
def test_a_task_that_just_failed(world: World, asked: Live, ahead: timedelta) -> None:
    """By ECS's time its service has been short for seconds."""
    world.crash(world.running()[0], 1)
    world.ecs.run_until(world.clock.now + timedelta(seconds=5))
    right = asked.why("checkout").out
    asked.ahead = ahead
    found = asked.why("checkout")
    assert "too few for 5 s" in found.out.splitlines()[0]
    assert found.out == right


@pytest.mark.parametrize("ahead", OFF)
def test_a_deployment_that_goes_well(world: World, asked: Live, ahead: timedelta) -> None:
    """It is steady, and what was just started runs."""
    asked.ahead = ahead
    world.deploy(2)
    assert asked.why("checkout", "--wait").code == 0
    assert "2 of 2 tasks run." in asked.why("checkout").out


@pytest.mark.parametrize("ahead", OFF)
def test_deployments_that_fail(world: World, asked: Live, ahead: timedelta) -> None:
    """They are waited for as long as it says, and end as they would."""
    asked.ahead = ahead
    world.ecs.plan("checkout:2", fails_to_start())
    world.deploy(2, deploymentConfiguration=BREAKER)
    assert "failed and is rolled back to checkout:1." in asked.why("checkout", "--wait").out
    world.ecs.plan("checkout:3", crashes())
    world.deploy(
        3, deploymentConfiguration={"deploymentCircuitBreaker": {"enable": False, "rollback": False}}
    )
    assert "is not steady after 8 min." in asked.why("checkout", "--wait", "--timeout", "8m").out
