"""What is wrong with an entry: protection near and past its end, stops that cut work off, tasks that hang."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.findings.model import Finding, Kind
from reconciler.findings.policy import DEFAULT, Policy
from reconciler.findings.rules import findings
from reconciler.gate import succeed
from reconciler.model.entry import Closure, LedgerEntry
from reconciler.model.protection import Protection, ProtectionEnd
from reconciler.model.task import ClosedAs
from tests.support.values import at, event

EXPIRY = at(7200)
SECOND = timedelta(seconds=1)
STOP_OF_A_DEPLOYMENT = "Scaling activity initiated by (deployment ecs-svc/0068978569384120015)"
UNHEALTHY = "Task failed container health checks"
SPOT = "Your Spot Task was interrupted."

HELD = Protection(expires_at=EXPIRY, checked_at=at(60), since=at(0))
RAN_OUT = replace(HELD, checked_at=EXPIRY, ended=ProtectionEnd.EXPIRED)
SETTLED = HELD.settle()
CLEARED = Protection(expires_at=None, checked_at=at(60), ended=ProtectionEnd.CLEARED)
ASKED = {"desired_status": "STOPPED", "stop_code": "UserInitiated"}


def entry(protection: Protection | None = None, **fields: Any) -> LedgerEntry:
    return replace(succeed(None, event(3, **fields)), protection=protection)


def stopped(asked: datetime, code: str, reason: str | None = None) -> LedgerEntry:
    """A protected task that was asked to stop at that time, was still protected then, and stopped."""
    return entry(
        replace(HELD, checked_at=asked),
        last_status="STOPPED",
        desired_status="STOPPED",
        started_at=at(20),
        stopping_at=asked,
        stopped_at=asked + timedelta(seconds=30),
        stop_code=code,
        stopped_reason=reason,
    )


def found(entry: LedgerEntry, now: datetime) -> Finding:
    (finding,) = findings(entry, now, DEFAULT)
    return finding


def kinds(entry: LedgerEntry, now: datetime, policy: Policy = DEFAULT) -> list[Kind]:
    return [finding.kind for finding in findings(entry, now, policy)]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (EXPIRY - DEFAULT.protection_lead - SECOND, []),
        (EXPIRY - DEFAULT.protection_lead, [Kind.PROTECTION_EXPIRING]),
        (EXPIRY - SECOND, [Kind.PROTECTION_EXPIRING]),
        (EXPIRY, []),
        (EXPIRY + timedelta(hours=1), []),
    ],
)
def test_expiring(now: datetime, expected: list[Kind]) -> None:
    """Protection expires soon from the lead time on; past its end, only ECS can say that it ran out."""
    assert kinds(entry(HELD), now) == expected


def test_lead_time_is_the_policys() -> None:
    """A longer lead warns earlier."""
    policy = Policy(protection_lead=timedelta(hours=1))
    assert kinds(entry(HELD), EXPIRY - timedelta(minutes=59), policy) == [Kind.PROTECTION_EXPIRING]


@pytest.mark.parametrize(
    ("lasted", "expected"),
    [
        (DEFAULT.protection_limit, []),
        (DEFAULT.protection_limit + SECOND, [Kind.PROTECTION_TOO_LONG]),
    ],
)
def test_too_long(lasted: timedelta, expected: list[Kind]) -> None:
    """Protection without a break is a finding beyond the limit, at the limit not yet."""
    long = replace(HELD, expires_at=at(0) + lasted + timedelta(hours=2))
    assert kinds(entry(long), at(0) + lasted) == expected


def test_expired() -> None:
    """A task that runs on after its protection ran out is a finding for as long as it does."""
    expired = found(entry(RAN_OUT), EXPIRY + timedelta(days=1))
    assert (expired.kind, expired.cause) == (Kind.PROTECTION_EXPIRED, None)
    assert "2026-11-20 11:00 UTC" in expired.summary


@given(
    held=st.builds(
        Protection,
        expires_at=st.none() | st.integers(0, 7200).map(at),
        checked_at=st.integers(0, 7200).map(at),
        since=st.none() | st.just(at(0)),
        ended=st.none() | st.sampled_from(ProtectionEnd),
    ),
    later=st.integers(0, 9000).map(lambda seconds: timedelta(seconds=seconds)),
)
def test_an_expiry_is_never_in_the_future_and_never_assumed(held: Protection, later: timedelta) -> None:
    """What is to run out later, or of which ECS never said that it did, is not reported."""
    now = held.checked_at + later
    if Kind.PROTECTION_EXPIRED in kinds(entry(held), now):
        assert held.ended is ProtectionEnd.EXPIRED
        assert held.expires_at
        assert held.expires_at <= held.checked_at <= now


@pytest.mark.parametrize("protection", [None, CLEARED], ids=["never protected", "cleared by hand"])
def test_not_protected(protection: Protection | None) -> None:
    """No protection, or one that somebody cleared, is no finding."""
    assert kinds(entry(protection), EXPIRY) == []


@pytest.mark.parametrize("protection", [HELD, RAN_OUT, SETTLED])
@pytest.mark.parametrize("over", [{"desired_status": "STOPPED"}, {"last_status": "STOPPED"}])
def test_a_task_that_ends_needs_no_protection(protection: Protection, over: dict[str, str]) -> None:
    """Protection that ends with the task, or after it, is no finding."""
    ending = entry(protection, **over, stop_code="UserInitiated", stopping_at=EXPIRY + timedelta(hours=1))
    assert kinds(ending, EXPIRY - SECOND) == []


def test_each_end_of_a_protection_is_an_occasion() -> None:
    """The same end is the same finding each time; that of a renewed protection is another one."""
    now = EXPIRY - timedelta(minutes=1)
    renewed = replace(HELD, expires_at=EXPIRY + timedelta(minutes=5))
    looks = [(HELD, now), (HELD, now + SECOND), (renewed, now)]
    assert len({found(entry(protection), when).finding_id for protection, when in looks}) == 2


@pytest.mark.parametrize(
    ("code", "reason", "cause"),
    [
        ("UserInitiated", "Task stopped by user", "OTHER"),
        ("UserInitiated", None, "OTHER"),
        ("SpotInterruption", SPOT, "SPOT"),
        ("TerminationNotice", SPOT, "SPOT"),
        ("InfrastructureHealth", None, "INFRASTRUCTURE_HEALTH"),
        ("ServiceSchedulerInitiated", UNHEALTHY, "CONTAINER"),
    ],
)
def test_stopped_while_protected(code: str, reason: str | None, cause: str) -> None:
    """Stops that protection does not prevent cut protected work off: one finding, with the stop's cause."""
    cut_off = found(stopped(at(3600), code, reason), at(3700))
    assert (cut_off.kind, cut_off.cause) == (Kind.STOPPED_WHILE_PROTECTED, cause)


@pytest.mark.parametrize("reason", [STOP_OF_A_DEPLOYMENT, None])
def test_a_plain_scale_in_says_that_protection_was_given_up(reason: str | None) -> None:
    """ECS does not scale in over a protected task: its owner has cleared the protection, unseen by us."""
    assert kinds(stopped(at(3600), "ServiceSchedulerInitiated", reason), at(3700)) == []


@pytest.mark.parametrize("code", ["EssentialContainerExited", "TaskFailedToStart"])
def test_what_ends_by_itself_was_not_asked_to_stop(code: str) -> None:
    """A task whose own container ended is a finding of its own kind, protected or not."""
    ended = stopped(at(3600), code, "Essential container in task exited")
    assert Kind.STOPPED_WHILE_PROTECTED not in kinds(ended, at(3700))


@pytest.mark.parametrize(
    ("asked", "flagged"),
    [(at(-1), False), (at(0), True), (EXPIRY - SECOND, True), (EXPIRY, False)],
    ids=["before it was seen", "as it began", "in its last second", "as it ended"],
)
def test_protection_holds_from_its_beginning_to_its_end(asked: datetime, flagged: bool) -> None:  # noqa: FBT001 - a column
    """Only a stop within the time that protection is known to have held is one while protected."""
    assert (Kind.STOPPED_WHILE_PROTECTED in kinds(stopped(asked, "UserInitiated"), EXPIRY)) is flagged


def test_cleared_before_the_stop() -> None:
    """A stop after protection was cleared by hand is no finding."""
    assert kinds(replace(stopped(at(3600), "UserInitiated"), protection=CLEARED), at(3700)) == []


def test_found_at_the_first_sign_of_the_stop() -> None:
    """A protected task that still runs and was asked to stop is a finding at once, and the same one later."""
    fresh = replace(HELD, checked_at=at(3600))
    early = found(entry(fresh, **ASKED, stopping_at=at(3600)), at(3601))
    late = found(stopped(at(3600), "UserInitiated"), at(3700))
    assert (early.kind, early.finding_id) == (Kind.STOPPED_WHILE_PROTECTED, late.finding_id)


@pytest.mark.parametrize(("seconds", "expected"), [(3600, [Kind.STOPPED_WHILE_PROTECTED]), (7201, [])])
def test_without_stopping_at_the_observation_counts(seconds: int, expected: list[Kind]) -> None:
    """A stop that does not say when it was asked for counts from when it was observed."""
    fresh = replace(HELD, checked_at=at(seconds))
    asked = replace(succeed(None, event(4, seconds=seconds, **ASKED)), protection=fresh)
    assert kinds(asked, at(7300)) == expected


@pytest.mark.parametrize(
    ("asked", "flagged"),
    [
        (EXPIRY - SECOND, False),
        (EXPIRY, True),
        (EXPIRY + timedelta(minutes=1), True),
        (EXPIRY + DEFAULT.after_expiry, True),
        (EXPIRY + DEFAULT.after_expiry + SECOND, False),
    ],
)
@pytest.mark.parametrize("protection", [HELD, RAN_OUT], ids=["not asked again", "seen to run out"])
def test_stopped_after_expiry(asked: datetime, protection: Protection, flagged: bool) -> None:  # noqa: FBT001 - a column
    """A scale-in within ten minutes after protection ran out may have cut the work off."""
    scaled_in = stopped(asked, "ServiceSchedulerInitiated", STOP_OF_A_DEPLOYMENT)
    expected = [Kind.STOPPED_AFTER_EXPIRY] if flagged else []
    assert kinds(replace(scaled_in, protection=protection), asked) == expected


@pytest.mark.parametrize("code", ["UserInitiated", "EssentialContainerExited", "SpotInterruption"])
def test_only_the_scheduler_waits_for_an_expiry(code: str) -> None:
    """Other stops after the expiry have nothing to do with it."""
    after = stopped(EXPIRY + SECOND, code)
    assert Kind.STOPPED_AFTER_EXPIRY not in kinds(after, EXPIRY + timedelta(minutes=1))


def test_unobserved() -> None:
    """A task that vanished without any sign of a stop is a finding that says so."""
    vanished = found(replace(entry(), closed=Closure(ClosedAs.UNOBSERVED, at(9000))), at(9000))
    assert (vanished.kind, vanished.cause) == (Kind.UNKNOWN_STOP, "UNOBSERVED")
    assert "RUNNING" in vanished.summary


@pytest.mark.parametrize(
    ("code", "reason", "expected"),
    [
        ("ServiceSchedulerInitiated", STOP_OF_A_DEPLOYMENT, []),
        ("UserInitiated", "Task stopped by user", []),
        ("ServiceSchedulerInitiated", UNHEALTHY, [Kind.HEALTH_CHECK_FAILED]),
        ("SpotInterruption", SPOT, [Kind.CAPACITY_INTERRUPTED]),
    ],
)
def test_unobserved_after_a_sign(code: str, reason: str, expected: list[Kind]) -> None:
    """One that vanished after it was asked to stop is judged by what was known then."""
    asked = entry(desired_status="STOPPED", stop_code=code, stopped_reason=reason, started_at=at(20))
    assert kinds(replace(asked, closed=Closure(ClosedAs.UNOBSERVED, at(9000))), at(9000)) == expected
