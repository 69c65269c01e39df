"""What is pending of an incident stays pending until it is sent, whatever else happens to the incident."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.errors import LedgerError
from reconciler.findings.model import Severity
from reconciler.notifications.message import Message
from tests.reconciler.use_cases.test_notify import BROKEN, SILENT, Room, Topics, medium
from tests.support.findings import crash


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
    room.alerts.notify(medium(range(1)))
    topics.failing.clear()
    other = Room(incidents=room.incidents, topics=Topics(failing={"alerts": SILENT, "chat": SILENT}))
    topics.meanwhile = lambda: other.alerts.notify(medium(range(1, 11)))
    room.watch()
    assert (topics.types("alerts"), topics.types("chat")) == (["OPENED"], ["OPENED"])
    assert [one.type for one in room.current().outbox.pending] == ["ONGOING"]
    room.watch()
    assert (topics.types("alerts"), topics.types("chat")) == (["OPENED", "ONGOING"], ["OPENED", "ONGOING"])
    assert room.current().outbox.pending == ()


def test_a_digest_stays_pending_beside_another_message() -> None:
    """What a topic lacks of a digest is sent later, though the incident was opened in between."""
    room = Room(topics=Topics(failing={"chat": BROKEN}))
    room.alerts.notify([crash(1, severity=Severity.LOW)])
    room.watch(24 * 60)
    room.alerts.notify([crash(2, room.clock.now)])
    room.topics.failing.clear()
    room.watch()
    assert sorted(room.topics.types("chat")) == sorted(room.topics.types("alerts")) == ["DIGEST", "OPENED"]


def test_findings_do_not_put_off_what_is_pending() -> None:
    """While a message waits to be sent again, findings that keep coming leave the time for it as it is."""
    room = Room(topics=Topics(failing={"alerts": SILENT, "chat": SILENT}))
    room.alerts.notify([crash(1)])
    for number in range(2, 9):
        room.clock.advance(10)
        room.alerts.notify([crash(number, room.clock.now)])
    room.topics.failing.clear()
    room.watch(0)
    assert room.topics.types("alerts") == ["OPENED"]


def test_findings_do_not_put_off_a_look() -> None:
    """However often a service's tasks fail, the watch sees that it went down meanwhile."""
    room = Room()
    room.runs(2)
    room.alerts.notify([crash(1)])
    room.runs(0)
    for number in range(2, 32):
        room.clock.advance(10)
        room.alerts.notify([crash(number, room.clock.now)])
        if number % 6 == 0:
            room.watch(0)
    assert room.current().severity is Severity.HIGH
    assert room.topics.types("alerts") == ["OPENED", "ONGOING", "OPENED"]
