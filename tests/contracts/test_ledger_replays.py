"""What every ledger promises of EventBridge replays: a live report of a version lifts the replay's mark."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations, product
from typing import TYPE_CHECKING

import pytest

from reconciler.gate import is_replayed
from reconciler.ports.ledger import Ledger, Recorded
from taskledger.local.memory_ledger import MemoryLedger
from tests.support.values import describe, event, recording, task_arn

if TYPE_CHECKING:
    from reconciler.model.entry import LedgerEntry
    from reconciler.model.task import Observation

LIVE = event(3)
REPLAYED = replace(LIVE, replay_name="yesterday")
DESCRIBED = describe(3, tags={"team": "shop"}, health_status="HEALTHY")
ON_ITS_OCCASION = replace(DESCRIBED, replay_name="yesterday")
KINDS = (REPLAYED, LIVE, DESCRIBED, ON_ITS_OCCASION)


def of(number: int, observation: Observation, order: int = 0) -> Observation:
    """The observation as one of that task; of descriptions, each is later than the one before."""
    at = observation.described_at
    described_at = at.replace(second=order) if at else None
    state = replace(observation.state, task_arn=task_arn(number))
    return replace(observation, state=state, described_at=described_at)


def put(ledger: Ledger, observation: Observation) -> LedgerEntry:
    """The entry that stands; it is as the ledger answered, but for tags, which an answer need not have."""
    (result,) = ledger.record([recording(observation)]).values()
    assert isinstance(result, Recorded)
    stands = ledger.entry(observation.state.task_arn)
    assert stands is not None
    assert replace(result.entry, state=replace(result.entry.state, tags=stands.state.tags)) == stands
    return stands


@pytest.mark.parametrize("live", [LIVE, DESCRIBED], ids=["an event", "a description"])
def test_a_live_report_lifts_the_mark(ledger: Ledger, live: Observation) -> None:
    """The mark goes with the first live report of the version, and comes back with no replay of it."""
    assert put(ledger, REPLAYED).replayed
    assert put(ledger, REPLAYED).replayed
    for later in (live, REPLAYED):
        assert not put(ledger, later).replayed


@pytest.mark.parametrize("later", [LIVE, DESCRIBED, REPLAYED], ids=["event", "description", "replay"])
def test_other_versions_lift_nothing(ledger: Ledger, later: Observation) -> None:
    """A report of an older version says nothing of the one that a replay brought."""
    newer = put(ledger, replace(event(4), replay_name="yesterday"))
    assert put(ledger, later) == newer


def test_a_newer_version_has_a_mark_of_its_own(ledger: Ledger) -> None:
    """A live version after a replayed one has none, and the other way round."""
    assert put(ledger, REPLAYED).replayed
    assert not put(ledger, event(4)).replayed
    assert put(ledger, replace(event(5), replay_name="yesterday")).replayed


def test_the_order_changes_nothing_but_the_mark(ledger: Ledger) -> None:
    """In any order of live and replayed reports, the entry is as if all were live; the mark is of all."""
    orders = [*product(KINDS, repeat=2), *permutations(KINDS, 3)]
    live = MemoryLedger()
    for place in range(3):
        reports = [of(n, order[place], place) for n, order in enumerate(orders) if place < len(order)]
        ledger.record([recording(one) for one in reports])
        live.record([recording(replace(one, replay_name=None)) for one in reports])
    for number, order in enumerate(orders):
        arn = task_arn(number)
        expected = live.entry(arn)
        assert expected is not None
        assert ledger.entry(arn) == replace(expected, replayed=all(map(is_replayed, order))), order


def test_what_stands_beside_the_state_is_kept(ledger: Ledger) -> None:
    """Confirming a version takes no mark away but that of the replay."""
    ledger.mark_missing(put(ledger, REPLAYED), LIVE.observed_at)
    (before,) = ledger.entries([LIVE.state.task_arn]).values()
    assert before.missing_since
    assert put(ledger, LIVE) == replace(before, replayed=False)
