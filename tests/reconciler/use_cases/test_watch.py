"""The watch: what only time brings to protected tasks, reported after asking ECS again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.errors import TransientError
from reconciler.findings.model import Kind
from reconciler.findings.policy import Policy
from reconciler.findings.rules import findings
from reconciler.gate import description
from reconciler.model.protection import Protection, ProtectionEnd
from reconciler.protection import ProtectionChange
from reconciler.use_cases.watch_protection import ProtectionResult
from taskledger.simulator.engine.errors import server_error, throttled
from taskledger.simulator.engine.shapes import Answer, Fields
from tests.support.system import BATCH, SHOP, System
from tests.support.values import recording


def found(watched: ProtectionResult) -> list[Kind]:
    return [finding.kind for finding in watched.findings]


@pytest.fixture
def arn(system: System) -> str:
    """A running task that is protected for two hours, and known to be."""
    arn = system.running()
    system.deliver()
    system.protect(arn)
    system.sweep_with()
    system.api.heal()
    return arn


def held(system: System, arn: str) -> Protection:
    protection = system.entry(arn).protection
    assert protection
    return protection


def kinds(system: System, arn: str) -> list[Kind]:
    return [one.kind for one in findings(system.entry(arn), system.clock.now, system.policy)]


def test_nothing_is_due(system: System, arn: str) -> None:
    """A protection that is far from its end is not asked about."""
    system.wait(104.9)
    assert (system.watch().protection, system.api.calls) == (ProtectionResult(), [])


def test_expiring(system: System, arn: str) -> None:
    """From the lead time on, each look reports the same finding."""
    system.wait(105)
    first = system.watch().protection
    assert (found(first), first.changes) == ([Kind.PROTECTION_EXPIRING], {})
    system.wait(14)
    again = system.watch().protection
    assert [one.finding_id for one in again.findings] == [one.finding_id for one in first.findings]


def test_lead_time_can_be_chosen(system: System, arn: str) -> None:
    """A longer lead time reports earlier."""
    system.alerts = replace(system.alerts, policy=Policy(protection_lead=timedelta(minutes=60)))
    system.wait(61)
    assert found(system.watch().protection) == [Kind.PROTECTION_EXPIRING]


def test_expired(system: System, arn: str) -> None:
    """Once it has run out, the task is reported, and known to have been protected until then."""
    ends = held(system, arn).expires_at
    system.wait(121)
    watched = system.watch().protection
    assert (found(watched), watched.changes) == ([Kind.PROTECTION_EXPIRED], {arn: ProtectionChange.EXPIRED})
    assert (held(system, arn).enabled, held(system, arn).expires_at) == (False, ends)
    system.wait(1)
    assert system.watch().protection == ProtectionResult()
    assert kinds(system, arn) == [Kind.PROTECTION_EXPIRED]


def test_expired_while_ecs_was_asked(system: System, arn: str) -> None:
    """One that ran out between the question and the answer was cleared by nobody."""
    system.wait(119.99)
    system.api.before = lambda operation, request: system.wait(0.1)
    assert system.watch().protection.changes == {arn: ProtectionChange.EXPIRED}


def test_renewed(system: System, arn: str) -> None:
    """A protection that was renewed before its end is neither expiring nor expired, and unbroken."""
    since = held(system, arn).since
    system.wait(110)
    system.protect(arn)
    watched = system.watch().protection
    assert (found(watched), watched.changes) == ([], {arn: ProtectionChange.RENEWED})
    system.wait(60)
    assert system.watch().protection == ProtectionResult()
    assert (held(system, arn).enabled, held(system, arn).since) == (True, since)


def test_renewed_but_shortly(system: System, arn: str) -> None:
    """A renewal that ends soon is expiring all the same."""
    system.wait(110)
    system.protect(arn, minutes=12)
    watched = system.watch().protection
    assert (found(watched), watched.changes) == ([Kind.PROTECTION_EXPIRING], {arn: ProtectionChange.RENEWED})


def test_renewed_after_its_end(system: System, arn: str) -> None:
    """One that is on again when it should have run out was renewed, as far as ECS says."""
    system.wait(121)
    system.protect(arn)
    watched = system.watch().protection
    assert (found(watched), watched.changes) == ([], {arn: ProtectionChange.RENEWED})


def test_cleared_by_hand(system: System, arn: str) -> None:
    """One that somebody turned off in time has not expired, then or later."""
    system.wait(110)
    system.protect(arn, enabled=False)
    watched = system.watch().protection
    assert (found(watched), watched.changes) == ([], {arn: ProtectionChange.CLEARED})
    system.wait(60)
    assert system.watch().protection == ProtectionResult()
    assert held(system, arn) == Protection(
        expires_at=None, checked_at=held(system, arn).checked_at, ended=ProtectionEnd.CLEARED
    )


def test_protected_for_too_long(system: System, arn: str) -> None:
    """A protection that is renewed again and again is reported after a day, once for all."""
    ids = set()
    for _ in range(25):
        system.wait(60)
        system.protect(arn)
        system.watch()
        system.sweep_with()
        ids |= {one.finding_id for one in system.watch().protection.findings}
    assert len(ids) == 1
    assert found(system.watch().protection) == [Kind.PROTECTION_TOO_LONG]


@pytest.mark.parametrize(
    "stopped", [("STOPPED",), ("STOPPED", "forgotten")], ids=["just stopped", "long forgotten"]
)
def test_a_task_that_stopped_meanwhile(system: System, arn: str, stopped: tuple[str, ...]) -> None:
    """Its protection is settled without a question, and when it was to end stays known."""
    before = held(system, arn)
    system.report(arn, "STOPPED")
    system.deliver()
    system.api.heal()
    system.wait(180 if "forgotten" in stopped else 106)
    assert (system.watch().protection, system.api.calls) == (ProtectionResult(), [])
    assert held(system, arn) == replace(before, ended=ProtectionEnd.EXPIRED)
    assert dict(system.ledger.protected(SHOP)) == {}


@pytest.mark.parametrize("minutes", [106, 180], ids=["before its end", "after it"])
def test_a_task_that_was_only_out_of_sight(system: System, arn: str, minutes: float) -> None:
    """What was settled is asked again once the task is seen alive, and judged by the answer."""
    before = held(system, arn)
    system.wait(minutes)
    system.ledger.close(system.entry(arn), system.clock.now)
    system.watch()
    assert dict(system.ledger.protected(SHOP)) == {}
    assert kinds(system, arn) == [Kind.UNKNOWN_STOP]
    system.wait(1)
    system.ledger.record([recording(description(system.entry(arn).state, system.clock.now))])
    assert (held(system, arn), dict(system.ledger.protected(SHOP))) == (before, {arn: before})
    expected = Kind.PROTECTION_EXPIRING if minutes < 120 else Kind.PROTECTION_EXPIRED
    assert found(system.watch().protection) == [expected]


def test_settled_early_it_still_says_why_it_stopped(system: System, arn: str) -> None:
    """A protected task that a person stopped is found as such, before and after the watch has settled it."""
    system.wait(110)
    system.ecs.call("StopTask", {"cluster": "shop", "task": arn})
    system.report(arn, "STOPPED")
    system.deliver()
    before = kinds(system, arn)
    system.watch()
    after = kinds(system, arn)
    assert before == after == [Kind.STOPPED_WHILE_PROTECTED]


def test_a_task_that_is_asked_to_stop(system: System, arn: str) -> None:
    """One that is on its way to its end needs no protection any more."""
    system.ecs.scheduler_stop(arn, "Scaling activity")
    system.deliver()
    system.wait(121)
    assert found(system.watch().protection) == []


def test_stopped_a_minute_after_the_expiry(system: System, arn: str) -> None:
    """The scheduler that comes at once after the end has cut the work off."""
    system.wait(120)
    assert found(system.watch().protection) == [Kind.PROTECTION_EXPIRED]
    system.wait(1)
    system.ecs.scheduler_stop(arn, "Scaling activity initiated by (deployment ecs-svc/1)")
    system.report(arn, "STOPPED")
    system.deliver()
    system.watch()
    assert kinds(system, arn) == [Kind.STOPPED_AFTER_EXPIRY]


@pytest.mark.parametrize("error", [throttled(), server_error()], ids=["throttled", "out of order"])
def test_a_question_that_fails_concludes_nothing(system: System, arn: str, error: Exception) -> None:
    """Without an answer there is no finding and no change; the cluster is reported, and asked again later."""
    elsewhere = system.running("batch")
    system.deliver()
    system.ecs.call(
        "UpdateTaskProtection", {"cluster": "batch", "tasks": [elsewhere], "protectionEnabled": True}
    )
    system.sweep_with()
    before = system.entry(arn)
    system.wait(121)

    def refuse(operation: str, request: Fields) -> Exception | None:
        return error if request["cluster"] == SHOP else None

    system.api.refuse = refuse
    watched = system.watch().protection
    assert (set(watched.errors), set(watched.changes)) == ({SHOP}, {elsewhere})
    assert (found(watched), system.entry(arn)) == ([Kind.PROTECTION_EXPIRED], before)
    system.api.heal()
    assert system.watch().protection.changes == {arn: ProtectionChange.EXPIRED}


@pytest.mark.parametrize(
    "failures",
    [[], [{"reason": "MISSING"}], [{"reason": "TASK_NOT_VALID"}]],
    ids=["not listed", "MISSING", "TASK_NOT_VALID"],
)
def test_no_answer_concludes_nothing(system: System, arn: str, failures: list[dict[str, str]]) -> None:
    """A task that ECS says nothing of has not expired; it is asked about until it is known to be over."""
    before = system.entry(arn)
    system.wait(121)

    def change(operation: str, answer: Answer) -> Answer:
        return {"protectedTasks": [], "failures": [{"arn": arn, **failure} for failure in failures]}

    system.api.change = change
    assert (system.watch().protection, system.entry(arn)) == (ProtectionResult(), before)
    system.api.heal()
    assert found(system.watch().protection) == [Kind.PROTECTION_EXPIRED]


def test_a_ledger_that_fails_in_one_cluster(system: System, arn: str) -> None:
    """The other clusters are watched all the same."""
    system.running("batch")
    system.deliver()
    system.wait(121)

    class Flaky:
        """The ledger, of which one cluster's index fails."""

        def protected(self, cluster_arn: str) -> object:
            if cluster_arn == BATCH:
                raise TransientError("throttled")
            return ledger.protected(cluster_arn)

        def __getattr__(self, name: str) -> object:
            return getattr(ledger, name)

    ledger, system.ledger = system.ledger, Flaky()  # type: ignore[assignment]  # a ledger but for its type
    watched = system.watch().protection
    assert ({arn: str(error) for arn, error in watched.errors.items()}, found(watched)) == (
        {BATCH: "throttled"},
        [Kind.PROTECTION_EXPIRED],
    )


def test_hundreds_at_once(system: System) -> None:
    """Many protections that end together are asked about by the hundred."""
    arns = [system.running() for _ in range(150)]
    system.deliver()
    for start in range(0, 150, 10):
        system.protect(*arns[start : start + 10])
    system.sweep_with()
    system.api.heal()
    system.wait(121)
    assert set(system.watch().protection.changes) == set(arns)
    assert [len(request["tasks"]) for request in system.api.made("GetTaskProtection")] == [100, 50]
