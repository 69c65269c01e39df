"""The watch: what only time brings to protected tasks, told after asking ECS again."""

from datetime import timedelta

import pytest

from reconciler.errors import TransientError
from reconciler.findings.model import Kind
from reconciler.findings.policy import Policy
from reconciler.findings.rules import findings
from reconciler.model.protection import Protection, ProtectionEnd
from reconciler.protection import ProtectionChange
from reconciler.use_cases.watch import WatchResult
from taskledger.simulator.engine.errors import server_error, throttled
from taskledger.simulator.engine.shapes import Answer, Fields
from tests.support.room import BATCH, SHOP, Room


def found(watched: WatchResult) -> list[Kind]:
    return [finding.kind for finding in watched.findings]


@pytest.fixture
def arn(room: Room) -> str:
    """A running task that is protected for two hours, and known to be."""
    arn = room.running()
    room.deliver()
    room.protect(arn)
    room.sweep()
    room.api.heal()
    return arn


def held(room: Room, arn: str) -> Protection:
    protection = room.entry(arn).protection
    assert protection
    return protection


def test_nothing_is_due(room: Room, arn: str) -> None:
    """A protection that is far from its end is not asked about."""
    room.wait(104.9)
    assert (room.watch(), room.api.calls) == (WatchResult(), [])


def test_expiring(room: Room, arn: str) -> None:
    """From the lead time on, each look tells of the same finding."""
    room.wait(105)
    first = room.watch()
    assert (found(first), first.changes) == ([Kind.PROTECTION_EXPIRING], {})
    room.wait(14)
    again = room.watch()
    assert [one.finding_id for one in again.findings] == [one.finding_id for one in first.findings]


def test_lead_time_can_be_chosen(room: Room, arn: str) -> None:
    """A longer lead time tells earlier."""
    room.policy = Policy(lead=timedelta(minutes=60))
    room.wait(61)
    assert found(room.watch()) == [Kind.PROTECTION_EXPIRING]


def test_expired(room: Room, arn: str) -> None:
    """Once it has run out, the task is told of, and known to have been protected until then."""
    ends = held(room, arn).expires_at
    room.wait(121)
    watched = room.watch()
    assert (found(watched), watched.changes) == ([Kind.PROTECTION_EXPIRED], {arn: ProtectionChange.EXPIRED})
    assert (held(room, arn).enabled, held(room, arn).expires_at) == (False, ends)
    room.wait(1)
    assert room.watch() == WatchResult()
    assert [one.kind for one in findings(room.entry(arn), room.clock.now)] == [Kind.PROTECTION_EXPIRED]


def test_expired_while_ecs_was_asked(room: Room, arn: str) -> None:
    """One that ran out between the question and the answer was cleared by nobody."""
    room.wait(119.99)
    room.api.before = lambda operation, request: room.wait(0.1)
    assert room.watch().changes == {arn: ProtectionChange.EXPIRED}


def test_renewed(room: Room, arn: str) -> None:
    """A protection that was renewed before its end is neither expiring nor expired, and unbroken."""
    since = held(room, arn).since
    room.wait(110)
    room.protect(arn)
    watched = room.watch()
    assert (found(watched), watched.changes) == ([], {arn: ProtectionChange.RENEWED})
    room.wait(60)
    assert room.watch() == WatchResult()
    assert (held(room, arn).enabled, held(room, arn).since) == (True, since)


def test_renewed_but_shortly(room: Room, arn: str) -> None:
    """A renewal that ends soon is expiring all the same."""
    room.wait(110)
    room.protect(arn, minutes=12)
    watched = room.watch()
    assert (found(watched), watched.changes) == ([Kind.PROTECTION_EXPIRING], {arn: ProtectionChange.RENEWED})


def test_renewed_after_its_end(room: Room, arn: str) -> None:
    """One that is on again when it should have run out was renewed, as far as ECS tells."""
    room.wait(121)
    room.protect(arn)
    watched = room.watch()
    assert (found(watched), watched.changes) == ([], {arn: ProtectionChange.RENEWED})


def test_cleared_by_hand(room: Room, arn: str) -> None:
    """One that somebody turned off in time has not expired, then or later."""
    room.wait(110)
    room.protect(arn, enabled=False)
    watched = room.watch()
    assert (found(watched), watched.changes) == ([], {arn: ProtectionChange.CLEARED})
    room.wait(60)
    assert room.watch() == WatchResult()
    assert held(room, arn) == Protection(
        expires_at=None, checked_at=held(room, arn).checked_at, ended=ProtectionEnd.CLEARED
    )


def test_protected_for_too_long(room: Room, arn: str) -> None:
    """A protection that is renewed again and again is told of after a day, once for all."""
    ids = set()
    for _ in range(25):
        room.wait(60)
        room.protect(arn)
        room.watch()
        room.sweep()
        ids |= {one.finding_id for one in room.watch().findings}
    assert len(ids) == 1
    assert found(room.watch()) == [Kind.PROTECTION_TOO_LONG]


@pytest.mark.parametrize(
    "stopped", [("STOPPED",), ("STOPPED", "forgotten")], ids=["just stopped", "long forgotten"]
)
def test_a_task_that_stopped_meanwhile(room: Room, arn: str, stopped: tuple[str, ...]) -> None:
    """Its protection is settled without a question, and when it was to end stays known."""
    ends = held(room, arn).expires_at
    room.report(arn, "STOPPED")
    room.deliver()
    room.api.heal()
    room.wait(180 if "forgotten" in stopped else 106)
    assert (room.watch(), room.api.calls) == (WatchResult(), [])
    assert (held(room, arn).enabled, held(room, arn).expires_at) == (False, ends)
    assert dict(room.ledger.protected(SHOP)) == {}


def test_settled_early_it_still_tells_why_it_stopped(room: Room, arn: str) -> None:
    """A protected task that a person stopped is found as such, before and after the watch has settled it."""
    room.wait(110)
    room.ecs.call("StopTask", {"cluster": "shop", "task": arn})
    room.report(arn, "STOPPED")
    room.deliver()
    before = [one.kind for one in findings(room.entry(arn), room.clock.now)]
    room.watch()
    after = [one.kind for one in findings(room.entry(arn), room.clock.now)]
    assert before == after == [Kind.STOPPED_WHILE_PROTECTED]


def test_a_task_that_is_asked_to_stop(room: Room, arn: str) -> None:
    """One that is on its way to its end needs no protection any more."""
    room.ecs.scheduler_stop(arn, "Scaling activity")
    room.deliver()
    room.wait(121)
    assert found(room.watch()) == []


def test_stopped_a_minute_after_the_expiry(room: Room, arn: str) -> None:
    """The scheduler that comes at once after the end has cut the work off."""
    room.wait(120)
    assert found(room.watch()) == [Kind.PROTECTION_EXPIRED]
    room.wait(1)
    room.ecs.scheduler_stop(arn, "Scaling activity initiated by (deployment ecs-svc/1)")
    room.report(arn, "STOPPED")
    room.deliver()
    room.watch()
    assert [one.kind for one in findings(room.entry(arn), room.clock.now)] == [Kind.STOPPED_AFTER_EXPIRY]


@pytest.mark.parametrize("error", [throttled(), server_error()], ids=["throttled", "out of order"])
def test_a_question_that_fails_concludes_nothing(room: Room, arn: str, error: Exception) -> None:
    """Without an answer there is no finding and no change; the cluster is told, and asked again next time."""
    elsewhere = room.running("batch")
    room.deliver()
    room.ecs.call(
        "UpdateTaskProtection", {"cluster": "batch", "tasks": [elsewhere], "protectionEnabled": True}
    )
    room.sweep()
    before = room.entry(arn)
    room.wait(121)

    def refuse(operation: str, request: Fields) -> Exception | None:
        return error if request["cluster"] == SHOP else None

    room.api.refuse = refuse
    watched = room.watch()
    assert (set(watched.errors), set(watched.changes)) == ({SHOP}, {elsewhere})
    assert (found(watched), room.entry(arn)) == ([Kind.PROTECTION_EXPIRED], before)
    room.api.heal()
    assert room.watch().changes == {arn: ProtectionChange.EXPIRED}


@pytest.mark.parametrize(
    "failures",
    [[], [{"reason": "MISSING"}], [{"reason": "TASK_NOT_VALID"}]],
    ids=["not listed", "MISSING", "TASK_NOT_VALID"],
)
def test_no_answer_concludes_nothing(room: Room, arn: str, failures: list[dict[str, str]]) -> None:
    """A task that ECS says nothing of has not expired; it is asked about until it is known to be over."""
    before = room.entry(arn)
    room.wait(121)

    def change(operation: str, answer: Answer) -> Answer:
        return {"protectedTasks": [], "failures": [{"arn": arn, **failure} for failure in failures]}

    room.api.change = change
    assert (room.watch(), room.entry(arn)) == (WatchResult(), before)
    room.api.heal()
    assert found(room.watch()) == [Kind.PROTECTION_EXPIRED]


def test_a_ledger_that_fails_in_one_cluster(room: Room, arn: str) -> None:
    """The other clusters are watched all the same."""
    room.running("batch")
    room.deliver()
    room.wait(121)

    class Flaky:
        """The ledger, of which one cluster's index fails."""

        def protected(self, cluster_arn: str) -> object:
            if cluster_arn == BATCH:
                raise TransientError("throttled")
            return ledger.protected(cluster_arn)

        def __getattr__(self, name: str) -> object:
            return getattr(ledger, name)

    ledger, room.ledger = room.ledger, Flaky()  # type: ignore[assignment]  # a ledger but for its type
    watched = room.watch()
    assert ({arn: str(error) for arn, error in watched.errors.items()}, found(watched)) == (
        {BATCH: "throttled"},
        [Kind.PROTECTION_EXPIRED],
    )


def test_hundreds_at_once(room: Room) -> None:
    """Many protections that end together are asked about by the hundred."""
    arns = [room.running() for _ in range(150)]
    room.deliver()
    for start in range(0, 150, 10):
        room.protect(*arns[start : start + 10])
    room.sweep()
    room.api.heal()
    room.wait(121)
    assert set(room.watch().changes) == set(arns)
    assert [len(request["tasks"]) for request in room.api.made("GetTaskProtection")] == [100, 50]
