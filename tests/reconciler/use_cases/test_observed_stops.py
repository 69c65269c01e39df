"""Protected tasks that are to stop: ECS is asked at the first sign, and the stop judged by its answer."""

from typing import Any

import pytest

from reconciler.findings.model import Kind, Severity
from reconciler.findings.rules import findings
from reconciler.model.protection import Protection
from reconciler.protection import ProtectionChange
from reconciler.use_cases.check_protection import CheckedProtection
from taskledger.simulator.engine.errors import throttled
from taskledger.simulator.engine.shapes import Fields
from tests.support.system import BATCH, SHOP, System

HIGH = [(Kind.STOPPED_WHILE_PROTECTED, Severity.HIGH)]
LOW = [(Kind.STOPPED_WHILE_PROTECTED, Severity.LOW)]


@pytest.fixture
def arn(system: System) -> str:
    """A running task that is protected for two hours, and was seen to be an hour ago."""
    arn = protected(system)
    system.wait(60)
    return arn


def protected(system: System, cluster: str = "shop") -> str:
    arn = system.running(cluster)
    system.deliver()
    request = {"cluster": cluster, "tasks": [arn], "protectionEnabled": True, "expiresInMinutes": 120}
    system.ecs.call("UpdateTaskProtection", request)
    system.sweep_with()
    system.api.heal()
    return arn


def stop(system: System, arn: str, code: str = "UserInitiated") -> None:
    system.ecs.interrupt(arn, code, "made up")


def asked(system: System) -> list[list[str]]:
    return [request["tasks"] for request in system.api.made("GetTaskProtection")]


def judged(system: System, arn: str) -> list[tuple[Kind, Severity]]:
    found = findings(system.entry(arn), system.clock.now, system.policy)
    return [(one.kind, one.severity) for one in found]


def held(system: System, arn: str) -> Protection:
    protection = system.entry(arn).protection
    assert protection
    return protection


def test_asked_at_the_first_sign(system: System, arn: str) -> None:
    """That it still is on is stored with its time, as a change of the entry by which the stop is judged."""
    before = held(system, arn)
    stop(system, arn)
    stops = system.deliver().stops
    after = Protection(expires_at=before.expires_at, checked_at=system.clock.now, since=before.since)
    assert (held(system, arn), asked(system)) == (after, [[arn]])
    assert stops.checked == {arn: CheckedProtection(after, ProtectionChange.NONE, answered=True)}
    assert judged(system, arn) == HIGH


def test_asked_once_for_each_stop(system: System, arn: str) -> None:
    """Later events of the stop, and the same one again, ask nothing and change nothing."""
    stop(system, arn)
    again = list(system.events)
    system.deliver()
    known = held(system, arn)
    system.wait(1)
    system.events += again
    system.report(arn, "DEPROVISIONING", "STOPPED")
    system.deliver()
    assert (held(system, arn), len(asked(system)), judged(system, arn)) == (known, 1, HIGH)


@pytest.mark.parametrize("code", ["UserInitiated", "ServiceSchedulerInitiated"])
def test_cleared_unseen_before_the_stop(system: System, arn: str, code: str) -> None:
    """A worker that was done five minutes before, though nobody had asked since, was not cut off."""
    system.protect(arn, enabled=False)
    system.wait(5)
    stop(system, arn, code)
    assert system.deliver().stops.checked[arn].change is ProtectionChange.CLEARED
    system.report(arn, "STOPPED")
    system.deliver()
    assert judged(system, arn) == []


def test_a_stop_at_once_after_the_end(system: System, arn: str) -> None:
    """That the protection ran out is noticed at the stop where the watch had no time to."""
    system.wait(60.5)
    stop(system, arn, "ServiceSchedulerInitiated")
    assert system.deliver().stops.checked[arn].change is ProtectionChange.EXPIRED
    assert judged(system, arn) == [(Kind.STOPPED_AFTER_EXPIRY, Severity.MEDIUM)]


def test_over_before_it_could_be_asked(system: System, arn: str) -> None:
    """ECS says nothing of a task that has stopped: it is not asked, and the doubt is reported."""
    stop(system, arn)
    system.report(arn, "STOPPED")
    assert system.deliver().stops.checked == {}
    assert (asked(system), judged(system, arn)) == ([], LOW)


def test_over_while_it_was_asked(system: System, arn: str) -> None:
    """An answer that comes too late leaves what is known, and the task is judged when its end is reported."""
    stop(system, arn)

    def end(operation: str, _: Any) -> None:
        if operation == "GetTaskProtection":
            system.api.heal()
            system.report(arn, "STOPPED")

    system.api.before, before = end, held(system, arn)
    (checked,) = system.deliver().stops.checked.values()
    assert (checked.answered, held(system, arn), judged(system, arn)) == (False, before, [])
    system.deliver()
    assert judged(system, arn) == LOW


def test_a_question_that_fails_is_no_failure_of_the_message(system: System, arn: str) -> None:
    """Its cluster is reported, the others are asked, and the next event of the stop asks again."""
    elsewhere = protected(system, "batch")

    def refuse(operation: str, request: Fields) -> Exception | None:
        return throttled() if (operation, request["cluster"]) == ("GetTaskProtection", SHOP) else None

    system.api.refuse = refuse
    system.wait(1)
    for each in (arn, elsewhere):
        stop(system, each)
    received = system.deliver()
    assert (received.failed, set(received.stops.errors), set(received.stops.checked)) == (
        {},
        {SHOP},
        {elsewhere},
    )
    assert (judged(system, arn), judged(system, elsewhere)) == ([], HIGH)
    system.api.heal()
    system.report(arn, "DEPROVISIONING")
    assert system.deliver().stops.checked.keys() == {arn}
    assert judged(system, arn) == HIGH


def test_only_protected_tasks_are_asked_about(system: System, arn: str) -> None:
    """One that never was, one whose protection is off, and one that is to run on cost no call."""
    never, off = system.running(), protected(system)
    system.protect(off, enabled=False)
    system.sweep_with()
    system.api.heal()
    for each in (never, off):
        stop(system, each)
    system.ecs.set_health(arn, "HEALTHY")
    system.deliver()
    assert asked(system) == []


def test_one_call_for_the_tasks_of_a_cluster(system: System) -> None:
    """A batch asks once in each cluster."""
    arns = [protected(system, cluster) for cluster in ("shop", "shop", "batch", "shop")]
    system.wait(1)
    for each in arns:
        stop(system, each)
    system.deliver()
    asked_of = {request["cluster"]: set(request["tasks"]) for request in system.api.made("GetTaskProtection")}
    assert asked_of == {SHOP: {arns[0], arns[1], arns[3]}, BATCH: {arns[2]}}
    assert len(asked(system)) == 2


def test_the_messages_of_a_stop(system: System) -> None:
    """High at once where it was protected, nothing where it was cleared, low where nobody can know."""
    certain, cleared, unknown = (protected(system) for _ in range(3))
    system.pass_time(minutes=20)
    system.inbox.mail.clear()
    system.protect(cleared, enabled=False)
    system.wait(1)
    for each in (certain, cleared, unknown):
        stop(system, each)
    system.report(unknown, "STOPPED")
    system.pass_time(seconds=30)
    assert system.inbox.types() == [("OPENED", "OTHER")]
    found = {one.task_arn: one.severity for one in system.alerts.incidents.findings()}  # type: ignore[attr-defined]  # kept in memory
    assert found == {certain: Severity.HIGH, unknown: Severity.LOW}
