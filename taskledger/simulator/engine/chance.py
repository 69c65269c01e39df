"""All the chance there is in the simulated ECS, and it repeats."""

import random


def seeded(*seed: object) -> random.Random:
    """A generator that gives the same for the same seed, in every process."""
    return random.Random(" ".join(map(str, seed)))  # noqa: S311 - chooses faults and ids, keeps no secret
