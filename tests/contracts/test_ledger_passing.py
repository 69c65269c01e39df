"""What every ledger promises of statuses that come without a version."""

from dataclasses import replace

import pytest

from reconciler.model.entry import LedgerEntry, Passing
from reconciler.model.task import Observation
from reconciler.ports.ledger import Ledger
from tests.support.values import TASK, at, describe, event, recording, task_arn

ACTIVATING = Passing("ACTIVATING", at(700.125))


def put(ledger: Ledger, observation: Observation) -> LedgerEntry:
    ledger.record([recording(observation)])
    return stands(ledger)


def stands(ledger: Ledger) -> LedgerEntry:
    entry = ledger.entry(TASK)
    assert entry is not None
    return entry


def test_a_passing_status_is_a_mark_beside_the_state(ledger: Ledger) -> None:
    """It is given back with its time; nothing else of the entry changes, whatever is filled in later."""
    before = put(ledger, event(2, last_status="PENDING"))
    ledger.mark_passing(before, ACTIVATING)
    assert stands(ledger) == replace(before, passing=ACTIVATING)
    assert put(ledger, describe(2, last_status="PENDING", health_status="HEALTHY")).passing == ACTIVATING


def test_a_passing_status_is_noted_once(ledger: Ledger) -> None:
    """While it stays, the time of the first sight stands; another status takes its place."""
    read = put(ledger, event(2, last_status="PENDING"))
    ledger.mark_passing(read, ACTIVATING)
    ledger.mark_passing(read, replace(ACTIVATING, since=at(1600)))
    assert stands(ledger).passing == ACTIVATING
    ledger.mark_passing(read, Passing("STOPPING", at(1700)))
    assert stands(ledger).passing == Passing("STOPPING", at(1700))


def test_a_passing_status_is_noted_of_a_missing_task(ledger: Ledger) -> None:
    """That a sweep did not find the task before is no reason to count anew."""
    read = put(ledger, event(2, last_status="PENDING"))
    ledger.mark_missing(read, at(600))
    ledger.mark_passing(read, ACTIVATING)
    assert (stands(ledger).passing, stands(ledger).missing_since) == (ACTIVATING, at(600))


@pytest.mark.parametrize("late", [event(3), event(3, last_status="STOPPED")], ids=["lives", "over"])
def test_a_new_version_ends_a_passing_status(ledger: Ledger, late: Observation) -> None:
    """It is gone with the version at which it was seen, and is not noted of an entry that moved on."""
    read = put(ledger, event(2, last_status="PENDING"))
    ledger.mark_passing(read, ACTIVATING)
    assert put(ledger, late).passing is None
    ledger.mark_passing(read, ACTIVATING)
    assert stands(ledger).passing is None


def test_no_passing_status_of_what_is_over_or_unheard_of(ledger: Ledger) -> None:
    """What was never recorded, and what is closed, passes through nothing."""
    read = put(ledger, event(2, last_status="PENDING"))
    other = replace(read, state=replace(read.state, task_arn=task_arn(9)))
    ledger.mark_passing(other, ACTIVATING)
    assert ledger.entry(task_arn(9)) is None
    assert ledger.close(read, at(600))
    ledger.mark_passing(read, ACTIVATING)
    assert stands(ledger).passing is None
