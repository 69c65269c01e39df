"""The CPU of an event beside that of the bare calls, and of the sample of ECS's documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median

import boto3

from tests.bench import baseline
from tests.bench.account import again
from tests.bench.measure import Result, cpu_of_rounds, middle_half
from tests.bench.observe import LIMITS, batch, sides

EVENTS = 100  # of a round
ROUNDS = 15


def run() -> Iterator[Result]:
    for size in LIMITS:
        ours, bare, sample = milliseconds(size)
        yield Result(
            f"CPU of an event, batch of {size}",
            median(ours),
            unit="ms",
            spread=middle_half(ours),
            bare=median(bare),
            sample=median(sample),
        )


def milliseconds(size: int) -> list[list[float]]:
    """CPU of one event of a task whose tags are known, by round: observed, its calls alone, by the sample."""
    session = boto3.Session("testing", "testing", region_name="eu-central-1")
    sample = baseline.handler(session, batch(size))
    ours, bare, _ = sides(size)
    works = (ours, lambda: list(again(bare)), sample)
    rounds = cpu_of_rounds([_repeated(work, EVENTS // size) for work in works], ROUNDS)
    return [[seconds * 1000 / EVENTS for seconds in side] for side in zip(*rounds, strict=True)]


def _repeated(work: Callable[[], object], times: int) -> Callable[[], object]:
    return lambda: [work() for _ in range(times)]
