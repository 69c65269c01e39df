"""Scale-in protection as the sweep asks for it: of whom, how often, and what becomes of the answers."""

from dataclasses import replace
from datetime import timedelta

from reconciler.model.protection import Protection, ProtectionEnd
from reconciler.protection import ProtectionChange
from reconciler.use_cases.check_protection import CheckedProtection, check_protection
from taskledger.simulator.engine.shapes import Answer
from tests.support.system import BATCH, SHOP, System, counts
from tests.support.values import START, task_arn

HOUR = timedelta(hours=1)


def asked(system: System) -> set[str]:
    return {arn for request in system.api.made("GetTaskProtection") for arn in request["tasks"]}


def test_only_running_tasks_of_services_are_asked_about(system: System) -> None:
    """Nobody can protect a standalone task, and one that starts or stops is not scaled in."""
    serving, elsewhere = system.running(), system.running("batch")
    alone, _, ending, over = system.start_alone(), system.start(), system.running(), system.running()
    system.report(alone, "PENDING", "RUNNING")
    system.ecs.scheduler_stop(ending, "Scaling activity")
    system.report(over, "STOPPED")
    system.deliver()
    system.sweep_with()
    assert asked(system) == {serving, elsewhere}
    assert {request["cluster"] for request in system.api.made("GetTaskProtection")} == {SHOP, BATCH}


def test_a_hundred_in_one_call(system: System) -> None:
    """Tasks of all hundreds that were described share calls of a hundred."""
    for number in range(500):
        system.ecs.learn(
            {
                "taskArn": task_arn(number),
                "clusterArn": SHOP,
                "version": 3,
                "lastStatus": "RUNNING",
                "desiredStatus": "RUNNING",
                "group": "service:checkout" if number % 2 else "family:batch",
                "containers": [],
            }
        )
    system.sweep_with()
    assert [len(request["tasks"]) for request in system.api.made("GetTaskProtection")] == [100, 100, 50]


def test_what_becomes_of_a_protection(system: System) -> None:
    """Protected, renewed, cleared, protected again and run out: each is counted, and kept with its times."""
    arn = system.running()
    system.deliver()
    assert (counts(system.sweep_with()), system.entry(arn).protection) == ({}, None)

    system.protect(arn, minutes=60)
    assert counts(system.sweep_with()) == {"PROTECTED": 1}
    held = Protection(expires_at=START + HOUR, checked_at=START, since=START)
    assert system.entry(arn).protection == held
    system.wait(15)
    assert (counts(system.sweep_with()), system.entry(arn).protection) == ({}, held)

    system.protect(arn, minutes=120)
    assert counts(system.sweep_with()) == {"RENEWED": 1}
    found = system.entry(arn).protection
    assert found
    assert (found.since, found.expires_at) == (START, START + timedelta(minutes=135))

    system.wait(15)
    system.protect(arn, enabled=False)
    assert counts(system.sweep_with()) == {"CLEARED": 1}
    assert system.entry(arn).protection == Protection(
        expires_at=None, checked_at=system.clock.now, ended=ProtectionEnd.CLEARED
    )

    system.wait(15)
    system.protect(arn, minutes=10)
    system.sweep_with()
    began = system.clock.now
    system.wait(15)
    assert counts(system.sweep_with()) == {"EXPIRED": 1}
    assert system.entry(arn).protection == Protection(
        ended=ProtectionEnd.EXPIRED,
        expires_at=began + timedelta(minutes=10),
        checked_at=system.clock.now,
        since=began,
    )
    assert counts(system.sweep_with()) == {}


def test_no_answer_leaves_what_is_known(system: System) -> None:
    """Not listed, MISSING, TASK_NOT_VALID or unreadable: nothing is concluded, nothing written."""
    arns = sorted(system.running() for _ in range(4))
    system.deliver()
    system.protect(*arns)
    system.sweep_with()
    before = [system.entry(arn) for arn in arns]
    system.wait(300)

    def change(operation: str, answer: Answer) -> Answer:
        if operation != "GetTaskProtection":
            return answer
        failures = [{"arn": arns[1], "reason": "MISSING"}, {"arn": arns[2], "reason": "TASK_NOT_VALID"}]
        return {"protectedTasks": [{"taskArn": arns[3]}], "failures": failures}

    system.api.change = change
    swept = system.sweep_with()
    assert (counts(swept), swept.clusters[SHOP].errors) == ({}, [])
    assert [system.entry(arn) for arn in arns] == before
    system.api.heal()
    assert counts(system.sweep_with()) == {"EXPIRED": 4}


def test_protection_and_a_repair_of_the_same_task(system: System) -> None:
    """A task that no event reported is recorded and asked about in one sweep."""
    arn = system.running()
    system.protect(arn)
    system.drop()
    assert counts(system.sweep_with()) == {"PROTECTED": 1, "REPAIRED": 1, "UNRECORDED": 1}
    held = system.entry(arn).protection
    assert held
    assert held.enabled


def test_an_answer_to_stale_knowledge_is_left_to_whoever_was_faster(system: System) -> None:
    """A sweep that read long ago does not take a renewed and then cleared protection for one that ran out."""
    arn = system.running()
    system.deliver()
    system.protect(arn, minutes=20)
    system.sweep_with()
    system.wait(19)

    def renewed_and_cleared(operation: str, _: object) -> None:
        if operation == "GetTaskProtection":
            system.api.heal()
            system.protect(arn, minutes=60)
            assert system.watch().protection.changes == {arn: ProtectionChange.RENEWED}
            system.wait(15)
            system.protect(arn, enabled=False)

    system.api.before = renewed_and_cleared
    assert counts(system.sweep_with()) == {}
    assert not_none(system.entry(arn).protection).enabled
    assert counts(system.sweep_with()) == {"CLEARED": 1}


def test_who_was_slower_reports_no_change(system: System) -> None:
    """And has no answer to judge by, though ECS gave one."""
    arn = system.running()
    system.deliver()
    system.protect(arn)
    system.sweep_with()
    known = {arn: replace(not_none(system.entry(arn).protection), checked_at=START - HOUR)}
    system.protect(arn, enabled=False)
    checked = check_protection(
        SHOP, known, tasks=system.tasks, ledger=system.ledger, clock=lambda: system.clock.now
    )
    assert checked == {arn: CheckedProtection(known[arn], ProtectionChange.NONE, answered=False)}
    assert not_none(system.entry(arn).protection).enabled


def not_none(protection: Protection | None) -> Protection:
    assert protection
    return protection
