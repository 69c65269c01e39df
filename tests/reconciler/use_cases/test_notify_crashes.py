"""A call that fails or a function that dies, at any call: all is published, and next to nothing twice.

In memory at every write and at some reads; on DynamoDB and SNS, emulated, at some calls: TASKLEDGER_LIVES
says at how many for each kind of fault. From 10 on it is every call in memory.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from reconciler.adapters.dynamodb.incidents import read_incident
from reconciler.incidents.model import Incident
from taskledger.local.memory_incidents import MemoryIncidents, MemoryNotifier
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.local.memory_mutes import MemoryMutes
from taskledger.simulator.engine.clock import Clock
from tests.support.alert_life import FINDINGS, HEARD, LISTED, Heard, World, live
from tests.support.alerting import new_alerts
from tests.support.desk import Aws, Fault, aws, desk
from tests.support.faulty import FaultyTopic, faulty
from tests.support.service_sweeps import FakeEcs
from tests.support.values import START

LIVES = int(os.environ.get("TASKLEDGER_LIVES", "1"))
READS = 50 * LIVES
WRITES = {"save", "save_all", "publish", "join", "count_messages"}


@dataclass(frozen=True)
class End:
    """What was published in a life, and what is stored when it is over."""

    documents: Sequence[dict[str, Any]]
    incidents: Sequence[Incident]
    findings: int
    calls: Sequence[str]


def in_memory(fault: Fault) -> End:
    """A life of which each call of a port may fail."""
    clock, ledger, ecs = Clock(START), MemoryLedger(), FakeEcs()
    incidents, notifier = MemoryIncidents(ledger.mark_active), MemoryNotifier(lambda: clock.now)
    alerts = new_alerts(
        lambda: clock.now,
        incidents=faulty(incidents, fault),
        mutes=faulty(MemoryMutes(), fault),
        notifier=FaultyTopic(notifier, fault),
        ledger=faulty(ledger, fault),
    )
    alerts = replace(alerts, looks=replace(alerts.looks, ecs_services=faulty(ecs, fault)))
    live(World(alerts=alerts, clock=clock, fault=fault, ledger=ledger, ecs=ecs))
    return End(
        documents=[one.message.document for one in notifier.sent],
        incidents=incidents.everything(),
        findings=len(incidents.findings()),
        calls=fault.calls,
    )


class Marked(MemoryLedger):
    """Tasks in memory, of the clusters that are marked in the table."""

    active_clusters: Any


def on_aws(cloud: Aws, fault: Fault) -> End:
    """A life of which each call of DynamoDB and SNS may fail."""
    room, ecs, ledger = desk(cloud, fault), FakeEcs(), Marked()
    ledger.active_clusters = room.clusters
    alerts = replace(room.alerts, looks=replace(room.alerts.looks, ecs_services=ecs, ledger=ledger))
    live(World(alerts=alerts, clock=room.clock, fault=fault, ledger=ledger, ecs=ecs))
    calls, items, documents = list(fault.calls), room.table(), room.documents()
    room.clear()
    return End(
        documents=documents,
        incidents=[read_incident(one) for one in items if one["pk"]["S"].startswith("INCIDENT#")],
        findings=sum(one["sk"]["S"].startswith("F#") for one in items),
        calls=calls,
    )


def heard(end: End) -> Counter[Heard]:
    """Each message but digests, however often it arrived."""
    by_id = {one["notificationId"]: one for one in end.documents if one["type"] != "DIGEST"}
    return Counter((one["group"] or "several", one["type"], one["severity"]) for one in by_id.values())


def listed(end: End) -> set[str]:
    """Whom digests list."""
    return {each["group"] for one in end.documents if one["type"] == "DIGEST" for each in one["incidents"]}


def check(end: End, where: str) -> int:
    """How many messages arrived twice; all else is as if nothing had failed."""
    assert heard(end) == HEARD, where
    assert listed(end) == LISTED, where
    times = Counter(one["notificationId"] for one in end.documents)
    assert max(times.values()) <= 2, where
    assert end.findings == FINDINGS, where
    for one in end.incidents:
        assert not one.open, where
        assert (one.outbox.pending, one.outbox.news_since, one.outbox.standing, one.due_at) == (
            (),
            None,
            "medium" if one.key.owner == "family:report" else None,
            None,
        ), where
    return sum(number - 1 for number in times.values())


@pytest.fixture(scope="module")
def cloud() -> Iterator[Aws]:
    with aws() as found:
        yield found


@pytest.fixture(scope="module")
def quiet(cloud: Aws) -> End:
    """The life on AWS in which nothing fails."""
    return on_aws(cloud, Fault())


def test_a_quiet_life(quiet: End) -> None:
    """Where nothing fails no message arrives twice, in memory as on AWS."""
    assert check(in_memory(Fault()), "in memory") == check(quiet, "on AWS") == 0


# The calls between the one that publishes and the one that stores that it did; who dies after a read has done
# as much as after the write before.
REPEATED = {"refused": {"latest", "save_all"}, "unanswered": {"publish"}, "killed": {"publish"}}


@pytest.mark.parametrize("how", REPEATED)
def test_nothing_is_lost_at_any_call(how: str) -> None:
    """The n-th call is refused, done but unanswered, or the last of its function: nobody hears less of it.

    Only what was published and not stored as published is repeated, under the same notificationId.
    """
    calls = dict(enumerate(in_memory(Fault()).calls, 1))
    writes = [nth for nth, call in calls.items() if call in WRITES]
    reads = sorted(calls.keys() - writes) if how == "refused" else []
    repeated: set[str] = set()
    for nth in (*writes, *drawn(how, reads, READS)):
        fault = Fault(how, nth)
        again = check(in_memory(fault), f"{how} at call {nth}, {calls[nth]}")
        assert fault.struck
        repeated |= {calls[nth]} if again else set()
    assert repeated == REPEATED[how]


@pytest.mark.parametrize("how", REPEATED)
def test_nothing_is_lost_at_calls_of_aws(cloud: Aws, quiet: End, how: str) -> None:
    """The same where a write is a call or two of DynamoDB, and what is watched is read from the table."""
    for nth in drawn(how, range(1, len(quiet.calls) + 1), LIVES):
        fault = Fault(how, nth)
        check(on_aws(cloud, fault), f"{how} at call {nth}, {quiet.calls[nth - 1]}")
        assert fault.struck


def drawn(how: str, calls: Sequence[int], number: int) -> Sequence[int]:
    return random.Random(how).sample(calls, min(number, len(calls)))
