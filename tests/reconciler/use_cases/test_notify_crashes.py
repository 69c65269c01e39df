"""A call that fails or a function that dies, at any call: all is published, and next to nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from reconciler.handlers.assess import read_records, response
from reconciler.model.task import Container
from reconciler.ports.ledger import EntryChange
from reconciler.use_cases.assess import assess
from reconciler.use_cases.checks.recovery import SecondLook
from reconciler.use_cases.maintain_incidents import IncidentMaintenance
from taskledger.local.memory_ledger import MemoryLedger
from tests.support.desk import Aws, Desk, Fault, Killed, Running, aws, desk
from tests.support.findings import failed_to_start
from tests.support.stream import batch
from tests.support.values import CLUSTER, START, state, task_arn

DELIVERIES = 3
ALIVE = state(3, task_arn=task_arn(900))


@pytest.fixture(scope="module")
def cloud() -> Iterator[Aws]:
    with aws() as found:
        yield found


def interrupted(number: int) -> EntryChange:
    return failed_to_start(
        number,
        stop_code="SpotInterruption",
        stopped_reason="Your Spot Task was interrupted.",
        started_at=START,
    )


def killed_for_memory(number: int) -> EntryChange:
    containers = (Container(name="app", exit_code=137, reason="OutOfMemoryError: container killed"),)
    return failed_to_start(
        number,
        group="family:report",
        stop_code="EssentialContainerExited",
        stopped_reason="Essential container in task exited",
        started_at=START,
        containers=containers,
    )


# Two faults of one service and one of a standalone task, low and high, over two batches.
FIRST = [failed_to_start(1), interrupted(2), failed_to_start(3), killed_for_memory(4)]
SECOND = [interrupted(5), failed_to_start(6), *(failed_to_start(number) for number in range(10, 18))]
NOTIFICATIONS = 6
EXPECTED = {
    ("TASK_FAILED_TO_START", "OPENED"),
    ("TASK_FAILED_TO_START", "ONGOING"),
    ("TASK_FAILED_TO_START", "RESOLVED"),
    ("ESSENTIAL_CONTAINER_FAILED", "OPENED"),
    ("ESSENTIAL_CONTAINER_FAILED", "RESOLVED"),
}


def deliver(room: Desk, changes: list[EntryChange], start: int) -> None:
    """As Lambda does: from the first record that failed, or all of them when the function died."""
    todo = batch(changes, start)["Records"]
    for _ in range(DELIVERIES):
        try:
            read = read_records({"Records": todo})
            answer = response(read, assess(list(read.changes.values()), room.alerts))
        except Killed:
            continue
        failed = [item["itemIdentifier"] for item in answer["batchItemFailures"]]
        if not failed:
            return
        numbers = [record["dynamodb"]["SequenceNumber"] for record in todo]
        todo = todo[numbers.index(failed[0]) :]
    pytest.fail("the batch was never done")


def watch(room: Desk, minute: int) -> None:
    room.clock.move_to(START + timedelta(minutes=minute))
    try:
        alerts, ledger = room.alerts, MemoryLedger()
        look = SecondLook(
            tasks=Running([ALIVE]), ledger=ledger, services=alerts.services, policy=alerts.policy
        )
        IncidentMaintenance(alerts=room.alerts, second_look=look).run([CLUSTER])
    except Killed:
        return


def live(room: Desk) -> None:
    """Two batches with a watch between, then quiet until all is resolved; the watch runs where it matters."""
    deliver(room, FIRST, 0)
    watch(room, 1)
    deliver(room, SECOND, 100)
    for minute in (4, 60, 62, 80, 82, 120):
        watch(room, minute)


def test_a_quiet_life(cloud: Aws) -> None:
    """Without faults each notification is published once, and all is resolved in the end."""
    room = desk(cloud)
    live(room)
    published = Counter((each.get("kind"), each["type"]) for each in room.documents())
    assert published == Counter({*EXPECTED, (None, "DIGEST")})
    assert not [item for item in room.table() if item["sk"]["S"] == "CURRENT"]


def calls_of_a_quiet_life(cloud: Aws) -> int:
    room = desk(cloud)
    live(room)
    return len(room.fault.calls)


@pytest.mark.parametrize("how", ["refused", "killed"])
def test_nothing_is_lost_at_any_call(cloud: Aws, how: str) -> None:
    """The n-th call is refused, or the last of its function, for each n: every finding is published.

    Only a message whose mark was not set is repeated, and then under the same notificationId.
    """
    repeated = 0
    for nth in range(1, calls_of_a_quiet_life(cloud) + 1):
        room = desk(cloud, Fault(how, nth))
        live(room)
        assert room.fault.struck, nth
        struck = room.fault.calls[nth - 1]
        repeated += check(room.documents(), room, f"{how} at call {nth}, {struck}")
    assert repeated == NOTIFICATIONS * 2  # the two calls that mark a message as sent


def check(documents: list[dict[str, Any]], room: Desk, where: str) -> int:
    published = {each["notificationId"]: (each.get("kind"), each["type"]) for each in documents}
    digests = [each for each in documents if each["type"] == "DIGEST"]
    about = [one for one in published.values() if one[1] != "DIGEST"]
    assert Counter(about) == Counter(EXPECTED), where
    assert len({each["notificationId"] for each in digests}) == 1, where
    listed = {one["kind"]: one["count"] for each in digests for one in each["incidents"]}
    assert listed == {"CAPACITY_INTERRUPTED": 2}, where
    times = Counter(each["notificationId"] for each in documents)
    assert max(times.values()) <= 2, where
    items = room.table()
    findings = [item for item in items if item["sk"]["S"].startswith("F#")]
    assert len(findings) == len(FIRST) + len(SECOND), where
    over = {item["kind"]["S"]: int(item["count"]["N"]) for item in items if "resolvedAt" in item}
    assert over == {
        "TASK_FAILED_TO_START": 11,
        "CAPACITY_INTERRUPTED": 2,
        "ESSENTIAL_CONTAINER_FAILED": 1,
    }, where
    assert not [item for item in items if item["sk"]["S"] == "CURRENT" or "dueAt" in item], where
    return sum(number - 1 for number in times.values())
