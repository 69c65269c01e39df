"""Published failed starts, labelled with cause and fix before the classifier read any of them."""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from reconciler.findings.model import Finding, Kind
from reconciler.findings.policy import DEFAULT
from reconciler.findings.rules import findings
from reconciler.model.entry import Closure, LedgerEntry
from reconciler.model.task import ClosedAs, Container, Source
from tests.support.values import at, state

TABLE = Path(__file__).with_name("failed_starts.tsv")
LISTED = 60  # at the least
CAUSE, FIX = 0.95, 0.83  # of all, at the least


@dataclass(frozen=True)
class Start:
    """A row of the table: what ECS said, and what a person should read of it.

    `causes` are those that are right: several where the text alone does not decide. `fix` is a pattern that a
    remedy which names the fix matches.
    """

    stop_code: str | None
    stopped_reason: str | None
    container_reason: str | None
    causes: tuple[str, ...]
    fix: str

    @property
    def said(self) -> str:
        return self.stopped_reason or self.container_reason or ""


@cache
def starts() -> Sequence[Start]:
    with TABLE.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    return tuple(
        Start(
            stop_code=_text(row["stop_code"]),
            stopped_reason=_text(row["stopped_reason"]),
            container_reason=_text(row["container_reason"]),
            causes=tuple(row["cause"].split("|")),
            fix=row["fix"],
        )
        for row in rows
    )


def _text(value: str) -> str | None:
    """A cell's text: "-" says nothing, and a line break stands there as an escape."""
    return None if value == "-" else value.replace("\\n", "\n")


@cache
def found(start: Start) -> Sequence[Finding]:
    """What is found in a service's task that never ran and stopped so."""
    stopped = state(
        last_status="STOPPED",
        desired_status="STOPPED",
        stopped_at=at(60),
        stop_code=start.stop_code,
        stopped_reason=start.stopped_reason,
        containers=(Container(name="app", last_status="STOPPED", reason=start.container_reason),),
    )
    closed = Closure(ClosedAs.STOPPED, at(60))
    entry = LedgerEntry(state=stopped, source=Source.EVENT, observed_at=at(60), closed=closed)
    return findings(entry, at(60), DEFAULT)


def _is_failed_start(start: Start) -> bool:
    return [one.kind for one in found(start)] == [Kind.TASK_FAILED_TO_START]


def _cause_is_right(start: Start) -> bool:
    return _is_failed_start(start) and found(start)[0].cause in start.causes


def _fix_is_named(start: Start) -> bool:
    return any(re.search(start.fix, one.remedy, re.IGNORECASE) for one in found(start))


def test_the_list_is_long_enough() -> None:
    """There are enough of them, and no text twice."""
    texts = [(start.stopped_reason, start.container_reason) for start in starts()]
    assert len(set(texts)) == len(texts) >= LISTED


def test_no_failed_start_is_silent() -> None:
    """A task that never ran has a finding, whatever was said of it."""
    assert [start.said for start in starts() if not found(start)] == []


@pytest.mark.parametrize(("is_right", "share"), [(_cause_is_right, CAUSE), (_fix_is_named, FIX)])
def test_most_are_read_rightly(is_right: Callable[[Start], bool], share: float) -> None:
    """Of the failed starts of the list the cause is right in 95 %, and the remedy names the fix in 83 %."""
    missed = [start.said for start in starts() if not is_right(start)]
    assert len(missed) <= len(starts()) * (1 - share), "\n".join(missed)
