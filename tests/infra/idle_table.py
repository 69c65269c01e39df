"""What a stack costs in a month in which nothing happens, by its template: the table of docs/operations.md.

`python -m tests.infra.idle_table` writes it anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.infra.synthesised import ROOT
from tests.support.idle import MEASURED

if TYPE_CHECKING:
    from tests.infra.synthesised import Synthesised

PAGE = ROOT / "docs" / "operations.md"
HEAD = "| a month, fixed | arithmetic | $ |\n| --- | --- | --- |\n"
DASHBOARD = 3  # beyond the first three of an account
MINUTES = 30 * 24 * 60
# Prices in us-east-1, in dollars: those of the table before it.
METRIC, ALARM, KEY, REQUEST, CALL = 0.30, 0.10, 1.00, 0.40e-6, 0.20e-6
GB_SECOND, READ, WRITE = 0.0000133334, 0.125e-6, 0.625e-6
# Estimates: seconds of a sweep and of a watch, and what an account of a middling size has.
SWEEP, WATCH, TASKS, SERVICES = 10, 0.2, 1_000, 100
POLLERS, POLLS = 5, 3  # of a queue by Lambda, and of each in a minute


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    what: str
    arithmetic: str
    dollars: float

    def __str__(self) -> str:
        return f"| {self.what} | {self.arithmetic} | {self.dollars:.2f} |\n"


def month(stack: Synthesised, *, clusters: int, seconds: float, reads: int, writes: int) -> float:
    """Dollars of a month with so many clusters that have no task.

    The rest is of one sweep: how long it takes, its queries, which find nothing, and its checkpoints.
    """
    fixed = (_metrics(), _alarms(stack), _keys(stack), _watch(stack), _queue())
    sweep = seconds * _gb(stack, "Sweep") * GB_SECOND + reads * READ + writes * WRITE
    watched = (clusters - 1) * MINUTES * READ  # beyond the cluster that the row of the watch has
    return sum(row.dollars for row in fixed) + watched + MINUTES // _every(stack, "Sweep") * sweep


def table(stack: Synthesised) -> str:
    """The table as it has to be."""
    rows = [_metrics(), _alarms(stack), _keys(stack)]
    work = [_sweep(stack), _watch(stack), _queue()]
    total = round(sum(row.dollars for row in (*rows, *work)))
    dashboard = f"| dashboard | the first three of an account are free | 0 or {DASHBOARD:.2f} |\n"
    together = f"| **together** | | **about {total}, and {DASHBOARD} for the dashboard** |\n"
    return HEAD + "".join(map(str, rows)) + dashboard + "".join(map(str, work)) + together


def page(stack: Synthesised) -> str:
    """The page with that table."""
    before, found, after = PAGE.read_text("utf-8").partition(HEAD)
    assert found
    return before + table(stack) + after[after.index("\n\n") + 1 :]


def _metrics() -> Row:
    number = len(MEASURED)
    return Row("metrics", f"{number} x {METRIC:.2f}, however many clusters", number * METRIC)


def _alarms(stack: Synthesised) -> Row:
    """One that computes is charged for each metric that it reads."""
    read = {
        path.removeprefix("Alerts/"): sum("MetricStat" in each for each in alarm.get("Metrics", ())) or 1
        for path, alarm in stack.of_type("AWS::CloudWatch::Alarm").items()
    }
    several = [(name, number) for name, number in read.items() if number > 1]
    ones = len(read) - len(several)
    more = "".join(
        f", and {n * ALARM:.2f} for `{name}`, which reads {_word(n)} metrics" for name, n in several
    )
    return Row("alarms", f"{ones} x {ALARM:.2f}{more}", sum(read.values()) * ALARM)


def _keys(stack: Synthesised) -> Row:
    number = len(stack.of_type("AWS::KMS::Key"))
    what = "keys of the alert topic and of the operations topic"
    return Row(what, f"{number} x {KEY:.2f}", number * KEY)


def _sweep(stack: Synthesised) -> Row:
    every, gb = _every(stack, "Sweep"), _gb(stack, "Sweep")
    runs = MINUTES // every
    units = 0.5 * TASKS + 1.5 * SERVICES
    arithmetic = (
        f"{runs:,} runs x {SWEEP} s x {gb} GB x {GB_SECOND:.10f}; (0.5 read units x {TASKS:,} tasks + 1.5 x "
        f"{SERVICES} services) x {runs:,} x 0.125/M"
    )
    dollars = runs * (SWEEP * gb * GB_SECOND + units * READ)
    return Row(f"sweep, every {every} minutes", arithmetic, dollars)


def _watch(stack: Synthesised) -> Row:
    gb = _gb(stack, "Watch")
    assert _every(stack, "Watch") == 1
    arithmetic = f"{MINUTES:,} x (0.20/M + {WATCH} s x {gb} GB x {GB_SECOND:.10f}); 1 read unit a cluster"
    return Row("watch, every minute", arithmetic, MINUTES * (CALL + WATCH * gb * GB_SECOND + READ))


def _queue() -> Row:
    arithmetic = f"{POLLERS} x {POLLS} a minute x {MINUTES:,} x 0.40/M"
    return Row("queue, polled while it is empty", arithmetic, POLLERS * POLLS * MINUTES * REQUEST)


def _every(stack: Synthesised, name: str) -> int:
    """Minutes between two runs."""
    found = re.fullmatch(r"rate\((\d+) minutes?\)", stack[f"{name}Schedule/Schedule"]["ScheduleExpression"])
    assert found
    return int(found[1])


def _gb(stack: Synthesised, name: str) -> float:
    return float(stack[f"{name}/Function"]["MemorySize"]) / 1024


def _word(number: int) -> str:
    return {2: "two", 3: "three", 4: "four"}[number]


if __name__ == "__main__":
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from tests.infra.conftest import synthesised

    with TemporaryDirectory() as folder:
        PAGE.write_text(page(synthesised(Path(folder))), "utf-8")
