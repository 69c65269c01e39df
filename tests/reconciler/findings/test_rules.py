"""What is wrong with an entry: the truth tables of protection, of stops beside it, and of stuck tasks."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.findings.model import Cause, Finding, Kind
from reconciler.findings.policy import DEFAULT, Policy
from reconciler.findings.rules import findings, stuck
from reconciler.gate import succeed
from reconciler.model.entry import Closure, LedgerEntry
from reconciler.model.protection import Protection, ProtectionEnd
from reconciler.model.task import ClosedAs
from tests.support.values import TASK, at, event, state

EXPIRY = at(7200)
SECOND = timedelta(seconds=1)
STOP_OF_A_DEPLOYMENT = "Scaling activity initiated by (deployment ecs-svc/0068978569384120015)"
UNHEALTHY = "Task failed container health checks"

CLEARED = Protection(expires_at=None, checked_at=at(60), ended=ProtectionEnd.CLEARED)


def held(**told: Any) -> Protection:
    """A protection that was first seen at the start and lasts two hours, unless told otherwise."""
    facts: dict[str, Any] = {"expires_at": EXPIRY, "checked_at": at(60), "since": at(0)}
    return Protection(**(facts | told))


def entry(protection: Protection | None = None, **told: Any) -> LedgerEntry:
    return replace(succeed(None, event(3, **told)), protection=protection)


def stopped(asked: datetime, code: str | None, reason: str | None = None, **told: Any) -> LedgerEntry:
    """A protected task that was asked to stop at that time, and stopped."""
    return entry(
        held(),
        last_status="STOPPED",
        desired_status="STOPPED",
        started_at=at(20),
        stopping_at=asked,
        stopped_at=asked + timedelta(seconds=30),
        stop_code=code,
        stopped_reason=reason,
        **told,
    )


def kinds(found: tuple[Finding, ...]) -> list[Kind]:
    return [one.kind for one in found]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (EXPIRY - DEFAULT.lead - SECOND, []),
        (EXPIRY - DEFAULT.lead, [Kind.PROTECTION_EXPIRING]),
        (EXPIRY - SECOND, [Kind.PROTECTION_EXPIRING]),
        (EXPIRY, []),
        (EXPIRY + timedelta(hours=1), []),
    ],
)
def test_expiring(now: datetime, expected: list[Kind]) -> None:
    """Protection expires soon from the lead time on; past its end, only ECS can say that it ran out."""
    assert kinds(findings(entry(held()), now)) == expected


def test_lead_time_is_the_policys() -> None:
    """A longer lead warns earlier."""
    policy = Policy(lead=timedelta(hours=1))
    assert kinds(findings(entry(held()), EXPIRY - timedelta(minutes=59), policy)) == [
        Kind.PROTECTION_EXPIRING
    ]


@pytest.mark.parametrize(
    ("lasted", "expected"),
    [
        (DEFAULT.protected, []),
        (DEFAULT.protected + SECOND, [Kind.PROTECTION_TOO_LONG]),
    ],
)
def test_too_long(lasted: timedelta, expected: list[Kind]) -> None:
    """Protection without a break for longer than the limit is told of, at the limit not yet."""
    long = held(expires_at=at(0) + lasted + timedelta(hours=2))
    assert kinds(findings(entry(long), at(0) + lasted)) == expected


def test_expired() -> None:
    """A task that runs on after its protection ran out is told of for as long as it does."""
    ran_out = entry(held(ended=ProtectionEnd.EXPIRED))
    (found,) = findings(ran_out, EXPIRY + timedelta(days=1))
    assert (found.kind, found.cause) == (Kind.PROTECTION_EXPIRED, None)
    assert "2026-11-20 11:00 UTC" in found.summary


@pytest.mark.parametrize(
    "protection",
    [None, CLEARED],
    ids=["never protected", "cleared by hand"],
)
def test_not_protected(protection: Protection | None) -> None:
    """No protection, or one that somebody cleared, is nothing to tell of."""
    assert findings(entry(protection), EXPIRY) == ()


@pytest.mark.parametrize("protection", [held(), held(ended=ProtectionEnd.EXPIRED)])
@pytest.mark.parametrize("over", [{"desired_status": "STOPPED"}, {"last_status": "STOPPED"}])
def test_a_task_that_ends_needs_no_protection(protection: Protection, over: dict[str, str]) -> None:
    """Protection that ends with the task, or after it, is nothing to tell of."""
    ending = entry(protection, **over, stop_code="UserInitiated", stopping_at=EXPIRY + timedelta(hours=1))
    assert findings(ending, EXPIRY - SECOND) == ()


def test_each_end_of_a_protection_is_an_occasion() -> None:
    """The same end is the same finding at each look; that of a renewed protection is another one."""
    now = EXPIRY - timedelta(minutes=1)
    looks = [findings(entry(held()), now), findings(entry(held()), now + SECOND)]
    renewed = findings(entry(held(expires_at=EXPIRY + timedelta(minutes=5))), now)
    ids = [found.finding_id for look in (*looks, renewed) for found in look]
    assert (len(ids), len(set(ids))) == (3, 2)


@pytest.mark.parametrize(
    ("code", "reason", "cause"),
    [
        ("UserInitiated", "Task stopped by user", Cause.OTHER),
        ("UserInitiated", None, Cause.OTHER),
        ("SpotInterruption", "Your Spot Task was interrupted.", Cause.SPOT),
        ("TerminationNotice", "Your Spot Task was interrupted.", Cause.SPOT),
        ("InfrastructureHealth", None, Cause.INFRASTRUCTURE_HEALTH),
        ("ServiceSchedulerInitiated", UNHEALTHY, Cause.CONTAINER),
    ],
)
def test_stopped_while_protected(code: str, reason: str | None, cause: Cause) -> None:
    """Stops that protection does not keep off cut protected work: one finding, with the stop's own cause."""
    (found,) = findings(stopped(at(3600), code, reason), at(3700))
    assert (found.kind, found.cause) == (Kind.STOPPED_WHILE_PROTECTED, cause)


@pytest.mark.parametrize("reason", [STOP_OF_A_DEPLOYMENT, None])
def test_a_plain_scale_in_says_that_protection_was_given_up(reason: str | None) -> None:
    """ECS does not scale in over a protected task: whoever protected it has cleared it, unseen by us."""
    assert findings(stopped(at(3600), "ServiceSchedulerInitiated", reason), at(3700)) == ()


@pytest.mark.parametrize("code", ["EssentialContainerExited", "TaskFailedToStart"])
def test_what_ends_by_itself_was_not_asked_to_stop(code: str) -> None:
    """A task whose own container ended is told of as that, protected or not."""
    found = kinds(findings(stopped(at(3600), code, "Essential container in task exited"), at(3700)))
    assert Kind.STOPPED_WHILE_PROTECTED not in found


@pytest.mark.parametrize(
    ("asked", "flagged"),
    [
        (at(-1), False),
        (at(0), True),
        (EXPIRY - SECOND, True),
        (EXPIRY, False),
    ],
    ids=["before it was seen", "as it began", "in its last second", "as it ended"],
)
def test_protection_holds_from_its_beginning_to_its_end(asked: datetime, flagged: bool) -> None:  # noqa: FBT001 - a column
    """Only a stop within the time that protection is known to have held is one while protected."""
    found = kinds(findings(stopped(asked, "UserInitiated"), EXPIRY))
    assert (Kind.STOPPED_WHILE_PROTECTED in found) is flagged


def test_cleared_before_the_stop() -> None:
    """A stop after protection was cleared by hand is nothing to tell of."""
    cleared = CLEARED
    assert findings(replace(stopped(at(3600), "UserInitiated"), protection=cleared), at(3700)) == ()


def test_told_at_the_first_sign_of_the_stop() -> None:
    """A protected task that still runs and was asked to stop is told of at once, and once."""
    asked = {"desired_status": "STOPPED", "stop_code": "UserInitiated", "stopping_at": at(3600)}
    (early,) = findings(entry(held(), **asked), at(3601))
    (late,) = findings(stopped(at(3600), "UserInitiated"), at(3700))
    assert (early.kind, early.finding_id) == (Kind.STOPPED_WHILE_PROTECTED, late.finding_id)


def test_without_stopping_at_the_observation_counts() -> None:
    """A stop that does not tell when it was asked for is taken for as late as it was told of."""
    asked = {"desired_status": "STOPPED", "stop_code": "UserInitiated"}
    for seconds, expected in ((3600, [Kind.STOPPED_WHILE_PROTECTED]), (7201, [])):
        told = replace(succeed(None, event(4, seconds=seconds, **asked)), protection=held())
        assert kinds(findings(told, at(7300))) == expected


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
@pytest.mark.parametrize("ended", [None, ProtectionEnd.EXPIRED], ids=["not asked again", "seen to run out"])
def test_stopped_after_expiry(
    asked: datetime,
    ended: ProtectionEnd | None,
    flagged: bool,  # noqa: FBT001 - columns
) -> None:
    """A scale-in within ten minutes after protection ran out may have cut the work off."""
    scaled_in = stopped(asked, "ServiceSchedulerInitiated", STOP_OF_A_DEPLOYMENT)
    found = findings(replace(scaled_in, protection=held(ended=ended)), asked)
    assert kinds(found) == ([Kind.STOPPED_AFTER_EXPIRY] if flagged else [])


@pytest.mark.parametrize("code", ["UserInitiated", "EssentialContainerExited", "SpotInterruption"])
def test_only_the_scheduler_waits_for_an_expiry(code: str) -> None:
    """Other stops after the expiry have nothing to do with it."""
    found = kinds(findings(stopped(EXPIRY + SECOND, code), EXPIRY + timedelta(minutes=1)))
    assert Kind.STOPPED_AFTER_EXPIRY not in found


def test_unobserved() -> None:
    """A task that vanished without any sign of a stop is told of as such."""
    vanished = replace(entry(), closed=Closure(ClosedAs.UNOBSERVED, at(9000)))
    (found,) = findings(vanished, at(9000))
    assert (found.kind, found.cause) == (Kind.UNKNOWN_STOP, Cause.UNOBSERVED)
    assert "RUNNING" in found.summary


@pytest.mark.parametrize(
    ("code", "reason", "expected"),
    [
        ("ServiceSchedulerInitiated", STOP_OF_A_DEPLOYMENT, []),
        ("UserInitiated", "Task stopped by user", []),
        ("ServiceSchedulerInitiated", UNHEALTHY, [Kind.HEALTH_CHECK_FAILED]),
        ("SpotInterruption", "Your Spot Task was interrupted.", [Kind.CAPACITY_INTERRUPTED]),
    ],
)
def test_unobserved_after_a_sign(code: str, reason: str, expected: list[Kind]) -> None:
    """One that vanished after it was asked to stop is judged by what was told then."""
    asked = entry(desired_status="STOPPED", stop_code=code, stopped_reason=reason, started_at=at(20))
    vanished = replace(asked, closed=Closure(ClosedAs.UNOBSERVED, at(9000)))
    assert kinds(findings(vanished, at(9000))) == expected


@pytest.mark.parametrize("status", DEFAULT.transitions)
def test_stuck(status: str) -> None:
    """A passing state may last for its limit, and not a second longer; the state is the cause."""
    passing, limit = entry(last_status=status, created_at=at(0)), DEFAULT.transitions[status]
    assert stuck(passing, passing.observed_at + limit) == ()
    (found,) = stuck(passing, passing.observed_at + limit + SECOND)
    assert (found.kind, found.cause, found.finding_id) == (Kind.STUCK, Cause(status), f"{_ID}.STUCK.{status}")


_ID = TASK.rsplit("/", 1)[1]


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
    """What runs, is over or is in no passing state we know is not stuck, however long ago it was told."""
    assert stuck(settled, at(0) + timedelta(days=30)) == ()


def test_stuck_counts_from_the_last_that_is_known_of_the_state() -> None:
    """The state may have begun later than its version was told: its own times count too."""
    told = replace(entry(), state=state(3, last_status="DEACTIVATING", stopping_at=at(3000)))
    assert stuck(told, at(3000 + 600)) == ()
    assert kinds(stuck(told, at(3000 + 601))) == [Kind.STUCK]


def test_stuck_by_the_policys_limit() -> None:
    """Limits can be chosen by state."""
    policy = Policy(transitions={**DEFAULT.transitions, "PENDING": timedelta(hours=1)})
    pending = entry(last_status="PENDING")
    assert stuck(pending, at(1800), policy) == ()
    assert "60 min is the limit" in stuck(pending, at(7200), policy)[0].summary
