"""The watch in event time: what is left out because nothing is due would have changed nothing."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.findings.policy import DEFAULT, Policy
from reconciler.incidents.model import Incident
from taskledger.local import maintenance
from taskledger.local.maintenance import next_due, next_minute, watch_for_a_day, watch_until
from taskledger.local.memory_incidents import MemoryNotifier, SentMessage
from taskledger.local.system import LocalSystem, memory_system
from taskledger.replay.captures import Captured
from taskledger.replay.delivery import deliver
from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from tests.support.system import System, new_system
from tests.support.values import START, envelope, task_arn

Heard = tuple[Sequence[SentMessage], Sequence[Incident]]

SECONDS = st.sampled_from([0, 7, 20, 61, 290, 900, 2830, 3 * 3600, 9 * 3600])
ENDS = st.sampled_from(["", "EssentialContainerExited", "TaskFailedToStart", "SpotInterruption"])


@pytest.mark.parametrize(
    ("seconds", "then"), [(0, 60), (0.001, 60), (59.999, 60), (60, 120), (-0.5, 0), (3599, 3600)]
)
def test_the_next_minute(seconds: float, then: float) -> None:
    """The watch runs at full minutes, and at none twice."""
    assert next_minute(START + timedelta(seconds=seconds)) == START + timedelta(seconds=then)


def test_nothing_is_due_by_itself() -> None:
    """A task that runs, unprotected, needs no watch, and years of it take no time."""
    system = new_system()
    system.running()
    system.deliver()
    assert next_due(system) is None
    watch_until(system, datetime(2050, 1, 1, tzinfo=UTC))
    assert (system.clock.now.year, system.inbox.mail) == (2050, [])


def test_time_never_goes_back() -> None:
    """An earlier moment is over: the clock stays where it is."""
    system = new_system()
    watch_until(system, START - timedelta(hours=1))
    assert system.clock.now == START


def of_task(number: int, at: datetime, stop_code: str) -> dict[str, Any]:
    """An event of one of two services: its task runs, or has ended so."""
    time = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    detail: dict[str, Any] = {"taskArn": task_arn(number), "updatedAt": time, "createdAt": time}
    if stop_code:
        ended = {"name": "app", "lastStatus": "STOPPED", "exitCode": 1}
        detail |= {"lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stopCode": stop_code}
        detail |= {"stoppedAt": time, "stoppedReason": "It ended.", "containers": [ended]}
    return envelope(1, group=f"service:s{number % 2}", **detail)


@st.composite
def captures(draw: st.DrawFn) -> list[Captured]:
    """A few events of some hours, of which some are late, in one file or two."""
    time, found = START, []
    for number in range(draw(st.integers(1, 6))):
        time += timedelta(seconds=draw(SECONDS))
        late = timedelta(seconds=draw(SECONDS)) if draw(st.booleans()) else timedelta(0)
        event = of_task(number, time - late, draw(ENDS))
        index = 0 if draw(st.integers(0, 4)) == 0 else number
        found.append(Captured("a.jsonl", index, json.dumps(event)))
    return found


def replayed(captured: Sequence[Captured], policy: Policy) -> Heard:
    clock = Clock(START)
    ecs, notifier = SimulatedEcs(clock), MemoryNotifier(lambda: clock.now)
    system = memory_system(ecs, clock, policy, notifier)
    deliver(captured, system, ecs)
    watch_for_a_day(system)
    return notifier.sent, system.incidents.everything()


def every_minute(act: Callable[[], Heard]) -> Heard:
    """The same with a watch at each full minute, whether anything is due or not."""

    def now(system: LocalSystem) -> datetime:
        return system.clock.now

    with patch.object(maintenance, "next_due", now):
        return act()


@settings(max_examples=20)
@given(captures(), st.sampled_from([DEFAULT, Policy(digest=timedelta(days=1), remind=timedelta(hours=1))]))
def test_skipping_changes_no_message(captured: list[Captured], policy: Policy) -> None:
    """Of any capture the messages, their times and the incidents are those of a watch every minute."""
    assert replayed(captured, policy) == every_minute(lambda: replayed(captured, policy))


def protected(minutes: list[int], renewed: int) -> Heard:
    """Tasks that are protected for so long; the first of them may be again by then, and none of them ends."""
    system: System = new_system(Policy(protection_limit=timedelta(hours=2)))
    tasks = [system.running() for _ in minutes]
    for task, span in zip(tasks, minutes, strict=True):
        system.protect(task, minutes=span)
    system.deliver()
    system.sweep_with()
    system.assess(system.ledger.entries(tasks))
    if renewed:
        watch_until(system, START + timedelta(minutes=renewed))
        system.protect(tasks[0], minutes=480)
    watch_for_a_day(system)
    return [SentMessage(at, message) for at, message in system.inbox.mail], system.incidents.everything()


@settings(max_examples=12)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=3), st.integers(0, 150))
def test_skipping_misses_no_protection(minutes: list[int], renewed: int) -> None:
    """ECS is asked of a protection near its end, past it, or lasting too long, as it is every minute."""
    shown = protected(minutes, renewed)
    assert shown == every_minute(lambda: protected(minutes, renewed))
    assert shown[1]
