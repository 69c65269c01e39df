"""How a ratio is taken: both sides in turn, many times, and the middle of what came out."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One measured figure and the limit it must keep; `higher` where more is better."""

    name: str
    figure: float
    limit: float
    unit: str = "x"
    higher: bool = False

    @property
    def kept(self) -> bool:
        return self.figure >= self.limit if self.higher else self.figure <= self.limit


def cpu_ratio(ours: Callable[[], object], base: Callable[[], object], rounds: int = 25) -> float:
    """CPU time of ours by that of the base, threads included: the median over rounds in turn."""
    ours()
    base()
    return statistics.median(cpu_seconds(ours) / cpu_seconds(base) for _ in range(rounds))


def cpu_seconds(work: Callable[[], object]) -> float:
    gc.collect()
    started = time.process_time()
    work()
    return time.process_time() - started
