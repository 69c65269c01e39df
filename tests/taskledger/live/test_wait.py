"""`taskledger why --wait`: a deployment is followed by its id until it is steady or has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from taskledger.simulator.engine.errors import throttled
from taskledger.simulator.services.outcomes import HEALTHY, Outcome, crashes, fails_to_start, role_refused
from tests.rollouts.world import BREAKER

if TYPE_CHECKING:
    from tests.rollouts.world import World
    from tests.support.live import Live

ALARMS = {"alarms": {"alarmNames": ["checkout-5xx"], "enable": True, "rollback": True}}


def test_a_good_deployment_is_waited_for(world: World, asked: Live) -> None:
    """It ends with 0 once it is steady, and shows how far it is on standard error alone."""
    world.deploy(2)
    found = asked.why("checkout", "--wait")
    assert found.code == 0
    assert found.out.startswith("checkout (shop): the deployment checkout:1 to :2 is steady, after ")
    assert "checkout:2  0 of 2 running, 2 pending" in found.err
    assert world.service()["deployments"][0]["rolloutState"] == "COMPLETED"


def test_a_steady_service_is_not_waited_for(asked: Live) -> None:
    """Its newest deployment is steady already."""
    found = asked.why("checkout", "--wait")
    assert found.code == 0
    assert found.out == "checkout (shop): the deployment checkout:1 is steady.\n"


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [
        (fails_to_start(), "image can't be pulled"),
        (crashes(), "crash loop, exit 1"),
        (role_refused(), "tasks can't be configured"),
    ],
)
def test_a_deployment_that_is_rolled_back(world: World, asked: Live, outcome: Outcome, cause: str) -> None:
    """It ends with 1 and the cause when ECS gives it up, not when the rollback is done."""
    world.ecs.plan("checkout:2", outcome)
    world.deploy(2, deploymentConfiguration=BREAKER)
    found = asked.why("checkout", "--wait")
    assert found.code == 1
    assert "the deployment checkout:1 to :2 failed and is rolled back to checkout:1." in found.out
    assert f"Because: {cause}" in found.out


def test_a_deployment_that_never_ends(world: World, asked: Live) -> None:
    """Without a circuit breaker nothing ends it: time is up, and its tasks say why."""
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2)
    found = asked.why("checkout", "--wait", "--timeout", "10m")
    assert found.code == 1
    assert "the deployment checkout:1 to :2 is not steady after 10 min." in found.out
    assert "deployment failed, crash loop, exit 1" in found.out


def test_an_alarm(world: World, asked: Live) -> None:
    """Its tasks run well, and it fails all the same."""
    world.deploy(2, deploymentConfiguration=ALARMS)
    rings = iter([False, True])
    asked.after = lambda: next(rings, False) and world.ecs.alarm("checkout-5xx")
    found = asked.why("checkout", "--wait")
    assert found.code == 1
    assert "a CloudWatch alarm of the deployment rang" in found.out


def test_it_is_superseded(world: World, asked: Live) -> None:
    """By a newer one of the same task definition: its id counts, not what it deploys."""
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2)
    followed = world.primary()
    world.pass_quietly(0.01)
    world.ecs.plan("checkout:2", HEALTHY)
    world.call("UpdateService", service="checkout", taskDefinition="checkout:2", forceNewDeployment=True)
    assert world.primary() != followed
    found = asked.why("checkout", "--wait", "--deployment", followed)
    assert found.code == 1
    assert "the deployment checkout:1 to :2 was superseded by checkout:2." in found.out
    assert asked.why("checkout", "--wait").code == 0


def test_the_newest_at_the_start_is_followed(world: World, asked: Live) -> None:
    """Also when another one takes its place."""
    world.ecs.plan("checkout:2", fails_to_start())
    world.deploy(2)
    later = iter([False, False, True])
    asked.after = lambda: next(later, False) and world.deploy(3)
    found = asked.why("checkout", "--wait")
    assert found.code == 1
    assert "checkout:1 to :2 was superseded by checkout:3." in found.out


def test_a_deployment_that_nobody_knows(asked: Live) -> None:
    """It may not be shown yet, so it is waited for a minute; then nobody can say."""
    found = asked.why("checkout", "--wait", "--deployment", "ecs-svc/404")
    assert found.code == 2
    assert "ECS knows no deployment ecs-svc/404 of checkout" in found.err


def test_a_deployment_that_is_shown_late(world: World, asked: Live) -> None:
    """DescribeServices may lag behind UpdateService."""
    before = {"services": [dict(world.service(), deployments=list(world.service()["deployments"]))]}
    world.deploy(2)
    lags = iter([before, before])
    asked.answer = lambda operation: next(lags, None) if operation == "DescribeServices" else None
    found = asked.why("checkout", "--wait", "--deployment", world.primary())
    assert found.code == 0


def test_a_service_that_is_deleted(world: World, asked: Live) -> None:
    """Nothing will be steady any more."""
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2)
    asked.after = lambda: world.call("DeleteService", service="checkout", force=True)
    found = asked.why("checkout", "--wait")
    assert found.code == 1
    assert "was stopped" in found.out


def test_ecs_does_not_answer_for_a_while(world: World, asked: Live) -> None:
    """It is asked again, and nothing is concluded meanwhile."""
    world.deploy(2)
    polls = iter(range(100))

    def throttle(operation: str) -> None:
        if operation == "DescribeServices" and 1 <= next(polls) <= 6:
            raise throttled()

    asked.answer = throttle
    found = asked.why("checkout", "--wait")
    assert found.code == 0


def test_ecs_does_not_answer_any_more(world: World, asked: Live) -> None:
    """When time is up nobody can say how it stands, which is neither of the two ends."""
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2)

    def cut() -> None:
        def throttle(operation: str) -> None:
            raise throttled()

        asked.answer = throttle

    asked.after = cut
    found = asked.why("checkout", "--wait", "--timeout", "5m")
    assert found.code == 2
    assert "nobody knows how its deployment stands" in found.err


def test_it_stays_within_the_limits(world: World, asked: Live) -> None:
    """Ten minutes of waiting cost fewer calls than ECS grants in ten seconds."""
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2)
    asked.why("checkout", "--wait", "--timeout", "10m")
    assert asked.calls["DescribeServices"] <= 60
    assert asked.calls.total() <= 200
