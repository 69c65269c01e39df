"""What every ledger promises of resets, the one way in which an entry goes back."""

from dataclasses import replace

import pytest

from reconciler.gate import succeed
from reconciler.model.entry import LedgerEntry, Passing
from reconciler.model.protection import Protection
from reconciler.model.task import Observation, Source
from reconciler.ports.ledger import Ledger, Recorded
from tests.support.values import CLUSTER, TASK, at, describe, event, recording, resetting

HELD = Protection(expires_at=at(7200), checked_at=at(60), since=at(50))
FALSE = event(900, seconds=100, last_status="ACTIVATING", stop_code="Garbled", created_at=at(90_000))
FALSE_END = event(900, seconds=100, last_status="STOPPED", stopped_at=at(90))
LIVES = describe(3, seconds=1800, health_status="HEALTHY")
OVER = describe(6, seconds=1800, last_status="STOPPED", stopped_at=at(1700))


def put(ledger: Ledger, observation: Observation) -> None:
    result = ledger.record([recording(observation)])[TASK]
    assert isinstance(result, Recorded)


def stands(ledger: Ledger) -> LedgerEntry:
    entry = ledger.entry(TASK)
    assert entry is not None
    return entry


def above(ledger: Ledger, seconds: float = 600) -> LedgerEntry:
    """The entry, marked as above ECS since then."""
    ledger.mark_above(stands(ledger), at(seconds))
    return stands(ledger)


@pytest.mark.parametrize("false", [FALSE, FALSE_END], ids=["open", "closed"])
@pytest.mark.parametrize("true", [LIVES, OVER], ids=["to open", "to closed"])
def test_a_reset_puts_the_description_in_the_entrys_place(
    ledger: Ledger, false: Observation, true: Observation
) -> None:
    """All that a newer version would set is set: nothing of the false one is left but the protection."""
    put(ledger, false)
    ledger.record_protection(CLUSTER, TASK, None, HELD)
    after = ledger.reset(above(ledger), resetting(true))
    assert after == stands(ledger) == replace(succeed(None, true), protection=HELD)
    assert (TASK in ledger.open_tasks(CLUSTER)) is (true is LIVES)
    closed = [one.state.task_arn for one in ledger.closed_between(CLUSTER, at(0), at(9000))]  # type: ignore[union-attr]
    assert closed == ([] if true is LIVES else [TASK])


def test_a_reset_leaves_its_row(ledger: Ledger) -> None:
    """With the version described and the time of the reset, after what events and descriptions left."""
    for one in (event(3), describe(3), FALSE):
        put(ledger, one)
    ledger.reset(above(ledger), resetting(LIVES))
    rows = [(row.version, row.source) for row in ledger.history(TASK)]
    assert rows == [(3, Source.EVENT), (3, Source.DESCRIBE), (3, Source.RESET), (900, Source.EVENT)]
    assert ledger.history(TASK)[2].at == at(1800)


def test_tags_outlive_a_reset(ledger: Ledger) -> None:
    """They have no version."""
    put(ledger, describe(3, tags={"team": "shop"}))
    put(ledger, FALSE)
    ledger.reset(above(ledger), resetting(replace(OVER, state=replace(OVER.state, tags=None))))
    assert stands(ledger).state.tags == {"team": "shop"}


def test_above_is_a_mark_beside_the_state(ledger: Ledger) -> None:
    """It is written once, and taken away; nothing else of the entry changes."""
    put(ledger, FALSE)
    before = stands(ledger)
    assert above(ledger) == replace(before, above_since=at(600))
    ledger.mark_above(before, at(900))
    assert stands(ledger).above_since == at(600)
    ledger.mark_above(stands(ledger), None)
    assert stands(ledger) == before


@pytest.mark.parametrize("later", [event(901), FALSE_END], ids=["newer", "duplicate"])
def test_a_new_version_takes_the_mark_away(ledger: Ledger, later: Observation) -> None:
    """And nothing else that arrives does."""
    put(ledger, FALSE)
    above(ledger)
    put(ledger, later)
    assert stands(ledger).above_since == (None if later.state.version == 901 else at(600))


def test_an_entry_that_moved_on_is_not_reset(ledger: Ledger) -> None:
    """Neither by a new version, nor when its mark is gone or another, nor without one at all."""
    put(ledger, FALSE)
    unmarked, read = stands(ledger), above(ledger)
    assert ledger.reset(unmarked, resetting(LIVES)) is None
    ledger.mark_above(read, None)
    assert ledger.reset(read, resetting(LIVES)) is None
    above(ledger, 900)
    assert ledger.reset(read, resetting(LIVES)) is None
    read = stands(ledger)
    put(ledger, event(901))
    before = stands(ledger)
    assert ledger.reset(read, resetting(LIVES)) is None
    ledger.mark_above(read, at(1800))
    assert stands(ledger) == before


def test_no_reset_without_a_task(ledger: Ledger) -> None:
    """An entry that was deleted meanwhile does not come back."""
    entry = replace(succeed(None, FALSE), above_since=at(600))
    assert (ledger.reset(entry, resetting(LIVES)), ledger.entry(TASK)) == (None, None)


def test_a_reset_is_over_once(ledger: Ledger) -> None:
    """Of two that read the same the first is accepted; versions go on from there, also the false one's."""
    put(ledger, FALSE)
    read = above(ledger)
    assert ledger.reset(read, resetting(LIVES)) is not None
    assert ledger.reset(read, resetting(OVER)) is None
    put(ledger, event(4))
    assert stands(ledger).state.version == 4


def test_a_passing_status_ends_with_a_reset(ledger: Ledger) -> None:
    """As with any version; so does what was missing."""
    put(ledger, FALSE)
    ledger.mark_passing(stands(ledger), Passing("STOPPING", at(500)))
    ledger.mark_missing(stands(ledger), at(500))
    ledger.reset(above(ledger), resetting(LIVES))
    assert (stands(ledger).passing, stands(ledger).missing_since) == (None, None)
