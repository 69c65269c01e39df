"""What a mute that a person made does to messages, while it lasts and when it is over or ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from reconciler.errors import TransientError
from reconciler.findings.model import Cause, Kind
from reconciler.findings.policy import Policy, Scope
from reconciler.ports.mutes import Mute
from reconciler.use_cases.alerting.unmuted import unmuted
from reconciler.use_cases.notify import Alerts
from taskledger.local.memory_incidents import MemoryIncidents, MemoryNotifier
from taskledger.local.memory_mutes import MemoryMutes
from taskledger.simulator.engine.clock import Clock
from tests.support.alerting import LOUD, maintain, new_alerts
from tests.support.desk import Running
from tests.support.findings import crash
from tests.support.services import described, reading
from tests.support.values import CLUSTER, START, state, task_arn

CHECKOUT = Scope(service="checkout")


class Counted(MemoryMutes):
    """Counts how often the mutes are read."""

    reads = 0

    def ending_after(self, moment: datetime) -> Sequence[Mute]:
        self.reads += 1
        return super().ending_after(moment)


@dataclass
class Desk:
    """Where findings are reported and people mute, on a clock that is set by hand."""

    policy: Policy = LOUD
    mutes: Counted = field(default_factory=Counted)
    incidents: MemoryIncidents = field(default_factory=MemoryIncidents)
    clock: Clock = field(default_factory=lambda: Clock(START))
    running: int = 0

    def __post_init__(self) -> None:
        self.notifier = MemoryNotifier(lambda: self.clock.now)

    @property
    def alerts(self) -> Alerts:
        """Each is a run that has read nothing yet."""
        return new_alerts(
            lambda: self.clock.now,
            reading(described(1, -600), desired=2, running=self.running),
            incidents=self.incidents,
            mutes=self.mutes,
            notifier=self.notifier,
            policy=self.policy,
        )

    def crash(self) -> None:
        self.alerts.notify([crash(1, self.clock.now)])

    def mute(self, scope: Scope = CHECKOUT, mute_id: str = "mute-1", **span: float) -> None:
        now = self.clock.now
        self.mutes.save(Mute(mute_id=mute_id, scope=scope, until=now + timedelta(**span), created_at=now))

    def watch(self, minutes: int = 1) -> None:
        """A watch each minute, so many times."""
        tasks = [state(3, task_arn=task_arn(900 + each)) for each in range(self.running)]
        for _ in range(minutes):
            self.clock.advance(60)
            maintain(self.alerts, Running(tasks))

    @property
    def sent(self) -> list[str]:
        return [one.message.document["type"] for one in self.notifier.sent]


def test_what_still_stands_when_a_mute_is_over_is_published() -> None:
    """At its time, to the minute, and nothing before; the incident is there all the while."""
    desk = Desk()
    desk.mute(hours=1)
    desk.crash()
    desk.watch(59)
    assert desk.sent == []
    assert [one.open for one in desk.incidents.everything()] == [True]
    desk.watch()
    assert desk.sent == ["OPENED"]


def test_a_mute_that_is_ended_is_noticed_by_the_next_watch() -> None:
    """However far off its time was, and however seldom the incident would be looked at."""
    desk = Desk()
    desk.mute(days=30)
    desk.crash()
    desk.watch(90)
    assert desk.sent == []
    desk.mute(hours=0)
    desk.watch()
    assert desk.sent == ["OPENED"]


def test_an_ended_mute_is_noticed_after_minutes_without_a_watch() -> None:
    """Also of what would not be looked at for long; what another mute covers stays muted."""
    desk = Desk()
    desk.mute(days=30)
    desk.mute(Scope(service="orders"), mute_id="mute-2", days=30)
    last = {"kind": Kind.STOPPED_WHILE_PROTECTED, "cause": Cause("OTHER")}
    desk.alerts.notify([crash(1, group="service:orders"), crash(2, **last)])
    desk.watch()
    desk.mute(hours=0)
    desk.clock.advance(8 * 60)
    desk.watch()
    assert [one.message.document["service"] for one in desk.notifier.sent] == ["checkout"]


def test_what_was_published_before_is_resolved_after() -> None:
    """Its end waits for the end of the mute, so that nobody misses it."""
    desk = Desk()
    desk.crash()
    desk.mute(hours=1)
    desk.running = 2
    desk.watch(59)
    assert desk.sent == ["OPENED"]
    desk.watch()
    assert desk.sent == ["OPENED", "RESOLVED"]


@pytest.mark.parametrize("well", [0, 120])
def test_what_only_a_mute_keeps_open_speaks_for_nothing(well: int) -> None:
    """Another cause is heard of, unless the muted one goes on."""
    desk = Desk()
    desk.crash()
    desk.mute(Scope(cause=Cause("OUT_OF_MEMORY")), days=3)
    desk.running = 2
    desk.watch(well)
    desk.running = 0
    desk.alerts.notify([crash(2, desk.clock.now, cause=Cause("EXIT_CODE"))])
    desk.watch(5)
    heard = [one.message.document["cause"] for one in desk.notifier.sent]
    assert heard == ["OUT_OF_MEMORY", *(["EXIT_CODE"] if well else [])]


def test_what_is_over_before_its_mute_publishes_nothing() -> None:
    """It was never published, so nobody waits for its end."""
    desk = Desk(running=2)
    desk.mute(hours=1)
    desk.crash()
    desk.watch(61)
    assert desk.sent == []
    assert [one.open for one in desk.incidents.everything()] == [False]


def test_what_is_held_is_in_the_digest() -> None:
    """A mute keeps messages back, and no knowledge."""
    desk = Desk(policy=replace(LOUD, digest=timedelta(minutes=30)))
    desk.mute(days=1)
    desk.crash()
    desk.watch(31)
    assert desk.sent == ["DIGEST"]


@pytest.mark.parametrize(("in_file", "by_person"), [(2, 1), (1, 2)])
def test_the_longer_mute_counts(in_file: int, by_person: int) -> None:
    """Whether it stands in the policy file or in the table."""
    muted = ((CHECKOUT, START + timedelta(hours=in_file)),)
    desk = Desk(policy=replace(LOUD, muted=muted))
    desk.mute(hours=by_person)
    desk.crash()
    desk.watch(119)
    assert desk.sent == []
    desk.watch()
    assert desk.sent == ["OPENED"]


def test_other_services_are_heard() -> None:
    """A mute covers what it names."""
    desk = Desk()
    desk.mute(Scope(service="orders"), hours=1)
    desk.crash()
    assert desk.sent == ["OPENED"]


@pytest.mark.parametrize("ended", ["a", "b", "c"])
def test_several_services_of_which_each_is_muted(ended: str) -> None:
    """Nothing is published of them together either, until one of them is muted no more."""
    desk = Desk()
    for name in "abc":
        desk.mute(Scope(service=name), mute_id=name, days=3)
    pull = {"kind": Kind.TASK_FAILED_TO_START, "cause": Cause("IMAGE_PULL")}
    desk.alerts.notify(crash(number, group=f"service:{name}", **pull) for number, name in enumerate("abc", 1))
    desk.watch(10)
    assert [len(one.shared.owners) for one in desk.incidents.everything() if one.shared] == [3]
    assert desk.sent == []
    desk.mute(Scope(service=ended), mute_id=ended, hours=0)
    found = unmuted(desk.incidents, desk.mutes, [CLUSTER], desk.clock.now)
    assert sorted(one.key.owner for one in found) == ["*", f"service:{ended}"]
    desk.watch()
    (named,) = (one.message.document["owners"] for one in desk.notifier.sent)
    assert sorted(one["group"] for one in named) == ["service:a", "service:b", "service:c"]


def test_mutes_are_read_once_a_run() -> None:
    """By what publishes nothing not at all, for many messages once, and by each watch of a cluster once."""
    desk = Desk(policy=Policy(), running=2)
    desk.mute(hours=1)
    desk.crash()
    assert desk.mutes.reads == 0
    desk.alerts.notify(crash(number, START, group=f"service:s{number}") for number in range(9))
    assert (desk.mutes.reads, len(desk.sent)) == (1, 9)
    desk.watch()
    assert desk.mutes.reads == 2
    maintain(desk.alerts, Running([]), ())
    assert desk.mutes.reads == 2


def test_a_mute_holds_no_message_that_was_decided_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is pending when somebody mutes is sent once more at the most, and then nothing."""
    desk = Desk()
    with monkeypatch.context() as patch:
        patch.setattr(MemoryNotifier, "publish", lambda *_: {"alerts": TransientError("SNS is down")})
        desk.crash()
    desk.mute(hours=9)
    desk.watch(8 * 60)
    assert desk.sent == ["OPENED"]
