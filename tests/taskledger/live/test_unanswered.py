"""`taskledger why` where ECS does not answer, or takes the credentials no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from taskledger.simulator.engine.errors import ApiError, throttled
from taskledger.simulator.services.outcomes import crashes
from tests.rollouts.world import World
from tests.support.live import live

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.live import Live

EXPIRED = ApiError("ExpiredTokenException", "The security token included in the request is expired")
OPTIONAL = ("ListTasks", "DescribeTasks", "ListServiceDeployments", "DescribeServiceRevisions")


def failing(error: ApiError, *operations: str, times: int = 1_000) -> Callable[[str], None]:
    """The first calls of these operations fail so."""
    left = iter(range(times))

    def fail(operation: str) -> None:
        if operation in operations and next(left, None) is not None:
            raise error

    return fail


@pytest.mark.parametrize("operation", OPTIONAL)
def test_credentials_expire_on_the_way(world: World, asked: Live, operation: str) -> None:
    """Nothing is said of a service of which not everything could be asked for that reason."""
    world.deploy(2)
    asked.answer = failing(EXPIRED, operation)
    found = asked.why("checkout")
    assert (found.code, found.out) == (2, "")
    assert "The AWS credentials have expired: sign in again" in found.err


def test_credentials_expire_while_waiting(world: World, asked: Live) -> None:
    """Nobody knows how the deployment stands then."""
    world.deploy(2)
    asked.after = lambda: setattr(asked, "answer", failing(EXPIRED, "DescribeServices"))
    found = asked.why("checkout", "--wait")
    assert (found.code, found.out) == (2, "")
    assert "The AWS credentials have expired" in found.err


def test_a_call_is_throttled(world: World, asked: Live) -> None:
    """It is said in one line what is not known for that, and the rest is explained."""
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2)
    world.pass_quietly(0.2)
    asked.answer = failing(throttled(), "ListServiceDeployments")
    found = asked.why("checkout")
    assert found.code == 1
    assert "service deployments: AWS is throttling these calls" in found.out
    assert len(asked.why("checkout", "--json").document["unknown"]) == 1


def test_what_was_answered_later(world: World, asked: Live) -> None:
    """What a later look of --wait has learned is not unknown any more."""
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2)
    asked.answer = failing(throttled(), "ListTasks", times=5)
    found = asked.why("checkout", "--wait", "--timeout", "5m")
    assert found.code == 1
    assert "crash loop, exit 1" in found.out
    assert "not known" not in found.out


def test_what_is_not_answered_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a cluster of many services, so that the command ends."""
    world = World()
    for number in range(12):
        world.create(f"web{number}")
    world.wait(5)
    with live(world.ecs, monkeypatch) as asked:
        asked.answer = failing(throttled(), "ListServiceDeployments")
        found = asked.why()
        assert asked.calls["ListServiceDeployments"] <= 5
    assert found.out.count("service deployments: ") == 1


def test_tasks_that_are_not_described(world: World, asked: Live) -> None:
    """ECS may answer, and not for each task."""
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2)
    world.pass_quietly(0.2)
    (task, *_) = world.call("ListTasks", desiredStatus="STOPPED")["taskArns"]
    silent = {"tasks": [], "failures": [{"arn": task, "reason": "INTERNAL"}]}
    asked.answer = {"ListTasks": {"taskArns": [task]}, "DescribeTasks": silent}.get
    (unknown,) = asked.why("checkout", "--json").document["unknown"]
    assert unknown == "1 of 1 tasks: ECS did not answer"
