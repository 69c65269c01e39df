"""How a figure is taken: all sides in turn, many times, and the middle of what came out."""

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Spread = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Result:
    """One measured figure and the limit it must keep; `higher` where more is better.

    `spread` is the middle half of the rounds. Beside it is what boto3 alone comes to, which makes the same
    calls, and `sample`, the pattern of ECS's documentation.
    """

    name: str
    figure: float
    limit: float | None = None
    unit: str = "x"
    higher: bool = False
    spread: Spread | None = None
    bare: float | None = None
    sample: float | None = None

    @property
    def kept(self) -> bool:
        if self.limit is None:
            return True
        return self.figure >= self.limit if self.higher else self.figure <= self.limit


def cpu_ratio(ours: Callable[[], object], base: Callable[[], object], rounds: int = 25) -> float:
    """CPU time of ours by that of the base, threads included: the median over rounds in turn."""
    return statistics.median(mine / bare for mine, bare in cpu_of_rounds((ours, base), rounds))


def cpu_of_rounds(sides: Sequence[Callable[[], object]], rounds: int = 25) -> list[tuple[float, ...]]:
    """Seconds of CPU of each side, threads included, for rounds in turn; a first one is not counted."""
    for side in sides:
        side()
    return [tuple(cpu_seconds(side) for side in sides) for _ in range(rounds)]


def cpu_seconds(work: Callable[[], object]) -> float:
    gc.collect()
    started = time.process_time()
    work()
    return time.process_time() - started


def middle_half(values: Sequence[float]) -> Spread:
    """The first and the third quartile."""
    first, _, third = statistics.quantiles(values, n=4, method="inclusive")
    return first, third


def growth(cost: Mapping[int, float]) -> float:
    """The exponent with which a cost grows by size: the slope of a line through both's logarithms."""
    points = [(math.log(size), math.log(each)) for size, each in cost.items()]
    return statistics.linear_regression(*zip(*points, strict=True)).slope
