"""The table of figures: in Markdown, as JSON, and in docs/performance.md."""

from __future__ import annotations

import os
import platform
import re
from typing import TYPE_CHECKING, Any

import botocore

from task_ledger_cdk.build.layer import ROOT
from taskledger.output import times

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.bench.measure import Result

PAGE = ROOT / "docs" / "performance.md"
HEAD = ("figure", "Task Ledger", "middle half", "bare boto3", "the sample", "limit")
BEGIN, END = "<!-- written by make bench -->\n", "<!-- end -->\n"


def table(results: Sequence[Result]) -> str:
    """The table as text, and in Markdown."""
    rows = [HEAD, *map(_row, results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = ["-" * width for width in widths]
    return "\n".join(_line(row, widths) for row in (rows[0], rule, *rows[1:]))


def page(results: Sequence[Result]) -> str:
    """docs/performance.md with this table."""
    before, after = PAGE.read_text("utf-8").split(BEGIN)
    _, rest = after.split(END)
    return f"{before}{BEGIN}{_machine_in_words()}\n\n{table(results)}\n{END}{rest}"


def names(text: str) -> list[str]:
    """The figures that the page's table has."""
    shown = text.split(BEGIN)[1].split(END, maxsplit=1)[0]
    return [row[1] for row in re.finditer(r"^\| (.+?) +\|", shown, re.MULTILINE)][2:]


def document(results: Iterable[Result]) -> dict[str, Any]:
    return {
        "measuredAt": times.now().isoformat(timespec="seconds"),
        "machine": _machine(),
        "figures": [_facts(each) for each in results],
    }


def _facts(result: Result) -> dict[str, Any]:
    return {
        "name": result.name,
        "unit": result.unit or None,
        "figure": result.figure,
        "middleHalf": list(result.spread) if result.spread else None,
        "boto3": result.bare,
        "sample": result.sample,
        "limit": result.limit,
        "higherIsBetter": result.higher,
        "kept": result.kept if result.limit is not None else None,
    }


def _row(result: Result) -> tuple[str, ...]:
    def shown(figure: float | None) -> str:
        return "" if figure is None else f"{_number(figure)} {result.unit}".rstrip()

    spread = " to ".join(map(_number, result.spread)) if result.spread else ""
    return (
        result.name,
        shown(result.figure),
        spread,
        shown(result.bare),
        shown(result.sample),
        _limit(result),
    )


def _limit(result: Result) -> str:
    if result.limit is None:
        return ""
    mark = "" if result.kept else ", not kept"
    return f"at {'least' if result.higher else 'most'} {result.limit:,g}{mark}"


def _number(figure: float) -> str:
    """Whole numbers as such, others with three digits that count where they are small."""
    if figure == int(figure):
        return f"{figure:,.0f}"
    return f"{figure:,.0f}" if figure >= 1000 else f"{figure:.2f}" if figure >= 1 else f"{figure:.3f}"


def _line(row: Iterable[str], widths: Iterable[int]) -> str:
    return f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"


def _machine() -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "botocore": botocore.__version__,
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def _machine_in_words() -> str:
    has = _machine()
    return (
        f"Measured on {times.now():%Y-%m-%d} with Python {has['python']} and botocore {has['botocore']}, on "
        f"{has['cores']} cores ({has['processor']}) under a load of {has['load']:.1f}."
    )
