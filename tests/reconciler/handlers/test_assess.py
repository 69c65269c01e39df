"""The assess function, from a batch of stream records to messages and the partial answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.errors import LedgerError, TransientError
from reconciler.findings.policy import Policy, Scope
from reconciler.gate import succeed
from reconciler.handlers.assess import read_records, response
from reconciler.incidents.model import Incident
from reconciler.incidents.reported import ReportedFinding
from reconciler.model.entry import LedgerEntry
from reconciler.model.protection import Protection
from reconciler.model.task import Container
from reconciler.notifications.message import Message
from reconciler.ports.incidents import Refused
from reconciler.ports.ledger import EntryChange
from reconciler.use_cases.assess import assess
from taskledger.local.memory_incidents import MemoryIncidents, MemoryNotifier
from tests.support.alerting import new_alerts
from tests.support.findings import killed
from tests.support.stream import batch
from tests.support.values import START, at, describe, event, task_arn


@dataclass
class Refusing(MemoryNotifier):
    """An SNS that does not answer."""

    asked: int = 0

    def publish(self, message: Message, to: Sequence[str]) -> Mapping[str, LedgerError]:
        self.asked += 1
        return dict.fromkeys(to, TransientError("timed out"))


class Unwritable(MemoryIncidents):
    """A table that takes nothing of one service."""

    def save(
        self, incident: Incident, before: Incident | None, found: Sequence[ReportedFinding], now: Any
    ) -> Refused | None:
        if incident.service == "orders":
            raise TransientError("throttled")
        return super().save(incident, before, found, now)


@dataclass
class Room:
    """What the function works with, and what people heard."""

    incidents: MemoryIncidents = field(default_factory=MemoryIncidents)
    notifier: MemoryNotifier = field(default_factory=lambda: MemoryNotifier(lambda: at(100)))
    policy: Policy = field(default_factory=Policy)

    def deliver(self, event: dict[str, Any], *, replayed: bool = False) -> list[str]:
        """The sequence numbers that the function asks for again."""
        alerts = new_alerts(
            lambda: at(100), incidents=self.incidents, notifier=self.notifier, policy=self.policy
        )
        read = read_records(event)
        answer = response(read, assess(list(read.changes.values()), alerts, replayed=replayed))
        return [item["itemIdentifier"] for item in answer["batchItemFailures"]]

    def shown(self) -> list[tuple[str, str, int]]:
        documents = [one.message.document for one in self.notifier.sent]
        return [(one["type"], one["cause"], one["count"]) for one in documents]


def test_a_stop_is_reported() -> None:
    """A record of a task that failed becomes a finding, an incident and a message."""
    room = Room()
    assert room.deliver(batch([killed(1)])) == []
    assert room.shown() == [("OPENED", "OUT_OF_MEMORY", 1)]
    (found,) = room.incidents.findings()
    assert (found.task_arn, found.observed_at) == (task_arn(1), at(1))


def test_a_batch_of_one_cause_is_one_message() -> None:
    """A hundred stops of one cause in one batch are reported once, with their number."""
    room = Room()
    room.deliver(batch([killed(number) for number in range(100)]))
    assert room.shown() == [("OPENED", "OUT_OF_MEMORY", 100)]


def test_a_batch_brought_again_changes_nothing() -> None:
    """Whole, or in halves, or with others between: each finding is counted once."""
    room, stops = Room(), [killed(number) for number in range(8)]
    for part in (stops, stops[:4], stops[4:], stops):
        assert room.deliver(batch(part)) == []
    assert room.shown() == [("OPENED", "OUT_OF_MEMORY", 8)]


def test_what_was_known_before_is_not_new() -> None:
    """A stopped entry that is only filled in or closed again has no new finding."""
    room, stop = Room(), killed(1)
    described = replace(stop.entry, described_at=at(60))
    room.deliver(batch([EntryChange(entry=described, previous=stop.entry, at=at(61))]))
    assert (room.shown(), room.incidents.findings()) == ([], [])


def test_a_warning_and_its_stop_are_one() -> None:
    """The Spot warning and the stop that follows are one finding."""
    facts = {
        "stop_code": "SpotInterruption",
        "stopped_reason": "Your Spot Task was interrupted.",
        "group": "family:x",
    }
    warned = succeed(None, event(4, desired_status="STOPPED", **facts))
    stopped = succeed(warned, event(6, desired_status="STOPPED", last_status="STOPPED", **facts))
    room = Room()
    room.deliver(batch([EntryChange(entry=warned, previous=None, at=at(40))]))
    room.deliver(batch([EntryChange(entry=stopped, previous=warned, at=at(60))]))
    assert len(room.incidents.findings()) == 1
    assert [(one.cause, one.count) for one in room.incidents.everything()] == [("SPOT", 1)]


@pytest.mark.parametrize(("asked", "expected"), [(False, []), (True, [("OPENED", "OUT_OF_MEMORY", 1)])])
def test_a_replay_alerts_nobody(asked: bool, expected: list[Any]) -> None:  # noqa: FBT001 - a table
    """What an EventBridge replay brings is recorded, and reported only where that was asked for."""
    stop = killed(1)
    room = Room()
    room.deliver(batch([replace(stop, entry=replace(stop.entry, replayed=True))]), replayed=asked)
    assert room.shown() == expected


def test_protection_is_judged_at_the_time_of_the_change() -> None:
    """A record that is brought hours later says what it said at first."""
    held = Protection(expires_at=at(600), checked_at=START, since=START)
    plain = succeed(None, event(3))
    room = Room()
    change = EntryChange(entry=replace(plain, protection=held), previous=plain, at=at(1))
    room.deliver(batch([change]))
    (found,) = room.incidents.findings()
    assert (found.kind, found.severity) == ("PROTECTION_EXPIRING", "low")


def entry_of_everything() -> LedgerEntry:
    shown = describe(
        6,
        last_status="STOPPED",
        desired_status="STOPPED",
        stop_code="EssentialContainerExited",
        tags={"B": "YQ==", "team": "shop"},
        health_status="UNHEALTHY",
        containers=(Container(name="B", exit_code=1, image_digest="sha256:" + "0a" * 32),),
    )
    return succeed(None, shown)


def test_records_give_back_the_entry() -> None:
    """All of an entry comes through the stream's JSON, binary digests and odd names included."""
    change = EntryChange(entry=entry_of_everything(), previous=killed(1).entry, at=at(5.125))
    records = batch([change])
    old = {"M": {"B": {"S": "YQ=="}, "team": {"S": "shop"}}}  # as version 0.1.0 held tags, in the entry
    records["Records"][0]["dynamodb"]["NewImage"]["tags"] = old
    assert list(read_records(records).changes.values()) == [change]


def test_a_store_that_fails_asks_for_the_record_again() -> None:
    """From the first record that could not be stored on; what others brought is stored and known by then."""
    room = Room(incidents=Unwritable())
    stops = [killed(1), killed(2, group="service:orders"), killed(3)]
    assert room.deliver(batch(stops)) == ["1"]
    assert room.shown() == [("OPENED", "OUT_OF_MEMORY", 2)]


def test_a_message_that_cannot_be_sent_holds_nothing_up() -> None:
    """It is stored and left to the watch; the stream goes on."""
    room = Room(notifier=Refusing(lambda: at(100)))
    assert room.deliver(batch([killed(1)])) == []
    (incident,) = room.incidents.everything()
    assert [pending.type for pending in incident.outbox.pending] == ["OPENED"]
    assert incident.due_at == at(100) + timedelta(minutes=1)


def test_an_sns_that_does_not_answer_is_asked_once() -> None:
    """A batch of many incidents would run out of time; all of them are stored, and left to the watch."""
    notifier = Refusing(lambda: at(100))
    room = Room(notifier=notifier)
    stops = [killed(number, group=f"service:s{number}") for number in range(8)]
    assert room.deliver(batch(stops)) == []
    assert notifier.asked == 1
    assert [len(one.outbox.pending) for one in room.incidents.everything()] == [1] * 8


@pytest.mark.parametrize(
    "spoil",
    [
        lambda shown: shown.pop("NewImage"),
        lambda shown: shown["NewImage"].pop("clusterArn"),
        lambda shown: shown["NewImage"].update(version={"N": "many"}),
        lambda shown: shown.pop("ApproximateCreationDateTime"),
        lambda shown: shown["NewImage"].update(
            containers={"L": [{"M": {"name": {"S": "a"}, "imageDigest": {"B": "?"}}}]}
        ),
    ],
)
def test_a_record_that_cannot_be_read_is_named(spoil: Any) -> None:
    """It comes again until it is out of the way; what comes before and after it is reported all the same."""
    room = Room()
    event = batch([killed(1), killed(2), killed(3)], 10)
    spoil(event["Records"][1]["dynamodb"])
    assert room.deliver(event) == ["11"]
    assert room.shown() == [("OPENED", "OUT_OF_MEMORY", 2)]


def test_a_removal_is_ignored() -> None:
    """Also where the stream's filter lets it through: it is neither reported nor asked for again."""
    room = Room()
    event = batch([killed(1), killed(2)])
    removed = event["Records"][0]
    removed["eventName"] = "REMOVE"
    removed["dynamodb"]["OldImage"] = removed["dynamodb"].pop("NewImage")
    assert room.deliver(event) == []
    assert room.shown() == [("OPENED", "OUT_OF_MEMORY", 1)]
    assert [found.task_arn for found in room.incidents.findings()] == [task_arn(2)]


def test_policy_decides_what_is_reported() -> None:
    """Ignored services make no findings, fine exit codes neither, and severity is the policy's."""
    room = Room(policy=Policy(ignored=(Scope(service="checkout"),)))
    room.deliver(batch([killed(1)]))
    assert (room.shown(), room.incidents.findings()) == ([], [])


def test_nothing_private_is_reported() -> None:
    """A message holds what the ledger holds, which is neither overrides nor environment values."""
    room = Room()
    room.deliver(batch([killed(1)]))
    assert "overrides" not in json.dumps(room.notifier.sent[0].message.document)
