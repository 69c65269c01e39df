"""Stops in the light of protection: what is certain, and what is said where ECS was not asked in time."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.findings.model import Finding, Kind, Severity
from reconciler.findings.policy import DEFAULT
from reconciler.findings.rules import findings
from reconciler.gate import succeed
from reconciler.model.entry import Closure, LedgerEntry
from reconciler.model.protection import Protection, ProtectionEnd
from reconciler.model.task import ClosedAs
from tests.support.values import at, event

EXPIRY, ASKED, NOW = at(7200), at(3600), at(9000)
SECOND = timedelta(seconds=1)
HELD = Protection(expires_at=EXPIRY, checked_at=at(60), since=at(0))
SCHEDULER = {"stop_code": "ServiceSchedulerInitiated", "stopped_reason": "Scaling activity"}
SPOT = {"stop_code": "SpotInterruption", "stopped_reason": "Your Spot Task was interrupted."}
USER = {"stop_code": "UserInitiated"}


def stop(protection: Protection, asked: datetime, *, over: bool = True, **fields: Any) -> LedgerEntry:
    """A task that was asked to stop then; it has stopped, or is about to."""
    status = {"last_status": "STOPPED", "stopped_at": asked + 30 * SECOND} if over else {}
    facts = {"desired_status": "STOPPED", "stopping_at": asked, **status, **USER, **fields}
    return replace(succeed(None, event(4, **facts)), protection=protection)


def judged(entry: LedgerEntry) -> list[tuple[Kind, Severity]]:
    return [(one.kind, one.severity) for one in findings(entry, NOW, DEFAULT)]


def cut_off(entry: LedgerEntry) -> Finding:
    (finding,) = (one for one in findings(entry, NOW, DEFAULT) if one.kind.startswith("STOPPED_"))
    return finding


@pytest.mark.parametrize("over", [True, False], ids=["over", "about to stop"])
@pytest.mark.parametrize(("checked", "certain"), [(-SECOND, False), (0 * SECOND, True), (SECOND, True)])
def test_only_an_answer_after_the_stop_was_asked_for_is_fresh(
    checked: timedelta,
    certain: bool,  # noqa: FBT001 - a column
    over: bool,  # noqa: FBT001 - a column
) -> None:
    """With it the stop is of high severity at once; without it the task must be over, and severity is low."""
    low = [(Kind.STOPPED_WHILE_PROTECTED, Severity.LOW)] if over else []
    expected = [(Kind.STOPPED_WHILE_PROTECTED, Severity.HIGH)] if certain else low
    assert judged(stop(replace(HELD, checked_at=ASKED + checked), ASKED, over=over)) == expected


def test_what_is_not_known_is_said() -> None:
    """The summary names the time of the last answer, and that nothing is known since."""
    unknown, known = (cut_off(stop(replace(HELD, checked_at=time), ASKED)) for time in (at(60), ASKED))
    assert "when ECS was last asked, at 2026-11-20 09:01 UTC" in unknown.summary
    assert "whether it still was is not known" in unknown.summary
    assert "known" not in known.summary
    assert unknown.finding_id == known.finding_id


def test_a_stop_is_not_reported_in_two_ways_one_after_the_other() -> None:
    """A warning waits for ECS's answer, and gives way to it; without one, both are reported at the end."""
    about_to, over = (stop(HELD, ASKED, over=over, **SPOT) for over in (False, True))
    fresh = replace(HELD, checked_at=ASKED)
    cleared = Protection(expires_at=None, checked_at=ASKED, ended=ProtectionEnd.CLEARED)
    assert judged(about_to) == []
    assert judged(replace(about_to, protection=fresh)) == [(Kind.STOPPED_WHILE_PROTECTED, Severity.HIGH)]
    assert judged(replace(about_to, protection=cleared)) == [(Kind.CAPACITY_INTERRUPTED, Severity.LOW)]
    assert judged(over) == [
        (Kind.CAPACITY_INTERRUPTED, Severity.LOW),
        (Kind.STOPPED_WHILE_PROTECTED, Severity.LOW),
    ]


def test_off_after_the_stop_was_asked_for() -> None:
    """A task whose protection ECS then said to be cleared, or run out, was not stopped while protected."""
    ran_out = replace(HELD, checked_at=EXPIRY, ended=ProtectionEnd.EXPIRED)
    cleared = Protection(expires_at=None, checked_at=ASKED, ended=ProtectionEnd.CLEARED)
    for protection in (ran_out, cleared):
        assert judged(stop(protection, EXPIRY - SECOND)) == []


@pytest.mark.parametrize("checked_at", [at(60), ASKED + SECOND])
def test_settling_changes_no_judgement(checked_at: datetime) -> None:
    """That the watch leaves a task alone that is over says nothing new of its stop."""
    held = replace(HELD, checked_at=checked_at)
    for asked, code in ((ASKED, USER), (ASKED, SPOT), (EXPIRY + SECOND, SCHEDULER)):
        assert judged(stop(held.settle(), asked, **code)) == judged(stop(held, asked, **code)) != []


def test_a_task_that_vanished_on_its_way_is_over() -> None:
    """What is not known of a stop is reported as well where the end was never seen."""
    vanished = replace(stop(HELD, ASKED, over=False), closed=Closure(ClosedAs.UNOBSERVED, NOW))
    assert judged(vanished) == [(Kind.STOPPED_WHILE_PROTECTED, Severity.LOW)]


@pytest.mark.parametrize("over", [True, False], ids=["over", "about to stop"])
@pytest.mark.parametrize(("noticed", "certain"), [(0, True), (120, True), (121, False)])
def test_an_end_that_was_noticed_at_once_is_known(
    noticed: int,
    certain: bool,  # noqa: FBT001 - a column
    over: bool,  # noqa: FBT001 - a column
) -> None:
    """The watch had asked a minute before; what was noticed later may have been cleared in time."""
    checked_at = EXPIRY + timedelta(seconds=noticed)
    ran_out = replace(HELD, checked_at=checked_at, ended=ProtectionEnd.EXPIRED)
    low = [(Kind.STOPPED_AFTER_EXPIRY, Severity.LOW)] if over else []
    expected = [(Kind.STOPPED_AFTER_EXPIRY, Severity.MEDIUM)] if certain else low
    assert judged(stop(ran_out, EXPIRY + 60 * SECOND, over=over, **SCHEDULER)) == expected


def test_an_end_that_nobody_saw_is_not_known() -> None:
    """Where ECS was never asked since, the finding says so, once the task is over."""
    asked = EXPIRY + 10 * SECOND
    assert judged(stop(HELD, asked, over=False, **SCHEDULER)) == []
    unknown = cut_off(stop(HELD, asked, **SCHEDULER))
    assert unknown.severity is Severity.LOW
    assert "10 s after its scale-in protection was to run out" in unknown.summary
    assert "whether it ran out or was cleared before is not known" in unknown.summary


protections = st.builds(
    Protection,
    expires_at=st.none() | st.integers(0, 9000).map(at),
    checked_at=st.integers(0, 9000).map(at),
    since=st.none() | st.integers(0, 100).map(at),
    ended=st.none() | st.sampled_from(ProtectionEnd),
)


@given(protections, st.integers(0, 9000).map(at), st.booleans(), st.sampled_from([USER, SPOT, SCHEDULER]))
def test_more_than_low_needs_a_fresh_answer(
    held: Protection,
    asked: datetime,
    over: bool,  # noqa: FBT001 - what Hypothesis draws
    code: dict[str, str],
) -> None:
    """A stop counts as cut off at most once, and for certain only by what ECS said since it was asked for."""
    found = [
        one
        for one in findings(stop(held, asked, over=over, **code), NOW, DEFAULT)
        if one.kind
        in (
            Kind.STOPPED_WHILE_PROTECTED,
            Kind.STOPPED_AFTER_EXPIRY,
        )
    ]
    assert len(found) <= 1
    for one in found:
        assert over or one.severity is not Severity.LOW
        if one.severity is Severity.HIGH:
            assert held.was_on
            assert held.checked_at >= asked
        if one.severity is Severity.MEDIUM:
            assert held.expires_at
            assert held.expires_at <= held.checked_at
