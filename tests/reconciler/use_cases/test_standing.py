"""Standing conditions: an incident of one goes on until a look that succeeded does not find it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.incidents.outbox import NotificationType
from reconciler.ports.ledger import EntryChange
from reconciler.use_cases.assess import assess
from taskledger.simulator.engine.errors import server_error
from tests.support.system import SHOP, System

if TYPE_CHECKING:
    from taskledger.simulator.engine.shapes import Answer, Fields


def messages(system: System, kind: str) -> list[str]:
    """The types of the messages of this kind."""
    documents = [message.document for _, message in system.inbox.mail]
    return [one["type"] for one in documents if one.get("kind") == kind]


def go_on(system: System, minutes: int, *, sweeps: bool = True) -> int:
    """The watch works every minute and the sweep every fifteen; the number of errors of the watch."""
    errors = 0
    for minute in range(1, minutes + 1):
        system.wait(1)
        if system.events:
            system.deliver()
        if sweeps and minute % 15 == 0:
            system.sweep_with()
        system.assess(system.ledger.entries(system.started))
        errors += len(system.watch().maintenance.errors)
    return errors


@pytest.fixture
def expired(system: System) -> str:
    """A task that goes on running after its protection ran out, which has been reported."""
    arn = system.running()
    system.deliver()
    system.protect(arn, minutes=20)
    system.sweep_with()
    assert go_on(system, 21) == 0
    assert messages(system, "PROTECTION_EXPIRED") == ["OPENED"]
    return arn


@pytest.fixture
def pending(system: System) -> str:
    """A task that has been in PENDING for too long, which has been reported."""
    arn = system.start()
    system.report(arn, "PENDING")
    assert go_on(system, 16) == 0
    assert messages(system, "STUCK") == ["OPENED"]
    return arn


def test_an_expiry_goes_on_while_its_task_runs_unprotected(system: System, expired: str) -> None:
    """For half a day it is not resolved, and people are reminded of it once, after four hours."""
    assert go_on(system, 12 * 60) == 0
    assert messages(system, "PROTECTION_EXPIRED") == ["OPENED", "ONGOING"]


def test_an_expiry_is_over_when_the_task_is_protected_again(system: System, expired: str) -> None:
    """It is resolved within the hour for which a condition must be out of sight, and not opened again."""
    go_on(system, 3 * 60)
    system.protect(expired, minutes=600)
    go_on(system, 75)
    assert messages(system, "PROTECTION_EXPIRED") == ["OPENED", "RESOLVED"]
    go_on(system, 4 * 60)
    assert messages(system, "PROTECTION_EXPIRED") == ["OPENED", "RESOLVED"]


def test_an_expiry_is_over_with_its_task(system: System, expired: str) -> None:
    """A task that has stopped needs no protection."""
    go_on(system, 3 * 60)
    system.end([expired], 0)
    go_on(system, 75)
    assert messages(system, "PROTECTION_EXPIRED") == ["OPENED", "RESOLVED"]


def test_another_task_keeps_the_incident_open(system: System, expired: str) -> None:
    """It is of the service: while one of its tasks runs unprotected, it goes on."""
    other = system.running()
    system.deliver()
    system.protect(other, minutes=20)
    go_on(system, 60)
    system.end([expired], 0)
    go_on(system, 3 * 60)
    assert "RESOLVED" not in messages(system, "PROTECTION_EXPIRED")
    system.end([other], 0)
    go_on(system, 75)
    assert messages(system, "PROTECTION_EXPIRED")[-1] == "RESOLVED"


def refuse_describing(system: System) -> None:
    def refuse(operation: str, request: Fields) -> Exception | None:
        return server_error() if operation == "DescribeTasks" else None

    system.api.refuse = refuse


@pytest.mark.parametrize("minutes", [100, 600])
def test_nothing_is_resolved_while_ecs_does_not_answer(system: System, pending: str, minutes: int) -> None:
    """Of a task that cannot be looked at it is not known whether it still is stuck; the next look ends it."""
    refuse_describing(system)
    assert go_on(system, minutes) > 0
    system.api.heal()
    assert go_on(system, 100) == 0
    assert "RESOLVED" not in messages(system, "STUCK")
    system.report(pending, "RUNNING")
    go_on(system, 75)
    assert messages(system, "STUCK")[-1] == "RESOLVED"


def test_a_task_without_a_service_is_looked_at_too(system: System) -> None:
    """Whose tasks are standalone has conditions that stand all the same, until a look finds them gone."""
    arn = system.start_alone(family="report")
    system.report(arn, "PENDING")
    go_on(system, 16)
    refuse_describing(system)
    assert go_on(system, 100) > 0
    assert messages(system, "STUCK") == ["OPENED"]
    system.api.heal()
    system.report(arn, "RUNNING")
    go_on(system, 75)
    assert messages(system, "STUCK") == ["OPENED", "RESOLVED"]


def test_the_look_asks_ecs_not_the_ledger(system: System, pending: str) -> None:
    """A task that went on without an event is stuck no more, and its incident is resolved."""
    system.report(pending, "RUNNING")
    system.drop()
    go_on(system, 75, sweeps=False)
    assert messages(system, "STUCK") == ["OPENED", "RESOLVED"]
    assert system.known(pending) == [("PENDING", 2)]


def test_a_reminder_goes_out_while_ecs_does_not_answer(system: System, pending: str) -> None:
    """What has news is announced again after four hours, though nobody can say whether it is over."""
    another = system.start()
    system.report(another, "PENDING")
    go_on(system, 30)
    refuse_describing(system)
    assert go_on(system, 4 * 60) > 0
    assert messages(system, "STUCK") == ["OPENED", "ONGOING"]
    document = system.inbox.mail[-1][1].document
    assert (document["type"], document["occurrences"]) == (NotificationType.ONGOING, 2)


def missing(operation: str, answer: Answer) -> Answer:
    """ECS denies the tasks that it is asked about."""
    if operation != "DescribeTasks":
        return answer
    return {
        "tasks": [],
        "failures": [{"arn": one["taskArn"], "reason": "MISSING"} for one in answer["tasks"]],
    }


def test_what_returns_after_the_end_is_open_again(system: System, pending: str) -> None:
    """A condition that was taken for over is found again by the sweep, and is announced when it is due."""
    system.api.change = missing
    go_on(system, 75, sweeps=False)
    assert messages(system, "STUCK") == ["OPENED", "RESOLVED"]
    (over,) = system.incidents.everything()
    system.api.heal()
    go_on(system, 15)
    (again,) = system.incidents.everything()
    assert (over.open, again.open, again.incident_id) == (False, True, over.incident_id)
    go_on(system, 3 * 60)
    assert messages(system, "STUCK") == ["OPENED", "RESOLVED"]
    go_on(system, 2 * 60)
    assert messages(system, "STUCK") == ["OPENED", "RESOLVED", "OPENED"]


def test_a_late_record_opens_nothing_again(system: System, expired: str) -> None:
    """A change of the stream that comes when its incident is over says nothing of now."""
    late = system.entry(expired)
    system.protect(expired, minutes=600)
    go_on(system, 90)
    assert messages(system, "PROTECTION_EXPIRED") == ["OPENED", "RESOLVED"]
    (result,) = assess([EntryChange(entry=late, previous=None, at=system.clock.now)], system.alerts)
    assert [(one.error, one.new, one.queued) for one in result.notified] == [(None, 0, False)]
    assert messages(system, "PROTECTION_EXPIRED") == ["OPENED", "RESOLVED"]
    assert system.incidents.unresolved(SHOP) == []
    assert system.alerts.incidents.due(SHOP, system.clock.now) == []
