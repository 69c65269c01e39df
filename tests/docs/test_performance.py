"""docs/performance.md has the figures that `make bench` prints, by name: nothing is measured for that."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.bench import beside, coldstart, idle, imports, lives, observe, reads, replays, sweep
from tests.bench.__main__ import BENCHES, measured
from tests.bench.measure import Result
from tests.bench.table import PAGE, document, names, page, table
from tests.infra import conftest

EVENT = {"version": "0", "detail": {"taskArn": "arn", "version": 1}}
SWEPT = {
    "calls": Counter[str](),
    "writes": 0,
    "peak": 1.0,
    "seconds": 2.0,
    "bare": 1.0,
    "best": 2.0,
    "ratio": 2.0,
    "spread": None,
}
FUNCTION = SimpleNamespace(layer=None, code=None)
# What takes the time, and what it is to come to.
QUICK: list[tuple[ModuleType, str, Any]] = [
    (beside, "milliseconds", [[1.0, 1.0]] * 3),
    (observe, "ratios", (1.0, 1.0)),
    (lives, "lived", lives.Lives(events=[EVENT], entries=[{}])),
    (conftest, "synthesised", None),
    (idle, "calls_of", Counter[str]()),
    (idle, "month", 1.0),
    (imports, "_cpu", 1.0),
    (coldstart, "find_spec", True),
    (coldstart, "_synthesised", dict.fromkeys(coldstart.SERVICES, FUNCTION)),
    (coldstart, "_ratio", 1.0),
    (coldstart, "_zipped", 1.0),
    (replays, "_capture", None),
    (replays, "_replay", (1, 1.0, 1)),
    (replays, "growth", 1.0),
    (reads, "many_lives", []),
    (reads, "ratio", 1.0),
    (reads, "_megabytes", 1.0),
    (sweep, "_in_a_process", SWEPT),
]


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> list[Result]:
    for module, name, outcome in QUICK:
        monkeypatch.setattr(module, name, lambda *_, outcome=outcome, **__: outcome)
    return measured()


def test_the_page_has_the_figures_of_the_command(results: list[Result]) -> None:
    """Each figure has its row, in that order; `make bench ARGS=--write` writes them anew."""
    assert len(results) > len(BENCHES)
    assert names(PAGE.read_text("utf-8")) == [result.name for result in results]


def test_no_two_figures_have_one_name(results: list[Result]) -> None:
    """A machine can find each by its name."""
    assert [name for name, count in Counter(each.name for each in results).items() if count > 1] == []


def test_only_the_table_is_written_anew() -> None:
    """What is written by people stays, before the table and behind it."""
    one = Result("CPU of something", 1.5, 2.0)
    written = page([one])
    assert names(written) == ["CPU of something"]
    before, behind = (PAGE.read_text("utf-8").split(mark) for mark in ("<!-- written", "<!-- end"))
    assert written.startswith(before[0])
    assert written.endswith(behind[1])


FULL = Result("CPU", 1234.5, 2.0, "ms", spread=(0.12345, 2.0), bare=3.14159, sample=10.0)


def test_a_row_shows_all_sides() -> None:
    """Figure, spread, both other sides and the limit, with the digits that count; and if it is not kept."""
    *_, row = table([FULL]).splitlines()
    cells = ["CPU", "1,234 ms", "0.123 to 2", "3.14 ms", "10 ms", "at most 2, not kept"]
    assert [cell.strip() for cell in row.strip("|").split("|")] == cells


def test_json_has_all_that_the_table_has() -> None:
    """In full digits; what has no value is null, and what has no limit is neither kept nor not."""
    bounded, free = document([FULL, replace(FULL, limit=None, spread=None, bare=None, unit="")])["figures"]
    assert bounded == {
        "name": "CPU",
        "unit": "ms",
        "figure": 1234.5,
        "middleHalf": [0.12345, 2.0],
        "boto3": 3.14159,
        "sample": 10.0,
        "limit": 2.0,
        "higherIsBetter": False,
        "kept": False,
    }
    assert free == bounded | dict.fromkeys(["unit", "middleHalf", "boto3", "limit", "kept"])
