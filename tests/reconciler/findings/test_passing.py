"""Tasks that hang in a passing state, and since when they have been in it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.findings.model import Cause, Kind
from reconciler.findings.passing import entered, stuck
from reconciler.findings.policy import DEFAULT, Policy
from reconciler.gate import history_row, succeed
from reconciler.model.entry import Closure, LedgerEntry
from reconciler.model.task import ClosedAs, Observation
from tests.support.values import at, describe, event

SECOND = timedelta(seconds=1)


def entry(**fields: Any) -> LedgerEntry:
    return succeed(None, event(3, **fields))


@pytest.mark.parametrize("status", DEFAULT.stuck_after)
def test_stuck(status: str) -> None:
    """A passing state may last for its limit, and not a second longer; the state is the cause."""
    passing, limit = entry(last_status=status, created_at=at(0)), DEFAULT.stuck_after[status]
    assert stuck(passing, at(5), at(5) + limit, DEFAULT) == ()
    (finding,) = stuck(passing, at(5), at(5) + limit + SECOND, DEFAULT)
    expected = (Kind.STUCK, Cause(status), f"{passing.state.task_id}.STUCK.{status}")
    assert (finding.kind, finding.cause, finding.finding_id) == expected


@pytest.mark.parametrize(
    "settled",
    [
        entry(),
        entry(last_status="STOPPED"),
        entry(last_status="SOMETHING_NEW"),
        replace(entry(last_status="PENDING"), closed=Closure(ClosedAs.UNOBSERVED, at(60))),
    ],
    ids=["runs", "is over", "is in a state without a limit", "vanished"],
)
def test_not_stuck(settled: LedgerEntry) -> None:
    """A task that runs, is over or is in no passing state is never stuck."""
    assert stuck(settled, at(0), at(0) + timedelta(days=30), DEFAULT) == ()


def test_stuck_by_the_policys_limit() -> None:
    """Limits can be chosen by state."""
    policy = Policy(stuck_after={**DEFAULT.stuck_after, "PENDING": timedelta(hours=1)})
    pending = entry(last_status="PENDING")
    assert stuck(pending, at(0), at(1800), policy) == ()
    assert "60 min is the limit" in stuck(pending, at(0), at(7200), policy)[0].summary


def pending(version: int) -> Observation:
    """At version N, N times 10 seconds after the start."""
    return event(version, last_status="PENDING")


@pytest.mark.parametrize(
    ("history", "since"),
    [
        ([pending(4)], at(40)),
        ([pending(2), pending(3), pending(4)], at(20)),
        ([pending(1), event(2, last_status="ACTIVATING"), pending(3), pending(4)], at(30)),
        ([event(3, last_status="PROVISIONING"), pending(4), event(5)], at(40)),
        ([event(1), describe(3, last_status="PENDING"), pending(4)], at(40)),
        ([], at(40)),
    ],
    ids=["one", "a run", "the last run", "of its version", "a description has no time of its own", "none"],
)
def test_a_state_is_entered_once(history: list[Observation], since: datetime) -> None:
    """A state counts from the earliest event of the latest unbroken run of versions that have it."""
    rows = [history_row(one) for one in history]
    assert entered(succeed(None, pending(4)), rows) == since
