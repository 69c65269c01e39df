"""The rollouts as they were played to their end; each once, whichever tests look at it."""

from functools import cache

from taskledger.simulator.faults.delivery import DeliveryChance

from .scripts import ROLLOUTS
from .world import World


@cache
def played(name: str, seed: int) -> World:
    """An hour after its service was created; but for the first seed events come twice, swapped and late."""
    rough = DeliveryChance(duplicate=0.3, reorder=0.3, delay=0.3, delay_seconds=20, seed=seed)
    world = World(seed=seed, rough=rough if seed else DeliveryChance())
    world.create()
    world.wait(60)
    ROLLOUTS[name][0](world)
    return world
