"""Whenever, in whatever order and however often findings arrive: people hear of the same in the end."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.findings.model import Cause, Kind, Severity
from reconciler.incidents.reported import ReportedFinding
from reconciler.use_cases.watch import watch
from taskledger.local.memory_incidents import MemoryIncidents, MemoryNotifier
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.simulator.engine.clock import Clock
from tests.support.alert_life import World
from tests.support.alerting import new_alerts
from tests.support.desk import Fault
from tests.support.findings import found
from tests.support.service_sweeps import FakeEcs
from tests.support.values import START

EXAMPLES = int(os.environ.get("TASKLEDGER_EXAMPLES", "20"))
MINUTE = timedelta(minutes=1)
BATCH = 20  # seconds for which changes are collected
LATEST = 20 * 60
RECOVERED, END = START + timedelta(hours=3), START + timedelta(hours=28)
MEDIUM, HIGH = Severity.MEDIUM, Severity.HIGH
OWN: Sequence[dict[str, Any]] = [
    {"kind": Kind.ESSENTIAL_CONTAINER_FAILED, "cause": Cause("EXIT_CODE"), "severity": MEDIUM},
    {"kind": Kind.ESSENTIAL_CONTAINER_FAILED, "cause": Cause("OUT_OF_MEMORY"), "severity": HIGH},
    {"kind": Kind.UNKNOWN_STOP, "cause": Cause("NO_CODE"), "severity": MEDIUM},
]
SHARED: dict[str, Any] = {"kind": Kind.TASK_FAILED_TO_START, "cause": Cause("IMAGE_PULL")}


@dataclass(frozen=True)
class Failure:
    """A task that failed in this second, and how late its finding arrives: once, or again."""

    group: str
    second: int
    delays: tuple[int, ...]
    fault: dict[str, Any]

    def found(self, number: int) -> ReportedFinding:
        when = START + timedelta(seconds=self.second)
        return found(number, when, group=self.group, occurred_at=when, **self.fault)


Arrival = tuple[int, ReportedFinding]


def _rank(severity: Severity) -> int:
    return severity.rank


def promptly(failures: Sequence[Failure]) -> Sequence[Arrival]:
    return [(one.second, one.found(number)) for number, one in enumerate(failures)]


def late(failures: Sequence[Failure]) -> Sequence[Arrival]:
    """In batches, each with what arrived since the one before."""
    return [
        (-(-(one.second + delay) // BATCH) * BATCH, one.found(number))
        for number, one in enumerate(failures)
        for delay in one.delays
    ]


class Room:
    """Alerts in memory, where some services are down until they recover; the watch runs each minute."""

    def __init__(self, down: Iterable[str], well: Iterable[str]) -> None:
        clock, ledger = Clock(START), MemoryLedger()
        self.incidents = MemoryIncidents(ledger.mark_active)
        self.notifier = MemoryNotifier(lambda: clock.now)
        alerts = new_alerts(
            lambda: clock.now, incidents=self.incidents, notifier=self.notifier, ledger=ledger
        )
        ecs = FakeEcs()
        alerts = replace(alerts, looks=replace(alerts.looks, ecs_services=ecs))
        self.world = World(alerts=alerts, clock=clock, fault=Fault(), ledger=ledger, ecs=ecs)
        self.down = tuple(down)
        self.world.runs(2, *well)
        self.world.runs(0, *self.down)

    def live(self, arrivals: Sequence[Arrival]) -> None:
        """A day and some, in which these findings arrive."""
        ordered = sorted(arrivals, key=lambda one: one[0])
        for second, batch in groupby(ordered, key=lambda one: one[0]):
            self._watch_until(START + timedelta(seconds=second))
            self.world.alerts.notify(one for _, one in batch)
        self._watch_until(RECOVERED)
        self.world.runs(2, *self.down)
        self._watch_until(END)

    def _watch_until(self, until: datetime) -> None:
        """In each full minute before it in which something is due."""
        clock = self.world.clock
        while due := self.incidents.next_due():
            due = max(due, clock.now + timedelta(microseconds=1))
            minute = START - (START - due) // MINUTE * MINUTE
            if minute >= until:
                break
            clock.move_to(minute)
            watch(tasks=self.world.tasks, ledger=self.world.ledger, alerts=self.world.alerts)
        clock.move_to(until)

    def highest(self) -> dict[str, Severity]:
        """By owner, the highest severity of all that was published of it, alone or with others."""
        heard: dict[str, Severity] = {}
        for one in self._documents():
            for owner in one["owners"]:
                before = heard.get(owner["group"], Severity.LOW)
                heard[owner["group"]] = max(before, one["severity"], key=_rank)
        return heard

    def matters(self) -> set[tuple[object, ...]]:
        """What was published: of each incident the highest severity, and whether RESOLVED closed it.

        Of an owner of which something is high that counts: what is high and was heard first speaks for all
        else of its service, and which of two it is, the order says.
        """
        published = [one for one in self.incidents.everything() if one.outbox.published]
        high = {one.key.owner for one in published if HIGH in one.outbox.published}
        speaking = [one for one in published if one.key.owner not in high or HIGH in one.outbox.published]
        return {
            (
                one.key.owner if one.key.owner in high else one.key,
                max(one.outbox.published, key=_rank),
                one.outbox.standing is None,
            )
            for one in speaking
        }

    def _documents(self) -> Iterator[Mapping[str, Any]]:
        documents = (one.message.document for one in self.notifier.sent)
        return (one for one in documents if one["type"] in ("OPENED", "ONGOING"))


def failures(
    groups: Sequence[str], faults: Sequence[dict[str, Any]], hours: float = 2
) -> st.SearchStrategy[list[Failure]]:
    delays = st.lists(st.integers(0, LATEST), min_size=1, max_size=2).map(tuple)
    seconds = st.integers(0, int(hours * 3600))
    one = st.builds(Failure, st.sampled_from(groups), seconds, delays, st.sampled_from(faults))
    return st.lists(one, min_size=1, max_size=12)


@settings(max_examples=EXAMPLES)
@given(failures(["service:down", "service:well", "service:unknown", "family:report"], OWN))
def test_matters_of_single_owners(failed: list[Failure]) -> None:
    """Of causes that owners do not share the same is published at last, at the same severity, and closed.

    One that is down stays so for longer than the longest delay; what a service does in the meantime is no
    matter of delivery.
    """
    prompt, delayed = (Room(["down"], ["well"]) for _ in range(2))
    prompt.live(promptly(failed))
    delayed.live(late(failed))
    assert delayed.matters() == prompt.matters()


@settings(max_examples=EXAMPLES)
@given(failures([f"service:{name}" for name in "abcde"], [SHARED], hours=0.3))
def test_nobody_is_forgotten_among_several(failed: list[Failure]) -> None:
    """Of an owner that is down people hear at high, alone or among others; and nothing high stays open.

    Whether owners are one matter depends on when they are known to be struck: a delay may part them, or bring
    them together. So who is well may be named as one of several, or be in the digest alone.
    """
    room = Room(["a", "b"], ["c", "d", "e"])
    room.live(late(failed))
    struck = {one.group for one in failed} & {"service:a", "service:b"}
    assert {owner for owner, severity in room.highest().items() if severity is HIGH} >= struck
    everything = room.incidents.everything()
    assert not [one for one in everything if one.open or one.outbox.standing is HIGH]
