"""What every ledger promises to the sweep and the watch: marks beside the state, and what it can list."""

from dataclasses import replace

import pytest

from reconciler.model.entry import Closure, LedgerEntry
from reconciler.model.protection import Protection, ProtectionEnd
from reconciler.model.task import ClosedAs, Observation
from reconciler.ports.ledger import Ledger, Recorded
from tests.support.values import CLUSTER, TASK, at, describe, event, recording, task_arn

OTHER_CLUSTER = CLUSTER.replace("shop", "batch")
OTHER = task_arn(7).replace("shop", "batch")
HELD = Protection(expires_at=at(7200), checked_at=at(60), since=at(50))
RAN_OUT = replace(HELD, expires_at=at(60), ended=ProtectionEnd.EXPIRED)
CLEARED = Protection(expires_at=None, checked_at=at(60), ended=ProtectionEnd.CLEARED)
STOPPED = event(6, last_status="STOPPED", stopped_at=at(70))


def put(ledger: Ledger, *observations: Observation) -> Recorded:
    result = ledger.record([recording(*observations)])[observations[-1].state.task_arn]
    assert isinstance(result, Recorded)
    return result


def stands(ledger: Ledger, arn: str = TASK) -> LedgerEntry:
    entry = ledger.entry(arn)
    assert entry is not None
    return entry


def missed(ledger: Ledger, seconds: float = 1800) -> LedgerEntry:
    """The entry, marked as missing since then."""
    ledger.mark_missing(stands(ledger), at(seconds))
    return stands(ledger)


@pytest.mark.parametrize(
    "shown",
    [
        HELD,
        replace(HELD, expires_at=None),
        RAN_OUT,
        HELD.settle(),
        CLEARED,
    ],
    ids=["on", "on without an end", "ran out", "settled", "cleared"],
)
def test_keeps_a_protection(ledger: Ledger, shown: Protection) -> None:
    """A protection is given back as it was recorded, whatever was known before; the state is untouched."""
    put(ledger, event(3))
    for known in (HELD, RAN_OUT):
        before, earlier = stands(ledger), replace(known, checked_at=at(10))
        assert ledger.record_protection(CLUSTER, TASK, before.protection, earlier)
        assert ledger.record_protection(CLUSTER, TASK, earlier, shown)
        assert stands(ledger) == replace(before, protection=shown)


@pytest.mark.parametrize(
    "known",
    [None, replace(HELD, checked_at=at(59.999)), replace(HELD, checked_at=at(60.001))],
    ids=["never asked", "asked before", "asked later"],
)
def test_a_protection_is_kept_only_in_place_of_what_was_read(
    ledger: Ledger, known: Protection | None
) -> None:
    """An answer that was judged by other knowledge than is stored is refused, and changes nothing."""
    put(ledger, event(3))
    assert ledger.record_protection(CLUSTER, TASK, None, HELD)
    before = stands(ledger)
    later = replace(HELD, expires_at=at(9000), checked_at=at(70))
    assert not ledger.record_protection(CLUSTER, TASK, known, later)
    assert stands(ledger) == before


def test_of_two_who_read_the_same_the_first_is_kept(ledger: Ledger) -> None:
    """Also of the first two who ever asked."""
    put(ledger, event(3))
    for known, checked_at in ((None, at(60)), (HELD, at(70))):
        shown = replace(HELD, checked_at=checked_at)
        later = replace(RAN_OUT, checked_at=at(80))
        assert ledger.record_protection(CLUSTER, TASK, known, shown)
        assert not ledger.record_protection(CLUSTER, TASK, known, later)
        assert stands(ledger).protection == shown


def test_no_protection_without_a_task(ledger: Ledger) -> None:
    """What is reported of a task that was never recorded leaves nothing behind."""
    assert not ledger.record_protection(CLUSTER, TASK, None, HELD)
    assert not ledger.record_protection(CLUSTER, TASK, HELD, HELD)
    assert (ledger.entry(TASK), dict(ledger.protected(CLUSTER))) == (None, {})


def test_a_protection_outlives_versions(ledger: Ledger) -> None:
    """A new version, and the stop, keep what is known of protection."""
    put(ledger, event(3))
    ledger.record_protection(CLUSTER, TASK, None, HELD)
    put(ledger, event(4))
    assert stands(ledger).protection == HELD
    put(ledger, STOPPED)
    assert stands(ledger).protection == HELD


def test_protected_lists_what_has_an_end(ledger: Ledger) -> None:
    """Listed by cluster are the tasks whose protection is on and will end, also of closed ones."""
    shown = {
        task_arn(1): HELD,
        task_arn(2): replace(HELD, expires_at=at(9000)),
        task_arn(3): RAN_OUT,
        task_arn(4): CLEARED,
        task_arn(5): replace(HELD, expires_at=None),
    }
    for arn, protection in shown.items():
        put(ledger, event(3, task_arn=arn))
        ledger.record_protection(CLUSTER, arn, None, protection)
    put(ledger, event(6, task_arn=task_arn(2), last_status="STOPPED"))
    put(ledger, event(1, task_arn=OTHER, cluster_arn=OTHER_CLUSTER))
    ledger.record_protection(CLUSTER, OTHER, None, HELD)
    assert dict(ledger.protected(CLUSTER)) == {arn: shown[arn] for arn in (task_arn(1), task_arn(2))}
    ledger.record_protection(CLUSTER, task_arn(1), HELD, replace(RAN_OUT, checked_at=at(61)))
    assert list(ledger.protected(CLUSTER)) == [task_arn(2)]


def test_missing_is_a_mark_beside_the_state(ledger: Ledger) -> None:
    """An open entry is marked as missing and as seen again; nothing else of it changes."""
    put(ledger, event(3))
    before = stands(ledger)
    assert missed(ledger) == replace(before, missing_since=at(1800))
    ledger.mark_missing(stands(ledger), None)
    assert stands(ledger) == before


def test_a_new_version_was_seen(ledger: Ledger) -> None:
    """An event of a missing task takes the mark away."""
    put(ledger, event(3))
    missed(ledger)
    put(ledger, event(4))
    assert stands(ledger).missing_since is None


@pytest.mark.parametrize("later", [event(4), STOPPED], ids=["moved on", "stopped"])
def test_marks_hold_for_the_entry_as_it_was_read(ledger: Ledger, later: Observation) -> None:
    """An event that arrives after the entry was read is not overruled by a mark or a closing."""
    put(ledger, event(3))
    read = missed(ledger)
    put(ledger, later)
    before = stands(ledger)
    ledger.mark_missing(replace(read, missing_since=None), at(3600))
    ledger.mark_missing(read, None)
    assert (ledger.close(read, at(3600)), stands(ledger)) == (False, before)


def test_what_was_seen_again_is_not_closed(ledger: Ledger) -> None:
    """A closing on the ground of a mark that is gone, or another by now, is refused."""
    put(ledger, event(3))
    read = missed(ledger)
    ledger.mark_missing(read, None)
    assert not ledger.close(read, at(3600))
    missed(ledger, 2700)
    assert not ledger.close(read, at(3600))
    assert stands(ledger).open


def test_closed_as_unobserved(ledger: Ledger) -> None:
    """Closing keeps all that was known, with the time, as a tombstone with its history; once is enough."""
    put(ledger, describe(3, tags={"team": "shop"}, health_status="HEALTHY"))
    ledger.record_protection(CLUSTER, TASK, None, HELD)
    rows, read = ledger.history(TASK), missed(ledger)
    assert ledger.close(read, at(3600))
    assert stands(ledger) == replace(read, closed=Closure(ClosedAs.UNOBSERVED, at(3600)))
    assert (ledger.history(TASK), list(ledger.open_tasks(CLUSTER))) == (rows, [])
    assert not ledger.close(read, at(3700))
    assert stands(ledger).closed == Closure(ClosedAs.UNOBSERVED, at(3600))


def test_closing_needs_an_open_entry(ledger: Ledger) -> None:
    """What stopped, and what was never recorded, cannot vanish."""
    put(ledger, STOPPED)
    before = stands(ledger)
    assert not ledger.close(before, at(3600))
    assert not ledger.close(replace(before, state=event(1, task_arn=task_arn(9)).state), at(3600))
    assert (stands(ledger), ledger.entry(task_arn(9))) == (before, None)


@pytest.mark.parametrize(
    ("late", "closed"),
    [(event(4), None), (STOPPED, Closure(ClosedAs.STOPPED, at(70)))],
    ids=["lives", "stopped"],
)
def test_what_is_reported_after_the_closing_counts(
    ledger: Ledger, late: Observation, closed: Closure | None
) -> None:
    """A newer version stands in place of the conclusion that the task vanished, which leaves no trace."""
    put(ledger, event(3))
    ledger.close(missed(ledger), at(3600))
    result = put(ledger, late)
    assert result.entry == stands(ledger)
    assert (stands(ledger).closed, stands(ledger).missing_since) == (closed, None)
    assert (TASK in ledger.open_tasks(CLUSTER)) is (closed is None)


def test_seen_alive_after_the_closing(ledger: Ledger) -> None:
    """A later description of the very version opens the entry again: ECS knows the task after all."""
    put(ledger, event(3))
    before = stands(ledger)
    ledger.close(missed(ledger), at(3600))
    result = put(ledger, describe(3, seconds=4500, health_status="HEALTHY"))
    alive = replace(before.state, health_status="HEALTHY", tags={})
    assert stands(ledger) == replace(before, state=alive, described_at=at(4500)) == result.entry
    assert list(ledger.open_tasks(CLUSTER)) == [TASK]


@pytest.mark.parametrize("known", [HELD, RAN_OUT, CLEARED], ids=["settled", "ran out", "cleared"])
def test_what_was_settled_while_unobserved_is_on_again(ledger: Ledger, known: Protection) -> None:
    """A task that lives after all is protected as it was known to be, and listed for it."""
    put(ledger, event(3))
    ledger.record_protection(CLUSTER, TASK, None, known)
    ledger.close(missed(ledger), at(3600))
    if known is HELD:
        assert ledger.record_protection(CLUSTER, TASK, HELD, HELD.settle())
    assert dict(ledger.protected(CLUSTER)) == {}
    result = put(ledger, describe(3, seconds=4500))
    assert stands(ledger).protection == result.entry.protection == known
    assert dict(ledger.protected(CLUSTER)) == ({TASK: HELD} if known is HELD else {})


@pytest.mark.parametrize("late", [event(3), describe(3, seconds=3500), describe(2, seconds=4500)])
def test_what_was_reported_before_the_closing_opens_nothing(ledger: Ledger, late: Observation) -> None:
    """Late news of the version, or of an older one, is no sign of life."""
    put(ledger, event(3))
    ledger.close(missed(ledger), at(3600))
    before = stands(ledger)
    put(ledger, late)
    assert stands(ledger) == before


def test_entries_of_those_that_have_one(ledger: Ledger) -> None:
    """Any number of tasks may be asked for at once, also one twice; those without an entry are left out."""
    known = [task_arn(number) for number in range(130)]
    ledger.record([recording(event(1, task_arn=arn)) for arn in known])
    entries = ledger.entries([*known, *known[:3], task_arn(500)])
    assert entries == {arn: stands(ledger, arn) for arn in known}
    assert dict(ledger.entries([])) == {}


def test_clusters_of_recorded_tasks(ledger: Ledger) -> None:
    """A cluster stays known for as long as its tasks are in the ledger, open or not."""
    assert list(ledger.clusters()) == []
    put(ledger, STOPPED)
    put(ledger, event(1, task_arn=OTHER, cluster_arn=OTHER_CLUSTER))
    put(ledger, event(2, task_arn=OTHER, cluster_arn=OTHER_CLUSTER))
    assert sorted(ledger.clusters()) == [OTHER_CLUSTER, CLUSTER]


def test_open_tasks_by_cluster(ledger: Ledger) -> None:
    """Listed are the tasks that the ledger believes to live, of that cluster only."""
    lives = [task_arn(number) for number in range(3)]
    ledger.record([recording(event(3, task_arn=arn)) for arn in [*lives, task_arn(8)]])
    put(ledger, event(1, task_arn=OTHER, cluster_arn=OTHER_CLUSTER))
    put(ledger, event(6, task_arn=task_arn(8), last_status="STOPPED"))
    put(ledger, event(4, task_arn=lives[0], last_status="RUNNING", desired_status="STOPPED"))
    assert sorted(ledger.open_tasks(CLUSTER)) == lives
    assert list(ledger.open_tasks("arn:aws:ecs:eu-central-1:111122223333:cluster/none")) == []
