"""EventBridge replays: what only a replay brought notifies nobody, and keeps no live report back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.findings.rules import findings
from reconciler.ports.ledger import EntryChange
from reconciler.use_cases.assess import assess
from reconciler.use_cases.check_protection import check_protection
from taskledger.simulator.engine.errors import throttled
from tests.support.system import SHOP, System

if TYPE_CHECKING:
    from taskledger.simulator.engine.shapes import Answer

FORGOTTEN = 61  # minutes after which ECS knows a stopped task no more
SPOT = "Your Spot Task was interrupted."
FAILED = [("EXIT_CODE", 1)]


def reported(system: System) -> list[tuple[str | None, int]]:
    """The causes of all incidents, and how often each was found."""
    return [(one.cause, one.count) for one in system.incidents.everything()]


def failed(system: System) -> tuple[str, list[Answer]]:
    """A task that ended with an error, and all events of it, which nobody has received."""
    arn = system.running()
    system.end([arn], 1)
    return arn, list(system.events)


def receive(system: System, *events: Answer, replayed: bool = False) -> None:
    """The events are delivered, and what they change is assessed."""
    name = {"replay-name": "yesterday"} if replayed else {}
    system.events[:] = [event | name for event in events]
    system.deliver()
    follow(system)


def follow(system: System) -> None:
    """The table's stream is assessed."""
    system.assess(system.ledger.entries(system.started))


def sweep(system: System) -> None:
    system.sweep_with()
    follow(system)


def ask_protection(system: System, arn: str) -> None:
    """ECS is asked about the protection alone, and the answer is stored and assessed."""
    known = {arn: system.entry(arn).protection}
    check_protection(SHOP, known, tasks=system.tasks, ledger=system.ledger, clock=lambda: system.clock.now)
    follow(system)


@pytest.mark.parametrize("minutes", [0, FORGOTTEN], ids=["at once", "when ECS has forgotten the task"])
def test_a_replay_that_is_faster_silences_nothing(system: System, minutes: float) -> None:
    """The live event of a version that a replay brought first opens its incident: also from the DLQ, late."""
    _, events = failed(system)
    receive(system, *events, replayed=True)
    assert reported(system) == []
    system.wait(minutes)
    receive(system, *events)
    assert reported(system) == FAILED
    receive(system, *events)
    receive(system, *events, replayed=True)
    assert reported(system) == FAILED


@pytest.mark.parametrize("first", ["replayed", "live"])
def test_a_replay_in_one_batch_with_the_live_event(system: System, first: str) -> None:
    """Of two copies of an event in a batch the live one counts, whichever comes first."""
    _, events = failed(system)
    old = [event | {"replay-name": "yesterday"} for event in events]
    receive(system, *(old + events if first == "replayed" else events + old))
    assert reported(system) == FAILED


@pytest.mark.parametrize("asked", ["knows the version", "knows a later one", "gives no answer", "forgot it"])
def test_a_replay_alone_publishes_nothing(system: System, asked: str) -> None:
    """Whatever ECS says of the task on its occasion is old news, too."""
    arn, events = failed(system)
    if asked == "knows a later one":
        events = events[:-1]
    if asked == "gives no answer":
        system.api.refuse = lambda *_: throttled()
    system.wait(FORGOTTEN if asked == "forgot it" else 0)
    receive(system, *events, replayed=True)
    entry = system.entry(arn)
    assert (entry.state.last_status, entry.replayed) == ("STOPPED", True)
    assert (reported(system), list(findings(entry, system.clock.now, system.policy)) == []) == ([], False)


def test_a_version_that_a_sweep_confirms_is_published(system: System) -> None:
    """Once ECS describes what only a replay had reported, it is live news."""
    arn, events = failed(system)
    receive(system, *events, replayed=True)
    system.wait(5)
    sweep(system)
    assert (system.entry(arn).replayed, reported(system)) == (False, FAILED)
    sweep(system)
    assert reported(system) == FAILED


def test_a_warning_that_was_silent_is_published_by_the_next_version(system: System) -> None:
    """A Spot warning that only a replay brought is published when a live event shows the task stop."""
    arn = system.start_alone(family="report")
    system.report(arn, "PENDING", "RUNNING")
    system.ecs.interrupt(arn, "SpotInterruption", SPOT)
    receive(system, *system.events, replayed=True)
    entry = system.entry(arn)
    warned = [one.cause for one in findings(entry, system.clock.now, system.policy)]
    assert (entry.open, warned, reported(system)) == (True, ["SPOT"], [])
    system.report(arn, "DEPROVISIONING")
    receive(system, *system.events)
    assert system.entry(arn).open
    assert reported(system) == [("SPOT", 1)]


def test_a_warning_that_was_heard_is_not_published_again(system: System) -> None:
    """A live warning stays known when a replay of it and the next version come."""
    arn = system.start_alone(family="report")
    system.report(arn, "PENDING", "RUNNING")
    system.ecs.interrupt(arn, "SpotInterruption", SPOT)
    warning = list(system.events)
    receive(system, *warning)
    receive(system, *warning, replayed=True)
    system.report(arn, "DEPROVISIONING")
    receive(system, *system.events)
    assert reported(system) == [("SPOT", 1)]


def test_an_expiry_after_a_replay_is_published(system: System) -> None:
    """That a protection ran out is no news of the replay that had brought the task's version."""
    arn = system.running()
    receive(system, *system.events, replayed=True)
    system.protect(arn)
    ask_protection(system, arn)
    system.wait(121)
    ask_protection(system, arn)
    assert system.entry(arn).replayed
    kinds = [(message.document["type"], message.document["kind"]) for _, message in system.inbox.mail]
    assert kinds == [("OPENED", "PROTECTION_EXPIRED")]


def test_an_end_that_nobody_saw_after_a_replay_is_published(system: System) -> None:
    """A task of which only a replay had reported, and that ECS does not know, is found to be over."""
    arn = system.running()
    events = list(system.events)
    system.report(arn, "STOPPED")
    system.wait(FORGOTTEN)
    receive(system, *events, replayed=True)
    system.wait(10)
    sweep(system)
    system.wait(15)
    sweep(system)
    assert (system.entry(arn).unobserved, system.entry(arn).replayed) == (True, True)
    assert reported(system) == [("UNOBSERVED", 1)]


def test_a_replay_can_be_asked_to_alert(system: System) -> None:
    """With ALERT_ON_REPLAY, what a replay brings is published once, and the live copy adds nothing."""
    arn, events = failed(system)
    system.events[:] = [event | {"replay-name": "yesterday"} for event in events]
    system.deliver()
    entry = system.entry(arn)
    change = EntryChange(entry=entry, previous=None, at=system.clock.now)
    assess([change], system.alerts, replayed=True)
    assert reported(system) == FAILED
    system.entries[arn] = entry
    receive(system, *events)
    assert reported(system) == FAILED
