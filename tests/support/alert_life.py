"""Three days in which much goes wrong that people have to hear of, in each of the ways in which it is said.

minute  what happens                                            what is heard
0       payments runs nothing, as its tasks run out of memory   [HIGH] OPENED, RESOLVED
0       a cannot pull its image, and ECS says nothing of it     [HIGH] OPENED after the hold, RESOLVED
0       web loses a task to Spot                                in the digest
0       a task of a report fails, another one goes on           OPENED when both are over
5       b and c cannot pull their image either                  [HIGH] OPENED of all owners, RESOLVED
7       d joins them, and is down soon after                    [HIGH] OPENED that names d
1200    payments again                                          [HIGH] OPENED of the same, RESOLVED
3200    payments, after a day of quiet                          [HIGH] OPENED of another one, RESOLVED
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.handlers.assess import read_records, response
from reconciler.model.service import ServiceReading
from reconciler.ports.ledger import EntryChange
from reconciler.use_cases.assess import assess
from reconciler.use_cases.notify import Alerts
from reconciler.use_cases.watch import watch
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.simulator.engine.clock import Clock

from .desk import Fault, Killed, Running
from .findings import failed_to_start, killed
from .service_sweeps import FakeEcs
from .services import DEFINITION, SERVICE, described, reading
from .stream import batch
from .tasks_of import CRASHED, SUCCEEDED, run, stop
from .values import START, state, task_arn

Heard = tuple[str, str, str]  # of whom, the type, the severity

HEARD: Counter[Heard] = Counter(
    {
        ("service:payments", "OPENED", "high"): 3,
        ("service:payments", "RESOLVED", "high"): 3,
        ("service:a", "OPENED", "high"): 1,
        ("service:a", "RESOLVED", "high"): 1,
        ("family:report", "OPENED", "medium"): 1,
        ("several", "OPENED", "high"): 2,
        ("several", "RESOLVED", "high"): 1,
    }
)
LISTED = {"service:b", "service:c", "service:d", "service:web"}
FINDINGS = 9
DELIVERIES = 3  # of a batch, until it is done
REPORT = {"group": "family:report", "task_definition_arn": f"{DEFINITION.replace('checkout', 'report')}:7"}


@dataclass
class World:
    """Services in ECS, what the ledger has of tasks, and the functions that are called as time passes."""

    alerts: Alerts
    clock: Clock
    fault: Fault
    ledger: MemoryLedger
    ecs: FakeEcs
    tasks: Running = field(default_factory=Running)

    def runs(self, number: int, *names: str) -> None:
        """So many of two tasks of these services run from now on."""
        for name in names:
            one = _reading(name, number)
            self.ecs.readings[one.state.service_arn] = one
        others = [each for each in self.tasks.states if each.service not in names]
        self.tasks.states = [*others, *(one for name in names for one in _running(name, number))]

    def deliver(self, *changes: EntryChange) -> None:
        """As Lambda does: from the first record that failed, or all of them when the function died."""
        self.clock.move_to(changes[0].at)
        todo = batch(changes)["Records"]
        for _ in range(DELIVERIES):
            try:
                read = read_records({"Records": todo})
                answer = response(read, assess(list(read.changes.values()), self.alerts))
            except Killed:
                continue
            failed = [item["itemIdentifier"] for item in answer["batchItemFailures"]]
            if not failed:
                return
            numbers = [record["dynamodb"]["SequenceNumber"] for record in todo]
            todo = todo[numbers.index(failed[0]) :]
        pytest.fail("the batch was never done")

    def watch(self, *minutes: int) -> None:
        """The watch runs in these minutes, and in the one after a run that met the fault."""
        for minute in minutes:
            struck = self.fault.struck
            self._watch(minute)
            if self.fault.struck and not struck:
                self._watch(minute + 1)

    def _watch(self, minute: int) -> None:
        self.clock.move_to(_at(minute))
        try:
            watch(tasks=self.tasks, ledger=self.ledger, alerts=self.alerts)
        except Killed:
            return


def live(world: World) -> None:
    """The three days; the watch runs in the minutes that matter."""
    world.runs(2, "payments", "c", "d", "web")
    run(world.ledger, range(9001, 9003), _at(-5), **REPORT)
    stop(world.ledger, 9001, START, **CRASHED, **REPORT)
    world.runs(0, "payments")
    world.deliver(_out_of_memory(0), _unpulled("a", 1), _spot(2), _failed_report(3))
    world.watch(1, 3)
    world.deliver(_unpulled("b", 300), _unpulled("c", 301))
    world.runs(2, "payments")
    world.watch(6)
    stop(world.ledger, 9002, _at(6), **SUCCEEDED, **REPORT)
    world.deliver(_unpulled("d", 420))
    world.runs(0, "d")
    world.watch(8, 10, 16)
    world.runs(2, "d")
    world.watch(20, 22, 40, 42, 46, 48, 900, 902)
    _again(world, 1200)
    _again(world, 3200)


def _again(world: World, minute: int) -> None:
    world.runs(0, "payments")
    world.deliver(_out_of_memory(minute * 60))
    world.watch(minute + 1, minute + 3)
    world.runs(2, "payments")
    world.watch(minute + 5, minute + 20, minute + 22, 24 * 60 * (minute // 1440 + 1) + 900)


def _at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def _out_of_memory(second: int) -> EntryChange:
    return killed(second, group="service:payments")


def _unpulled(name: str, second: int) -> EntryChange:
    return failed_to_start(second, group=f"service:{name}")


def _spot(second: int) -> EntryChange:
    reason = "Your Spot Task was interrupted."
    facts: dict[str, Any] = {"stop_code": "SpotInterruption", "stopped_reason": reason, "started_at": START}
    return failed_to_start(second, group="service:web", **facts)


def _failed_report(second: int) -> EntryChange:
    return failed_to_start(second, **CRASHED, **REPORT, started_at=START)


def _reading(name: str, number: int) -> ServiceReading:
    one = reading(described(1, -600), desired=2, running=number)
    arn = SERVICE.replace("checkout", name)
    return replace(one, state=replace(one.state, service_arn=arn, service=name))


def _running(name: str, number: int) -> Sequence[Any]:
    started = START - timedelta(hours=1)
    return [
        state(3, task_arn=f"{task_arn(each)}-{name}", group=f"service:{name}", started_at=started)
        for each in range(number)
    ]
