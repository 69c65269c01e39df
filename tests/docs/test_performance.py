"""docs/performance.md has the table of figures that `make bench` prints, as far as it can be known without it."""

from __future__ import annotations

from collections import Counter
from types import ModuleType
from typing import Any

from tests.bench import beside, coldstart, idle, imports, lives, observe, replays, sweep

FOUND = {"calls": Counter[str](), "seconds": 2.0, "bare": 1.0, "best": 2.0, "ratio": 2.0, "spread": None}
# What takes the time, and what each of it may come to.
MEASURED: dict[ModuleType, dict[str, Any]] = {
    beside: {"milliseconds": [[1.0, 1.0]] * 3},
    observe: {"ratios": (1.0, 1.0)},
    lives: {"lived": lives.Lives([{"version": "0", "detail": {"taskArn": "arn"}}], entries=[{}])},
    idle: {"_figures": []},
    imports: {"_cpu": 1.0},
    coldstart: {"_synthesised": None},
    replays: {"_replay": (1, 1.0, 1)},
    sweep: {"_in_a_process": {**FOUND, "writes": 0, "peak": 1.0}},
}
