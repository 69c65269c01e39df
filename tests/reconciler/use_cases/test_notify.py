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
from reconciler.findings.model import Kind, Severity
from reconciler.findings.policy import Policy, Scope
from reconciler.incidents.model import Incident, Status
from reconciler.incidents.reported import ReportedFinding
from reconciler.model.service import ServiceReading
from reconciler.notifications.message import Message
from reconciler.ports.incidents import Incidents
from reconciler.ports.services import ServiceLedger
from reconciler.use_cases.maintain_incidents import MaintenanceResult
from reconciler.use_cases.notify import Alerts
from taskledger.local.memory_incidents import MemoryIncidents
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.local.memory_services import MemoryServices
from taskledger.simulator.engine.clock import Clock
from tests.support.alerting import maintain, new_alerts
from tests.support.desk import Running
from tests.support.findings import crash
from tests.support.ledgers import RETENTION, Serial, dynamodb_table
from tests.support.services import described, reading
from tests.support.values import CLUSTER, START, at, state, task_arn

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
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    tasks: Running = field(default_factory=Running)
    readings: Sequence[ServiceReading] = ()

    @property
    def alerts(self) -> Alerts:
        return new_alerts(
            lambda: self.clock.now,
            *self.readings,
            incidents=self.incidents,
            services=self.services,
            notifier=self.topics,
            ledger=self.ledger,
            policy=self.policy,
        )

    def watch(self, minutes: float = 1) -> MaintenanceResult:
        """The watch's round, so many minutes later."""
        self.clock.advance(minutes * 60)
        return maintain(self.alerts, self.tasks)

    def runs(self, number: int) -> None:
        """ECS says from now on that so many tasks of two of the service run, and have for a while."""
        self.readings = [reading(described(1, -600), desired=2, running=number)]
        self.tasks = Running([state(3, task_arn=task_arn(900 + each)) for each in range(number)])

    def current(self) -> Incident:
        key = crash().key
        return self.incidents.current([key])[key]


@pytest.fixture
def table() -> Iterator[Incidents]:
    with dynamodb_table() as (client, name):
        yield DynamoIncidents(Serial(client), name, RETENTION)  # type: ignore[arg-type]  # a client but for its type


def medium(numbers: range) -> list[ReportedFinding]:
    return [crash(number, at(number), severity=Severity.MEDIUM) for number in numbers]


@pytest.mark.parametrize("kind", ["memory", "dynamodb"])
def test_who_queued_a_message_sends_it(kind: str, request: pytest.FixtureRequest) -> None:
    """Three that report findings of one incident at once publish one message, however often it is tried."""
    store = request.getfixturevalue("table") if kind == "dynamodb" else MemoryIncidents()
    with ThreadPoolExecutor(3) as pool:
        for number in range(ROUNDS[kind]):
            room, start = Room(incidents=store), Barrier(3)
            alerts, cluster = room.alerts, f"{CLUSTER}-{number}"

            def report(
                task: int, cluster: str = cluster, alerts: Alerts = alerts, start: Barrier = start
            ) -> list[LedgerError | None]:
                start.wait()
                return [one.error for one in alerts.notify([crash(task, cluster_arn=cluster)]).values()]

            assert list(pool.map(report, range(3 * number, 3 * number + 3))) == [[None]] * 3
            assert room.topics.types("alerts") == ["OPENED"]


def test_what_another_has_queued_is_his_to_send() -> None:
    """A save that queues nothing sends nothing, though a message of somebody else is pending."""
    room = Room(topics=Topics(failing={"alerts": SILENT, "chat": SILENT}))
    room.alerts.notify([crash(1)])
    room.topics.failing.clear()
    room.alerts.notify([crash(2)])
    assert room.topics.sent["alerts"] == []
    room.watch()
    assert (room.topics.types("alerts"), room.current().count) == (["OPENED"], 2)


def test_a_broken_topic_repeats_nothing_on_the_others() -> None:
    """What the chat lacks is tried again for the chat alone; people by mail get each message once."""
    room = Room(topics=Topics(failing={"chat": BROKEN}))
    (result,) = room.alerts.notify([crash(1)]).values()
    assert result.unsent is BROKEN
    room.runs(2)
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
    room.alerts.notify(medium(range(1)))
    room.alerts.notify(medium(range(1, 11)))
    room.runs(2)
    room.watch(20)
    assert room.topics.types("alerts") == ["OPENED", "ONGOING", "RESOLVED"]
    room.topics.failing.clear()
    room.watch()
    assert room.topics.types("chat") == ["OPENED", "ONGOING", "RESOLVED"]


def test_an_older_reminder_is_not_sent_late() -> None:
    """Of several ONGOING that the chat lacks it gets the last one only."""
    room = Room(topics=Topics(failing={"chat": BROKEN}))
    for first, last in ((0, 1), (1, 10), (10, 100)):
        room.alerts.notify(medium(range(first, last)))
    assert room.topics.types("alerts") == ["OPENED", "ONGOING", "ONGOING"]
    room.topics.failing.clear()
    room.watch()
    assert room.topics.types("chat") == ["OPENED", "ONGOING"]


def test_an_sns_that_is_silent_is_asked_once_a_round() -> None:
    """The others wait for the next round, unmarked; none of them is taken for sent."""
    room = Room(topics=Topics(failing={"alerts": SILENT, "chat": SILENT}))
    room.alerts.notify(crash(number, group=f"service:s{number}") for number in range(5))
    before = room.topics.asked
    result = room.watch()
    assert (room.topics.asked - before, len(result.errors), result.notifier_down) == (1, 2, True)
    room.topics.failing.clear()
    room.watch()
    assert Counter(room.topics.types("alerts")) == {"OPENED": 5}


def test_a_digest_keeps_its_id() -> None:
    """One that reached nobody, or one topic only, is sent again under the id that it was queued with."""
    room = Room(topics=Topics(failing={"alerts": SILENT, "chat": SILENT}))
    room.alerts.notify(
        crash(number, group=f"service:s{number}", severity=Severity.LOW) for number in range(3)
    )
    room.watch(24 * 60)
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
    room.alerts.notify([crash(1, severity=Severity.LOW)])
    room.watch(24 * 60)
    room.alerts.notify([crash(2, room.clock.now)])
    assert room.topics.types("alerts") == ["DIGEST", "OPENED"]


def muted(**span: float) -> Policy:
    return Policy(muted=((Scope(service="checkout"), START + timedelta(**span)),))


def test_a_mute_that_ends_publishes_what_still_stands() -> None:
    """What came while it was muted is opened when the mute ends, unless it is over by then."""
    room = Room(policy=muted(minutes=10))
    room.alerts.notify([crash(1)])
    room.watch(9)
    assert room.topics.asked == 0
    room.watch(1)
    assert room.topics.types("alerts") == ["OPENED"]


@pytest.mark.parametrize("kind", ["ESSENTIAL_CONTAINER_FAILED", "PROTECTION_EXPIRED"])
def test_a_mute_that_outlasts_its_incident_publishes_nothing(kind: str) -> None:
    """What was over before the mute ended is resolved without a message, as it was opened without one."""
    room = Room(policy=muted(hours=9))
    one = crash(1, kind=Kind(kind))
    room.alerts.notify([one])
    room.runs(2)
    room.watch(60)
    assert room.topics.asked == 0
    assert room.incidents.current([one.key])[one.key].status is Status.RESOLVED


def test_a_page_is_closed_when_the_mute_ends() -> None:
    """What was published before its service was muted is resolved after the mute, with a message."""
    room = Room()
    room.alerts.notify([crash(1)])
    room.policy = muted(hours=1)
    room.runs(2)
    room.watch(30)
    assert room.topics.types("alerts") == ["OPENED"]
    room.watch(31)
    assert room.topics.types("alerts") == ["OPENED", "RESOLVED"]


def test_nothing_is_resolved_while_its_service_is_down() -> None:
    """However long no task fails, where none runs; once they have run for a while it is over."""
    room = Room()
    room.alerts.notify([crash(1)])
    room.runs(0)
    for _ in range(60):
        room.watch()
    assert room.topics.types("alerts") == ["OPENED"]
    room.runs(2)
    assert room.watch().resolved == [room.current().incident_id]
    assert room.topics.types("alerts") == ["OPENED", "RESOLVED"]


def test_nothing_is_resolved_of_which_nobody_knows() -> None:
    """Where ECS does not know the service, and the ledger none of its tasks, it may still be down."""
    room = Room()
    room.alerts.notify([crash(1)])
    for _ in range(60):
        room.watch()
    assert (room.topics.types("alerts"), room.current().open) == (["OPENED"], True)
