"""Scale-in protection as the sweep asks for it: of whom, how often, and what becomes of the answers."""

from datetime import timedelta

from reconciler.model.protection import Protection, ProtectionEnd
from taskledger.simulator.engine.shapes import Answer
from tests.support.room import BATCH, SHOP, Room, counts
from tests.support.values import START, task_arn

HOUR = timedelta(hours=1)


def asked(room: Room) -> set[str]:
    return {arn for request in room.api.made("GetTaskProtection") for arn in request["tasks"]}


def test_only_running_tasks_of_services_are_asked_about(room: Room) -> None:
    """Nobody can protect a standalone task, and one that starts or stops is not scaled in."""
    serving, elsewhere = room.running(), room.running("batch")
    alone, _, ending, over = room.start_alone(), room.start(), room.running(), room.running()
    room.report(alone, "PENDING", "RUNNING")
    room.ecs.scheduler_stop(ending, "Scaling activity")
    room.report(over, "STOPPED")
    room.deliver()
    room.sweep()
    assert asked(room) == {serving, elsewhere}
    assert {request["cluster"] for request in room.api.made("GetTaskProtection")} == {SHOP, BATCH}


def test_a_hundred_in_one_call(room: Room) -> None:
    """Tasks of all hundreds that were described share calls of a hundred."""
    for number in range(500):
        room.ecs.learn(
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
    room.sweep()
    assert [len(request["tasks"]) for request in room.api.made("GetTaskProtection")] == [100, 100, 50]


def test_what_becomes_of_a_protection(room: Room) -> None:
    """Protected, renewed, cleared, protected again and run out: each is counted, and kept with its times."""
    arn = room.running()
    room.deliver()
    assert (counts(room.sweep()), room.entry(arn).protection) == ({}, None)

    room.protect(arn, minutes=60)
    assert counts(room.sweep()) == {"PROTECTED": 1}
    held = Protection(expires_at=START + HOUR, checked_at=START, since=START)
    assert room.entry(arn).protection == held
    room.wait(15)
    assert (counts(room.sweep()), room.entry(arn).protection) == ({}, held)

    room.protect(arn, minutes=120)
    assert counts(room.sweep()) == {"RENEWED": 1}
    found = room.entry(arn).protection
    assert found
    assert (found.since, found.expires_at) == (START, START + timedelta(minutes=135))

    room.wait(15)
    room.protect(arn, enabled=False)
    assert counts(room.sweep()) == {"CLEARED": 1}
    assert room.entry(arn).protection == Protection(
        expires_at=None, checked_at=room.clock.now, ended=ProtectionEnd.CLEARED
    )

    room.wait(15)
    room.protect(arn, minutes=10)
    room.sweep()
    began = room.clock.now
    room.wait(15)
    assert counts(room.sweep()) == {"EXPIRED": 1}
    assert room.entry(arn).protection == Protection(
        ended=ProtectionEnd.EXPIRED,
        expires_at=began + timedelta(minutes=10),
        checked_at=room.clock.now,
        since=began,
    )
    assert counts(room.sweep()) == {}


def test_no_answer_leaves_what_is_known(room: Room) -> None:
    """Not listed, MISSING, TASK_NOT_VALID or unreadable: nothing is concluded, nothing written."""
    arns = sorted(room.running() for _ in range(4))
    room.deliver()
    room.protect(*arns)
    room.sweep()
    before = [room.entry(arn) for arn in arns]
    room.wait(300)

    def change(operation: str, answer: Answer) -> Answer:
        if operation != "GetTaskProtection":
            return answer
        failures = [{"arn": arns[1], "reason": "MISSING"}, {"arn": arns[2], "reason": "TASK_NOT_VALID"}]
        return {"protectedTasks": [{"taskArn": arns[3]}], "failures": failures}

    room.api.change = change
    swept = room.sweep()
    assert (counts(swept), swept.clusters[SHOP].errors) == ({}, [])
    assert [room.entry(arn) for arn in arns] == before
    room.api.heal()
    assert counts(room.sweep()) == {"EXPIRED": 4}


def test_protection_and_a_repair_of_the_same_task(room: Room) -> None:
    """A task that no event told of is recorded and asked about in one sweep."""
    arn = room.running()
    room.protect(arn)
    room.drop()
    assert counts(room.sweep()) == {"PROTECTED": 1, "REPAIRED": 1, "UNRECORDED": 1}
    held = room.entry(arn).protection
    assert held
    assert held.enabled
