"""Who sends what: one message for each that was queued, to each destination, and nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Barrier, Lock

import pytest

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.errors import LedgerError, TerminalError, TransientError
from reconciler.findings.policy import Policy, Scope
from reconciler.incidents.model import Incident
from reconciler.incidents.reported import report_finding
from reconciler.notifications.message import Message
from reconciler.ports.incidents import Incidents
from reconciler.ports.services import ServiceLedger
from reconciler.use_cases.checks.recovery import SecondLook
from reconciler.use_cases.maintain_incidents import IncidentMaintenance, MaintenanceResult
from reconciler.use_cases.notify import Alerts
from taskledger.local.memory_incidents import MemoryIncidents
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.local.memory_services import MemoryServices
from taskledger.simulator.engine.clock import Clock
from tests.support.desk import Running
from tests.support.findings import found, low, many
from tests.support.ledgers import RETENTION, Serial, dynamodb_table
from tests.support.values import CLUSTER, START, state, task_arn

ROUNDS = {"memory": 1000, "dynamodb": 20}
BROKEN, SILENT = TerminalError("NotFound"), TransientError("timed out")


@dataclass
class Topics:
    """The topics of a deployment with a chat; `failing` is what goes wrong with one of them."""

    destinations: Sequence[str] = ("alerts", "chat")
    failing: dict[str, LedgerError] = field(default_factory=dict)
    sent: dict[str, list[Message]] = field(default_factory=lambda: {"alerts": [], "chat": []})
    asked: int = 0
    lock: Lock = field(default_factory=Lock)

    def publish(self, message: Message, to: Sequence[str]) -> Mapping[str, LedgerError]:
        with self.lock:
            self.asked += 1
            for name in set(to) - self.failing.keys():
                self.sent[name].append(message)
            return {name: error for name, error in self.failing.items() if name in to}

    def types(self, name: str) -> list[str]:
        return [message.document["type"] for message in self.sent[name]]

    def ids(self, name: str) -> list[str]:
        return [message.notification_id for message in self.sent[name]]


@dataclass
class Room:
    """Where findings are reported, on a clock that is set by hand."""

    incidents: Incidents = field(default_factory=MemoryIncidents)
    services: ServiceLedger = field(default_factory=MemoryServices)
    topics: Topics = field(default_factory=Topics)
    policy: Policy = field(default_factory=Policy)
    clock: Clock = field(default_factory=lambda: Clock(START))
    tasks: Running = field(default_factory=lambda: Running([state(3, task_arn=task_arn(900))]))

    @property
    def alerts(self) -> Alerts:
        return Alerts(
            incidents=self.incidents,
            services=self.services,
            notifier=self.topics,
            policy=self.policy,
            clock=lambda: self.clock.now,
        )

    def watch(self, minutes: float = 1) -> MaintenanceResult:
        """The watch's round, so many minutes later."""
        self.clock.advance(minutes * 60)
        look = SecondLook(tasks=self.tasks, ledger=MemoryLedger(), services=self.services, policy=self.policy)
        return IncidentMaintenance(alerts=self.alerts, second_look=look).run([CLUSTER])

    def current(self) -> Incident:
        incident = self.incidents.current(found().key)
        assert incident is not None
        return incident


@pytest.fixture
def table() -> Iterator[Incidents]:
    with dynamodb_table() as (client, name):
        yield DynamoIncidents(Serial(client), name, RETENTION)  # type: ignore[arg-type]  # a client but for its type


@pytest.mark.parametrize("kind", ["memory", "dynamodb"])
def test_who_queued_a_message_sends_it(kind: str, request: pytest.FixtureRequest) -> None:
    """Three that report findings of one incident at once publish one message, however often it is tried."""
    store = request.getfixturevalue("table") if kind == "dynamodb" else MemoryIncidents()
    with ThreadPoolExecutor(3) as pool:
        for number in range(ROUNDS[kind]):
            room, start = Room(incidents=store), Barrier(3)
            alerts = room.alerts

            def report(
                task: int, number: int = number, alerts: Alerts = alerts, start: Barrier = start
            ) -> list[LedgerError | None]:
                start.wait()
                return [
                    one.error
                    for one in alerts.notify([found(3 * number + task, group=f"service:s{number}")]).values()
                ]

            assert list(pool.map(report, range(3))) == [[None]] * 3
            assert room.topics.types("alerts") == ["OPENED"]


def test_what_another_has_queued_is_his_to_send() -> None:
    """A save that queues nothing sends nothing, though a message of somebody else is pending."""
    room = Room(topics=Topics(failing={"alerts": SILENT, "chat": SILENT}))
    room.alerts.notify([found(1)])
    room.topics.failing.clear()
    room.alerts.notify([found(2)])
    assert room.topics.sent["alerts"] == []
    room.watch()
    assert (room.topics.types("alerts"), room.current().count) == (["OPENED"], 2)


def test_a_broken_topic_repeats_nothing_on_the_others() -> None:
    """What the chat lacks is tried again for the chat alone; people by mail get each message once."""
    room = Room(topics=Topics(failing={"chat": BROKEN}))
    (result,) = room.alerts.notify([found(1)]).values()
    assert result.unsent is BROKEN
    for _ in range(60):
        room.watch()
    assert room.topics.types("alerts") == ["OPENED", "RESOLVED"]
    assert Counter(room.topics.ids("alerts")).most_common(1)[0][1] == 1
    room.topics.failing.clear()
    room.watch(2)
    assert room.topics.types("chat") == room.topics.types("alerts")
    assert room.topics.ids("chat") == room.topics.ids("alerts")


def test_a_broken_topic_keeps_no_news_back() -> None:
    """While the chat lacks the first message, a tenfold count and the end are published to the others."""
    room = Room(topics=Topics(failing={"chat": BROKEN}))
    room.alerts.notify([found(1)])
    room.alerts.notify(many(range(2, 12)))
    room.watch(20)
    assert room.topics.types("alerts") == ["OPENED", "ONGOING", "RESOLVED"]
    room.topics.failing.clear()
    room.watch()
    assert room.topics.types("chat") == ["OPENED", "ONGOING", "RESOLVED"]


def test_an_older_reminder_is_not_sent_late() -> None:
    """Of several ONGOING that the chat lacks it gets the last one only."""
    room = Room(topics=Topics(failing={"chat": BROKEN}))
    for count in (1, 10, 100):
        room.alerts.notify(many(range(count // 10, count)) if count > 1 else [found(999)])
    assert room.topics.types("alerts") == ["OPENED", "ONGOING", "ONGOING"]
    room.topics.failing.clear()
    room.watch()
    assert room.topics.types("chat") == ["OPENED", "ONGOING"]


def test_an_sns_that_is_silent_is_asked_once_a_round() -> None:
    """The others wait for the next round, unmarked; none of them is taken for sent."""
    room = Room(topics=Topics(failing={"alerts": SILENT, "chat": SILENT}))
    room.alerts.notify(found(number, group=f"service:s{number}") for number in range(5))
    before = room.topics.asked
    result = room.watch()
    assert (room.topics.asked - before, len(result.errors), result.notifier_down) == (1, 2, True)
    room.topics.failing.clear()
    room.watch()
    assert Counter(room.topics.types("alerts")) == {"OPENED": 5}


def test_a_digest_keeps_its_id() -> None:
    """One that reached nobody, or one topic only, is sent again under the id that it was queued with."""
    room = Room(topics=Topics(failing={"alerts": SILENT, "chat": SILENT}))
    room.alerts.notify(report_finding(low(number, group=f"service:s{number}"), START) for number in range(3))
    room.watch(60)
    room.topics.failing = {"chat": BROKEN}
    room.watch()
    room.watch()
    room.topics.failing.clear()
    room.watch()
    (digest,) = room.topics.sent["alerts"]
    (same,) = room.topics.sent["chat"]
    assert (len(digest.document["incidents"]), digest.notification_id) == (3, same.notification_id)
    assert len(same.document["incidents"]) == 3


def test_a_digest_keeps_nothing_more_severe_back() -> None:
    """While a digest lacks a topic, a finding of higher severity opens its incident at once."""
    room = Room(topics=Topics(failing={"chat": BROKEN}))
    about = {"kind": low().kind, "cause": low().cause}
    room.alerts.notify([report_finding(low(1), START)])
    room.watch(60)
    room.alerts.notify([found(2, room.clock.now, **about)])
    assert room.topics.types("alerts") == ["DIGEST", "OPENED"]


def test_a_mute_that_ends_publishes_what_still_stands() -> None:
    """What came while it was muted is opened when the mute ends, unless it is over by then."""
    muted = Policy(muted=((Scope(service="checkout"), START + timedelta(minutes=10)),))
    room = Room(policy=muted)
    room.alerts.notify([found(1)])
    assert (room.topics.asked, room.current().due_at) == (0, START + timedelta(minutes=10))
    room.watch(10)
    assert room.topics.types("alerts") == ["OPENED"]


def test_a_mute_that_outlasts_its_incident_publishes_nothing() -> None:
    """What was over before the mute ended is resolved without a message, as it was opened without one."""
    room = Room(policy=Policy(muted=((Scope(service="checkout"), START + timedelta(hours=9)),)))
    room.alerts.notify([found(1)])
    room.watch(15)
    assert (room.topics.asked, room.incidents.current(found().key)) == (0, None)


def test_a_page_is_closed_when_the_mute_ends() -> None:
    """What was published before its service was muted is resolved after the mute, with a message."""
    room = Room()
    room.alerts.notify([found(1)])
    room.policy = Policy(muted=((Scope(service="checkout"), START + timedelta(hours=1)),))
    room.watch(30)
    assert room.topics.types("alerts") == ["OPENED"]
    room.watch(31)
    assert room.topics.types("alerts") == ["OPENED", "RESOLVED"]


def test_nothing_is_resolved_while_the_failed_version_arrives() -> None:
    """A service that runs its old version while the failed one is still being started has not recovered."""
    failed = state(
        3,
        task_arn=task_arn(901),
        last_status="PENDING",
        task_definition_arn=found().finding.task_definition_arn,
    )
    room = Room(tasks=Running([state(3, task_arn=task_arn(900)), failed]))
    room.alerts.notify([found(1)])
    assert (room.watch(15).resolved, room.topics.types("alerts")) == ([], ["OPENED"])
    room.tasks = Running([state(3, task_arn=task_arn(900))])
    assert len(room.watch(5).resolved) == 1
