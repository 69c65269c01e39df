"""`taskledger why` of deployments that wait for a person: nothing fails, and nothing goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.rollouts.world import World
    from tests.support.live import Live

PAUSE = {"timeoutInMinutes": 60}


def paused(world: World, stage: str = "POST_SCALE_UP") -> None:
    hook = {"targetType": "PAUSE", "lifecycleStages": [stage], "timeoutConfiguration": PAUSE}
    world.deploy(2, deploymentConfiguration={"lifecycleHooks": [hook]})


def go_on(world: World) -> None:
    (deployment,) = world.call(
        "DescribeServiceDeployments", serviceDeploymentArns=[world.service()["currentServiceDeployment"]]
    )["serviceDeployments"]
    for hook in deployment["lifecycleHookDetails"]:
        if hook["status"] == "AWAITING_ACTION":
            arn = deployment["serviceDeploymentArn"]
            world.call("ContinueServiceDeployment", serviceDeploymentArn=arn, hookId=hook["hookId"])


def test_it_waits_for_a_person(world: World, asked: Live) -> None:
    """It says at which stage, until when, and what happens then."""
    paused(world)
    world.pass_quietly(0.1)
    found = asked.why("checkout")
    assert found.code == 1
    assert found.out.startswith("checkout (shop): deployment waits for a person.")
    assert "at POST_SCALE_UP until 2026-11-20 11:00 UTC; then the deployment is rolled back." in found.out
    assert asked.why().code == 1
    kinds = [one["kind"] for one in asked.why("checkout", "--json").document["incidents"]]
    assert kinds == ["HOOK_WAITING"]


def test_somebody_lets_it_go_on(world: World, asked: Live) -> None:
    """--wait says that it waits, waits on, and ends as the deployment does."""
    paused(world)
    asked.after = lambda: world.clock.now.minute >= 10 and go_on(world)
    found = asked.why("checkout", "--wait")
    assert found.code == 0
    assert "checkout:2  2 of 2 running, waits for a person at POST_SCALE_UP\n" in found.err
    assert asked.why("checkout").code == 0


def test_nobody_does(world: World, asked: Live) -> None:
    """When time is up that is the cause; once the pause has run out, the rollback."""
    paused(world)
    found = asked.why("checkout", "--wait", "--timeout", "10m")
    assert found.code == 1
    assert "is not steady after 10 min." in found.out
    assert "waits for a person at POST_SCALE_UP" in found.out
    found = asked.why("checkout", "--wait", "--timeout", "2h")
    assert found.code == 1
    assert "failed and is rolled back to checkout:1." in found.out


def test_a_pause_is_no_stall(world: World, asked: Live) -> None:
    """A deployment that waited before its first task has just begun when it goes on."""
    paused(world, "PRE_SCALE_UP")
    world.pass_quietly(0.9)
    go_on(world)
    assert asked.why("checkout").code == 0
