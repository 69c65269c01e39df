"""A run of changed inputs over all targets, each by a seed of its own, so that one can be run again alone."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.fuzz.mutate import Mutator
from tests.fuzz.targets import TARGETS, Target


@dataclass(frozen=True)
class Crash:
    """What came out of a target that should not have, and how to see it again."""

    target: str
    seed: str
    error: str


def fuzz(count: int, seed: int) -> Iterator[Crash | None]:
    """The crash of each input, or None."""
    order = [target for target, weight in TARGETS.items() for _ in range(weight)]
    for number in range(count):
        target = order[number % len(order)]
        yield run(target, f"{seed}.{number}")


def run(target: Target, seed: str) -> Crash | None:
    try:
        target(Mutator(Random(seed)))
    except Exception:  # noqa: BLE001 - whatever comes out is what is looked for
        return Crash(target.__name__, seed, traceback.format_exc(limit=-4))
    return None
