"""`taskledger why` of services that run fewer tasks than they should: for a moment, or for long."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from taskledger.simulator.services.outcomes import crashes, fails_to_start
from tests.rollouts.world import World
from tests.support.live import live

if TYPE_CHECKING:
    from tests.support.live import Live


def later(world: World, seconds: float) -> None:
    world.ecs.run_until(world.clock.now + timedelta(seconds=seconds))


@pytest.mark.parametrize(("before", "after"), [(2, 6), (150, 200)])
def test_scaling_out(before: int, after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service is not unwell as long as its new tasks are on their way, however many it runs."""
    world = World()
    world.create(desired=before)
    world.wait(60)
    world.call("UpdateService", service="checkout", desiredCount=after)
    later(world, 10)
    with live(world.ecs, monkeypatch) as asked:
        assert asked.why("checkout").code == 0
        assert asked.why().code == 0


def test_a_task_was_just_replaced(world: World, asked: Live) -> None:
    """Nothing is wrong yet seconds after somebody stopped a task."""
    world.call("StopTask", task=world.running()[0], reason="restart")
    later(world, 5)
    assert asked.why("checkout").code == 0


def test_nothing_is_on_its_way(world: World, asked: Live) -> None:
    """What has no task, no message and no stop to explain it is down since its last change all the same."""
    for task in world.running():
        world.call("StopTask", task=task, reason="restart")
    silent = dict(world.service(), runningCount=0, pendingCount=0, events=[])
    asked.answer = {
        "DescribeServices": {"services": [silent], "failures": []},
        "ListTasks": {"taskArns": []},
    }.get
    later(world, 3 * 3600)
    found = asked.why("checkout")
    assert found.code == 1
    assert "0 of 2 tasks run: it is down for 60 min" in found.out
    assert asked.why().code == 1
    (incident,) = asked.why("checkout", "--json").document["incidents"]
    assert (incident["kind"], incident["cause"]) == ("SERVICE_IMPAIRED", "BELOW_DESIRED")


def test_what_is_down_says_why(world: World, asked: Live) -> None:
    """Its own cause and what to do about that, and not that there are too few tasks."""
    world.ecs.plan("checkout:1", crashes())
    for task in world.running():
        world.crash(task, 1)
    world.pass_quietly(3)
    text = asked.why("checkout").out
    assert "it is down for" in text.splitlines()[0]
    assert "too few tasks" not in text
    assert "Next: Read the last lines of the container's log before the stop." in text
    assert text.count("Next: ") == 1


def test_a_service_that_is_deleted(world: World, asked: Live) -> None:
    """It is no service of which nothing is wrong."""
    world.call("DeleteService", service="checkout", force=True)
    assert asked.why("checkout").out == "checkout (shop) is deleted. 0 of 0 tasks run.\n"


def test_tasks_that_stay_pending(world: World, asked: Live) -> None:
    """Nothing has failed: what is waited for is the reason, for the service as for the task itself."""
    world.ecs.plan("checkout:2", fails_to_start(after=86_400))
    before = set(world.running())
    world.deploy(2)
    later(world, 300)
    assert asked.why("checkout").code == 0
    later(world, 600)
    found = asked.why("checkout")
    assert found.code == 1
    assert found.out.startswith("checkout (shop): stuck, pending.")
    assert "The task has been PENDING for 15 min; 10 min is the limit." in found.out
    (task, _) = set(world.running()) - before
    assert asked.why(task).code == 1
    later(world, 3_600)
    assert asked.why("checkout").out.startswith("checkout (shop): deployment failed, stuck, pending.")
