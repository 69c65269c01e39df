"""Which tasks are a run of standalone work, by the ledger's entries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.incidents.facts.runs import Run
from reconciler.use_cases.alerting.runs import find_run
from taskledger.local.memory_ledger import MemoryLedger
from tests.support.findings import DEFINITION, crash, opened
from tests.support.tasks_of import CRASHED, SUCCEEDED, run, stop
from tests.support.values import START

NIGHTLY = {"group": "family:nightly", "task_definition_arn": DEFINITION.replace("checkout", "nightly")}
HOURLY = {"group": "family:hourly", "task_definition_arn": DEFINITION.replace("checkout", "hourly")}


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


@pytest.fixture
def ledger() -> MemoryLedger:
    """Three tasks of a run that began at 0, 5 and 10: one failed at 6, one has ended well, one runs."""
    ledger = MemoryLedger()
    end(ledger, 1, 0, 6, CRASHED)
    end(ledger, 2, 5, 7, SUCCEEDED)
    run(ledger, range(3, 4), minute(10), **NIGHTLY)
    return ledger


def end(ledger: MemoryLedger, number: int, began: float, ended: float, how: dict[str, Any]) -> None:
    times = {"created_at": minute(began), "started_at": minute(began)}
    stop(ledger, number, minute(ended), **NIGHTLY, **times, **how)


def found(ledger: MemoryLedger, now: float, failed: float = 6) -> Run | None:
    incident = opened(crash(1, minute(failed), **NIGHTLY), when=minute(failed))
    return find_run(ledger, incident, minute(now))


def test_a_run_is_what_was_started_together(ledger: MemoryLedger) -> None:
    """Also what ended before the first failure, or well; not what other families do."""
    run(ledger, range(20, 30), minute(5), **HOURLY)
    run(ledger, range(30, 40), minute(5))
    assert found(ledger, 11) == Run(3, over=False)


def test_a_run_is_over_when_no_more_is_to_come(ledger: MemoryLedger) -> None:
    """All of its tasks have ended, and ten minutes have passed since the last was started."""
    end(ledger, 3, 10, 12, SUCCEEDED)
    assert found(ledger, 19.9) == Run(3, over=False)
    assert found(ledger, 20) == Run(3, over=True)


def test_another_run_is_not_counted(ledger: MemoryLedger) -> None:
    """Neither one of an hour ago nor one that began ten minutes after the last start."""
    end(ledger, 4, -40, -30, SUCCEEDED)
    end(ledger, 3, 10, 12, SUCCEEDED)
    run(ledger, range(5, 6), minute(20), **NIGHTLY)
    assert found(ledger, 21) == Run(3, over=True)


@pytest.mark.parametrize(("number", "known"), [(999, True), (1000, False)])
def test_too_many_tasks_say_nothing(ledger: MemoryLedger, number: int, known: bool) -> None:  # noqa: FBT001 - a table
    """Where more than a thousand tasks are open in the cluster, nothing is known of the run."""
    run(ledger, range(100, 100 + number), minute(0))
    assert (found(ledger, 11) is not None) is known
