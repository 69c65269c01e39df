"""When a sweep takes an entry back to what ECS describes, and when it does not."""

import json
from dataclasses import replace
from typing import Any

import pytest

from reconciler.errors import TransientError
from reconciler.model.task import Source
from tests.reconciler.use_cases.test_sweep import forget
from tests.support.system import System, counts
from tests.support.values import envelope

FALSE = {"version": 900, "lastStatus": "RUNNING", "desiredStatus": "RUNNING"}


def raised(system: System, **detail: Any) -> str:
    """A running task of which an event reports a version that it does not have."""
    arn = system.running()
    system.deliver()
    system.observe({"1": json.dumps(envelope(**(FALSE | detail), taskArn=arn))})
    assert system.entry(arn).state.version == 900
    return arn


@pytest.mark.parametrize("status", ["RUNNING", "STOPPED"], ids=["open", "closed"])
def test_above_in_two_sweeps_is_reset(system: System, status: str) -> None:
    """Ten minutes apart: the entry is as described, open again if it lives, with a row that says so."""
    arn = raised(system, lastStatus=status)
    assert counts(system.sweep_with()) == {"AHEAD": 1}
    system.wait(10)
    assert counts(system.sweep_with()) == {"AHEAD": 1, "RESET": 1}
    entry = system.entry(arn)
    assert (system.known(arn), entry.open, entry.above_since) == ([("RUNNING", 3)], True, None)
    rows = [row for row in system.ledger.history(arn) if row.source is Source.RESET]
    assert [(row.version, row.last_status, row.at) for row in rows] == [(3, "RUNNING", system.clock.now)]
    assert counts(system.sweep_with()) == {}
    system.report(arn, "STOPPED")
    system.deliver()
    assert system.known(arn) == [("STOPPED", 4)]


def test_above_for_less_than_ten_minutes_is_not_reset(system: System) -> None:
    """However many sweeps there are: an API that lags catches up."""
    arn = raised(system)
    for _ in range(10):
        assert counts(system.sweep_with()) == {"AHEAD": 1}
        system.wait(0.99)
    assert system.known(arn) == [("RUNNING", 900)]
    system.wait(1)
    assert counts(system.sweep_with())["RESET"] == 1


def test_one_sweep_of_many_runs_is_one_sweep(system: System) -> None:
    """A run that goes on with the sweep that marked the entry resets nothing, however late."""
    arn = raised(system)
    began = system.progress_store.acquire("first", system.clock.now, system.clock.now)
    assert began is not None
    system.wait(1)
    system.ledger.mark_above(system.entry(arn), system.clock.now)
    system.wait(20)
    assert counts(system.sweep_with()) == {"AHEAD": 1}
    assert counts(system.sweep_with())["RESET"] == 1


@pytest.mark.parametrize("between", ["event", "description", "missing"])
def test_what_was_not_above_in_between_begins_anew(system: System, between: str) -> None:
    """A version, or a sweep that finds the entry no longer above, takes the mark away."""
    arn = system.running()
    past = system.ecs.call("DescribeTasks", {"cluster": "shop", "tasks": [arn]})
    system.ecs.scheduler_stop(arn, "Scaling activity")
    system.deliver()

    def lag() -> None:
        system.api.change = lambda operation, answer: past if operation == "DescribeTasks" else answer

    lag()
    system.sweep_with()
    assert system.entry(arn).above_since
    if between == "event":
        system.report(arn, "DEPROVISIONING")
        system.deliver()
    else:
        system.api.heal()
        if between == "missing":
            system.api.change = forget(arn)
        system.sweep_with()
    assert system.entry(arn).above_since is None
    system.wait(15)
    lag()
    before = system.entry(arn)
    assert counts(system.sweep_with()) == {"AHEAD": 1}
    assert system.entry(arn) == replace(before, above_since=system.clock.now, missing_since=None)


def test_no_answer_in_between_says_nothing(system: System) -> None:
    """The mark stays where ECS was silent."""
    arn = raised(system)
    system.sweep_with()
    system.api.refuse = lambda operation, _: TransientError("slow") if operation == "DescribeTasks" else None
    system.wait(5)
    assert counts(system.sweep_with()) == {"UNKNOWN": 1}
    assert system.entry(arn).above_since
    system.api.heal()
    system.wait(5)
    assert counts(system.sweep_with())["RESET"] == 1


def test_an_event_that_arrives_during_a_reset_wins(system: System) -> None:
    """The entry moved on: nothing is reset and nothing counted."""
    arn = raised(system)
    system.sweep_with()
    system.wait(10)

    class Late:
        """The ledger, which a newer version reaches just before the reset."""

        def __getattr__(self, name: str) -> Any:
            if name == "reset":
                system.observe({"1": json.dumps(envelope(**FALSE | {"version": 901}, taskArn=arn))})
            return getattr(system.ledger, name)

    assert counts(system.sweep_with(ledger=Late())) == {"AHEAD": 1}
    assert system.known(arn) == [("RUNNING", 901)]


def test_a_crash_between_the_row_and_the_entry(system: System) -> None:
    """The next sweep resets it all the same, and the row is there once."""
    arn = raised(system)
    system.sweep_with()
    system.wait(10)

    class Crashing:
        """A ledger that dies when it has written the row."""

        def __getattr__(self, name: str) -> Any:
            return getattr(system.ledger, name)

        def reset(self, entry: Any, recording: Any) -> Any:
            lost = replace(entry, above_since=system.clock.now)
            system.ledger.reset(lost, recording)
            raise TransientError("killed")

    system.sweep_with(ledger=Crashing())
    assert system.known(arn) == [("RUNNING", 900)]
    system.wait(1)
    assert counts(system.sweep_with())["RESET"] == 1
    assert [row.source for row in system.ledger.history(arn)].count(Source.RESET) == 1
