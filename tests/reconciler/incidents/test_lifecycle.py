"""When people are notified of an incident, and when not: the table of `lifecycle`, row by row."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.findings.model import Kind, Severity
from reconciler.findings.policy import Policy, Scope
from reconciler.incidents import lifecycle
from reconciler.incidents.lifecycle import touch
from reconciler.incidents.model import Incident, Status
from reconciler.incidents.outbox import NotificationType
from reconciler.incidents.reported import ReportedFinding, report_finding
from reconciler.incidents.timing import awaits_digest, needs_recovery_check
from tests.support.findings import DEFINITION, digested, finding, found, low, many, published, standalone
from tests.support.values import START, at

POLICY = Policy()
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OPENED, ONGOING, RESOLVED = NotificationType.OPENED, NotificationType.ONGOING, NotificationType.RESOLVED


def add(incident: Incident | None, *reported: ReportedFinding, when: datetime = START) -> Incident:
    return lifecycle.add_findings(incident, reported, when, POLICY)


def happen(incident: Incident | None, number: int, when: datetime = START, **values: Any) -> Incident:
    return add(incident, found(number, when, **values), when=when)


def wait(incident: Incident, until: datetime, *, recovered: bool = False) -> Incident:
    return lifecycle.advance_time(incident, recovered=recovered, now=until, policy=POLICY)


def send(incident: Incident, when: datetime = START) -> Incident:
    """The incident with all that was pending sent."""
    return published(incident, when)


def list_in_digest(incident: Incident) -> Incident:
    return digested(incident, START + HOUR)


def pending(incident: Incident) -> list[NotificationType]:
    return [one.type for one in incident.outbox.pending]


def opened() -> Incident:
    """An incident with one finding, of which OPENED was sent."""
    return send(happen(None, 1))


def low_severity() -> Incident:
    return add(None, report_finding(low(1), START))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, 9, False),
        (9, 10, True),
        (1, 10, True),
        (10, 99, False),
        (99, 100, True),
        (50, 150, True),
        (150, 999, False),
        (999, 1000, True),
        (7, 5000, True),
    ],
)
def test_growth_is_published_by_powers_of_ten(before: int, after: int, expected: bool) -> None:  # noqa: FBT001 - a table
    """A tenfold count is published, in however many steps it came; what lies between is not."""
    grown = add(send(add(None, *many(range(before)))), *many(range(before, after)))
    assert (grown.count, pending(grown) == [ONGOING]) == (after, expected)


@pytest.mark.parametrize(
    ("first", "second", "at_first", "then"),
    [
        (Severity.LOW, Severity.LOW, [], []),
        (Severity.LOW, Severity.MEDIUM, [], [OPENED]),
        (Severity.LOW, Severity.HIGH, [], [OPENED]),
        (Severity.MEDIUM, Severity.LOW, [OPENED], []),
        (Severity.MEDIUM, Severity.HIGH, [OPENED], [ONGOING]),
        (Severity.HIGH, Severity.MEDIUM, [OPENED], []),
    ],
)
def test_the_first_and_the_more_severe_are_published(
    first: Severity, second: Severity, at_first: list[NotificationType], then: list[NotificationType]
) -> None:
    """At once, but for low severity, and one of higher severity too; the incident keeps the highest."""
    before = happen(None, 1, severity=first)
    assert (before.status, before.count, pending(before)) == (Status.OPEN, 1, at_first)
    after = happen(send(before) if at_first else before, 2, severity=second)
    assert (pending(after), after.severity) == (then, max(first, second, key=lambda one: one.rank))


def test_what_is_pending_stays_as_it_is() -> None:
    """An OPENED that could not be sent stays OPENED under its id, with the newer count; nothing is added."""
    before = happen(None, 1)
    after = add(before, *many(range(2, 200)), when=at(60))
    assert (after.outbox.pending, after.count) == (before.outbox.pending, 199)
    assert pending(happen(send(after), 500)) == []


def test_what_comes_while_it_is_sent_is_kept() -> None:
    """A finding between sending and marking as sent is news, and its count is published when it is due."""
    sent = add(None, *many(range(5)))
    grown = add(sent, *many(range(5, 10)))
    marked = published(grown, sent=sent)
    outbox = marked.outbox
    assert (outbox.pending, outbox.notified_count, marked.count, outbox.news) == ((), 5, 10, True)
    assert pending(happen(marked, 99)) == [ONGOING]


def test_marking_as_sent_twice_changes_nothing() -> None:
    """Two that sent the same message both mark it, and the incident is as if one had."""
    sent = happen(None, 1)
    once = send(sent)
    twice = published(once, sent=sent)
    assert replace(twice, revision=once.revision) == once


def test_a_new_task_definition_counts_anew() -> None:
    """After a deployment the count begins again, and its first tenfold is published again."""
    before = send(add(None, *many(range(50))))
    after = add(before, *many(range(50, 59), task_definition_arn=f"{DEFINITION}:43"))
    assert (after.count, after.task_definition_arn, pending(after)) == (9, f"{DEFINITION}:43", [])
    tenth = happen(after, 60, task_definition_arn=f"{DEFINITION}:43")
    assert (tenth.count, pending(tenth)) == (10, [ONGOING])


def test_an_old_task_definition_does_not() -> None:
    """While two versions fail side by side the count goes on, so that it is not published over and over."""
    incident = opened()
    for number in range(2, 9):
        incident = happen(incident, number, task_definition_arn=f"{DEFINITION}:{42 + number % 2}")
    assert (incident.count, pending(incident)) == (6, [])


def test_it_shows_the_latest_tasks() -> None:
    """Five tasks at most, the latest first: those are the ones that ECS still knows."""
    incident = add(None, *many(range(20)))
    assert [int(sample.task_arn[-4:], 16) for sample in incident.samples] == [19, 18, 17, 16, 15]


def test_first_and_last_are_the_events_own_times() -> None:
    """Findings that come late and in any order leave the earliest and the latest time."""
    incident = add(None, found(1, at(50)), found(2, at(10)), when=at(900))
    incident = add(incident, found(3, at(5)), when=at(901))
    assert (incident.first_seen_at, incident.last_seen_at) == (at(5), at(50))


@pytest.mark.parametrize(
    ("quiet", "recovered", "over"),
    [
        (14 * MINUTE, True, False),
        (15 * MINUTE, True, True),
        (15 * MINUTE, False, False),
        (239 * MINUTE, False, False),
        (4 * HOUR, False, True),
    ],
)
def test_it_is_resolved_when_its_service_runs(quiet: timedelta, recovered: bool, over: bool) -> None:  # noqa: FBT001 - a table
    """A quarter of an hour without a finding and a running task; or four hours even without one."""
    after = wait(opened(), START + quiet, recovered=recovered)
    assert (after.status is Status.RESOLVED, pending(after) == [RESOLVED]) == (over, over)


def test_standalone_tasks_need_not_run() -> None:
    """Where no service is to run again, quiet is all that counts."""
    incident = send(add(None, report_finding(standalone(), START)))
    assert not needs_recovery_check(incident, START + HOUR, POLICY)
    assert pending(wait(incident, START + 15 * MINUTE)) == [RESOLVED]


def test_ecs_is_asked_only_when_it_matters() -> None:
    """Whether a service runs is asked when it would be over, not before, and not when it is over anyway."""
    times = (MINUTE, 15 * MINUTE, 5 * HOUR)
    assert [needs_recovery_check(opened(), START + time, POLICY) for time in times] == [False, True, False]


def test_a_finding_after_the_end_is_of_another_incident() -> None:
    """The same fault next time has another id."""
    before = wait(opened(), START + HOUR, recovered=True)
    after = happen(None, 2, START + 2 * HOUR)
    assert (before.key, before.incident_id != after.incident_id) == (after.key, True)


@pytest.mark.parametrize(
    ("news", "time", "expected"),
    [(True, 4 * HOUR, [ONGOING]), (True, 3 * HOUR, []), (False, 4 * HOUR, [RESOLVED])],
)
def test_a_reminder_is_published(news: bool, time: timedelta, expected: list[NotificationType]) -> None:  # noqa: FBT001 - a table
    """Four hours after the last notification, if something came since."""
    incident = happen(opened(), 2, START + time - MINUTE) if news else opened()
    assert pending(wait(incident, START + time)) == expected


def test_low_severity_waits_for_the_digest() -> None:
    """It is due at the next full hour, not over before it was listed, and then over without a message."""
    incident = low_severity()
    assert (incident.due_at, awaits_digest(incident, START + HOUR, POLICY)) == (START + HOUR, True)
    assert wait(incident, START + 30 * MINUTE, recovered=True).open
    listed = list_in_digest(incident)
    assert not awaits_digest(listed, START + HOUR, POLICY)
    over = wait(listed, START + 2 * HOUR, recovered=True)
    assert (over.status, pending(over), over.due_at) == (Status.RESOLVED, [], None)


def test_of_a_muted_service_nothing_is_published() -> None:
    """Until the mute ends; what goes on by then is published with its next finding."""
    muted = Policy(muted=((Scope(service="check*"), START + HOUR),))
    quiet = lifecycle.add_findings(None, [found(1)], START, muted)
    assert (pending(quiet), quiet.count) == ([], 1)
    assert pending(lifecycle.add_findings(quiet, [found(2)], START + HOUR, muted)) == [OPENED]


def test_what_is_seen_again_goes_on() -> None:
    """A task that is still stuck keeps its incident open, without a count or a message."""
    stuck = send(add(None, report_finding(finding(kind=Kind.STUCK), START)))
    seen = touch(stuck, START + 30 * MINUTE, POLICY)
    assert seen is not None
    after = wait(seen, START + 80 * MINUTE, recovered=True)
    assert (after.open, after.count, pending(after)) == (True, 1, [])
    assert touch(opened(), START + 30 * MINUTE, POLICY) is None


def test_an_open_incident_always_has_a_time_to_be_looked_at() -> None:
    """It is never forgotten, in any order of findings, sending and waiting."""
    now, incident = START, happen(None, 1)
    for step in range(40):
        now = now + timedelta(minutes=7 * step)
        incident = happen(incident, step + 2, now) if step % 3 else send(incident, now)
        if incident.due_at and incident.due_at <= now:
            incident = wait(incident, now)
        assert incident.due_at is not None
