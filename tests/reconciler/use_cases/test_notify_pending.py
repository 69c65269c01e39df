"""What is pending of an incident stays pending until it is sent, whatever else happens to the incident."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from reconciler.errors import LedgerError
from reconciler.incidents.reported import report_finding
from reconciler.notifications.message import Message
from tests.reconciler.use_cases.test_notify import BROKEN, SILENT, Room, Topics
from tests.support.findings import found, low, many
from tests.support.values import START


@dataclass
class Busy(Topics):
    """Topics that let something else happen while a message is sent, once."""

    meanwhile: Callable[[], object] | None = None

    def publish(self, message: Message, to: Sequence[str]) -> Mapping[str, LedgerError]:
        act, self.meanwhile = self.meanwhile, None
        if act:
            act()
        return super().publish(message, to)


def test_what_is_queued_while_another_is_sent_stays_pending() -> None:
    """A message that another process queued and could not send is not settled with the one under way."""
    topics = Busy(failing={"chat": BROKEN})
    room = Room(topics=topics)
    room.alerts.notify([found(1)])
    topics.failing.clear()
    other = Room(incidents=room.incidents, topics=Topics(failing={"alerts": SILENT, "chat": SILENT}))
    topics.meanwhile = lambda: other.alerts.notify(many(range(2, 12)))
    room.watch()
    assert (topics.types("alerts"), topics.types("chat")) == (["OPENED"], ["OPENED"])
    assert [one.type for one in room.current().outbox.pending] == ["ONGOING"]
    room.watch()
    assert (topics.types("alerts"), topics.types("chat")) == (["OPENED", "ONGOING"], ["OPENED", "ONGOING"])
    assert room.current().outbox.pending == ()


def test_a_digest_stays_pending_beside_another_message() -> None:
    """What a topic lacks of a digest is sent later, though the incident was opened in between."""
    room = Room(topics=Topics(failing={"chat": BROKEN}))
    room.alerts.notify([report_finding(low(1), START)])
    room.watch(60)
    about = {"kind": low().kind, "cause": low().cause}
    room.alerts.notify([found(2, room.clock.now, **about)])
    room.topics.failing.clear()
    room.watch()
    assert sorted(room.topics.types("chat")) == sorted(room.topics.types("alerts")) == ["DIGEST", "OPENED"]


def test_findings_do_not_put_off_what_is_pending() -> None:
    """While a message waits to be sent again, findings that keep coming leave the time for it as it is."""
    room = Room(topics=Topics(failing={"alerts": SILENT, "chat": SILENT}))
    room.alerts.notify([found(1)])
    due_at = START + timedelta(minutes=1)
    for number in range(2, 7):
        room.clock.advance(10)
        room.alerts.notify([found(number, room.clock.now)])
        assert room.current().due_at == due_at
    room.topics.failing.clear()
    room.watch(10 / 60)
    assert room.topics.types("alerts") == ["OPENED"]


def test_findings_do_not_put_off_a_look() -> None:
    """An open incident is looked at when it was to be, and then again later, however many findings come."""
    room = Room()
    room.alerts.notify([found(1)])
    due_at = room.current().due_at
    room.clock.advance(600)
    room.alerts.notify([found(2, room.clock.now)])
    assert (due_at, room.current().due_at) == (START + timedelta(minutes=15), due_at)
    assert room.watch(5).resolved == []
    assert room.current().due_at == START + timedelta(minutes=25)
