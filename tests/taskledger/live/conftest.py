"""A service `checkout` of two tasks in the cluster `shop`, an hour old."""

from collections.abc import Iterator

import pytest

from tests.rollouts.world import World
from tests.support.live import Live, live


@pytest.fixture
def world() -> World:
    world = World()
    world.create()
    world.wait(60)
    return world


@pytest.fixture
def asked(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """The command, which asks the ECS of that world."""
    with live(world.ecs, monkeypatch) as found:
        yield found
