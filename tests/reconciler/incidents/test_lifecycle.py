"""When people are told of an incident, and when not: the table of `incidents`, row by row."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.findings.model import Kind, Severity
from reconciler.findings.policy import Policy, Scope
from reconciler.incidents.lifecycle import (
    add_findings,
    advance_time,
    awaits_digest,
    mark_digested,
    mark_published,
    needs_recovery_check,
    touch,
)
from reconciler.incidents.model import Incident, NotificationType, Status, report_finding
from tests.support.findings import DEFINITION, finding, found, low, many, standalone
from tests.support.values import START, at

POLICY = Policy()
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def happen(incident: Incident | None, *numbers: int, when: datetime = START, **told: Any) -> Incident:
    news = [found(number, when, **told) for number in numbers]
    return add_findings(incident, news, when, POLICY)


def send(incident: Incident, when: datetime) -> Incident:
    return mark_published(incident, incident, when, POLICY)


def tellings(incident: Incident) -> list[NotificationType]:
    return [pending.type for pending in incident.pending]


def told(incident: Incident, when: datetime = START) -> Incident:
    """The incident with all that was pending sent."""
    return send(incident, when)


def opened(*numbers: int, when: datetime = START, **facts: Any) -> Incident:
    return told(happen(None, *(numbers or (1,)), when=when, **facts), when)


def silent(**facts: Any) -> Incident:
    """An incident of low severity, with one finding."""
    return add_findings(None, [report_finding(low(1, **facts), START)], START, POLICY)


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        (Severity.LOW, []),
        (Severity.MEDIUM, [NotificationType.OPENED]),
        (Severity.HIGH, [NotificationType.OPENED]),
    ],
)
def test_the_first_finding_opens(severity: Severity, expected: list[NotificationType]) -> None:
    """One of medium or high severity is told at once, one of low severity is not told by itself."""
    incident = happen(None, 1, severity=severity)
    assert (incident.status, incident.count, tellings(incident)) == (Status.OPEN, 1, expected)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, 2, False),
        (1, 9, False),
        (9, 10, True),
        (1, 10, True),
        (10, 11, False),
        (10, 99, False),
        (99, 100, True),
        (50, 150, True),
        (150, 999, False),
        (999, 1000, True),
        (7, 5000, True),
    ],
)
def test_growth_is_told_by_powers_of_ten(before: int, after: int, expected: bool) -> None:  # noqa: FBT001 - a table
    """A tenfold count is told, whatever steps it came in; what lies between is not."""
    incident = told(add_findings(None, many(range(before)), START, POLICY))
    grown = add_findings(incident, many(range(before, after)), START, POLICY)
    assert (grown.count, tellings(grown) == [NotificationType.ONGOING]) == (after, expected)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (Severity.LOW, Severity.LOW, []),
        (Severity.LOW, Severity.MEDIUM, [NotificationType.OPENED]),
        (Severity.LOW, Severity.HIGH, [NotificationType.OPENED]),
        (Severity.MEDIUM, Severity.HIGH, [NotificationType.ONGOING]),
        (Severity.HIGH, Severity.MEDIUM, []),
        (Severity.MEDIUM, Severity.LOW, []),
    ],
)
def test_escalation_is_told(first: Severity, second: Severity, expected: list[NotificationType]) -> None:
    """A graver finding is told at once; the incident keeps the highest severity."""
    before = happen(None, 1, severity=first)
    before = told(before) if before.pending else before
    after = happen(before, 2, severity=second)
    assert tellings(after) == expected
    assert after.severity is max(first, second, key=lambda one: one.rank)


def test_what_is_unsent_stays_as_it_is() -> None:
    """An OPENED that could not be sent stays OPENED under its id, with the newer count; nothing is added."""
    before = happen(None, 1)
    after = add_findings(before, many(range(2, 200)), at(60), POLICY)
    assert (after.pending, after.count) == (before.pending, 199)
    assert happen(told(after), 500).pending == ()


def test_what_comes_while_it_is_sent_is_kept() -> None:
    """A finding between sending and marking as sent is news, and its count is told when it is due."""
    sent = add_findings(None, many(range(5)), START, POLICY)
    grown = add_findings(sent, many(range(5, 10)), START, POLICY)
    marked = mark_published(grown, sent, START, POLICY)
    assert (marked.pending, marked.notified_count, marked.count, marked.news) == ((), 5, 10, True)
    assert tellings(happen(marked, 99)) == [NotificationType.ONGOING]


def test_marking_as_sent_twice_changes_nothing_that_is_told() -> None:
    """Two that sent the same message both mark it, and the incident is as if one had."""
    sent = happen(None, 1)
    once = send(sent, START)
    twice = mark_published(once, sent, START, POLICY)
    assert replace(twice, revision=once.revision) == once


def test_a_new_task_definition_counts_anew() -> None:
    """After a deployment the count begins again, and its first tenfold is told again."""
    before = told(add_findings(None, many(range(50)), START, POLICY))
    after = add_findings(before, many(range(50, 59), task_definition_arn=f"{DEFINITION}:43"), START, POLICY)
    assert (after.count, after.task_definition_arn, tellings(after)) == (9, f"{DEFINITION}:43", [])
    tenth = happen(after, 60, task_definition_arn=f"{DEFINITION}:43")
    assert (tenth.count, tellings(tenth)) == (10, [NotificationType.ONGOING])


def test_an_old_task_definition_does_not() -> None:
    """While two versions fail side by side the count goes on, so that it is not told over and over."""
    incident = opened(1)
    for number in range(2, 9):
        incident = happen(incident, number, task_definition_arn=f"{DEFINITION}:{42 + number % 2}")
    assert incident.count == 6
    assert incident.pending == ()


def test_it_shows_the_latest_tasks() -> None:
    """Five tasks at most, the latest first: those are the ones that ECS still knows."""
    incident = add_findings(None, many(range(20)), START, POLICY)
    assert [int(sample.task_arn[-4:], 16) for sample in incident.samples] == [19, 18, 17, 16, 15]


def test_first_and_last_are_the_events_own_times() -> None:
    """Findings that come late and in any order leave the earliest and the latest time."""
    incident = add_findings(None, [found(1, at(50)), found(2, at(10))], at(900), POLICY)
    incident = add_findings(incident, [found(3, at(5))], at(901), POLICY)
    assert (incident.first_seen_at, incident.last_seen_at) == (at(5), at(50))


@pytest.mark.parametrize(
    ("quiet", "recovered", "over"),
    [
        (timedelta(minutes=14), True, False),
        (timedelta(minutes=15), True, True),
        (timedelta(minutes=15), False, False),
        (timedelta(hours=3, minutes=59), False, False),
        (timedelta(hours=4), False, True),
    ],
)
def test_a_service_is_over_it_when_it_runs(quiet: timedelta, recovered: bool, over: bool) -> None:  # noqa: FBT001 - a table
    """A quarter of an hour without a finding and a running task; or four hours, whatever runs."""
    after = advance_time(opened(1), recovered=recovered, now=START + quiet, policy=POLICY)
    assert (after.status is Status.RESOLVED, NotificationType.RESOLVED in tellings(after)) == (over, over)


def test_standalone_tasks_need_not_run() -> None:
    """Where no service is to run again, quiet is all that counts."""
    incident = told(add_findings(None, [report_finding(standalone(), START)], START, POLICY))
    assert not needs_recovery_check(incident, START + HOUR, POLICY)
    after = advance_time(incident, recovered=False, now=START + 15 * MINUTE, policy=POLICY)
    assert tellings(after) == [NotificationType.RESOLVED]


def test_ecs_is_asked_only_when_it_matters() -> None:
    """Whether a service runs is asked when it would be over, not before, and not when it is over anyway."""
    incident = opened(1)
    asked = [
        needs_recovery_check(incident, START + after, POLICY) for after in (MINUTE, 15 * MINUTE, 5 * HOUR)
    ]
    assert asked == [False, True, False]


def test_a_later_finding_after_the_end_is_another_incident() -> None:
    """The same fault next time has another id."""
    before = advance_time(opened(1), recovered=True, now=START + HOUR, policy=POLICY)
    after = happen(None, 2, when=START + 2 * HOUR)
    assert (before.key, before.incident_id != after.incident_id) == (after.key, True)


def test_what_nobody_was_told_of_ends_in_silence() -> None:
    """An incident of low severity is over without a message."""
    incident = mark_digested(silent(), silent(), START + HOUR, POLICY)
    after = advance_time(incident, recovered=True, now=START + 2 * HOUR, policy=POLICY)
    assert (after.status, after.pending, after.due_at) == (Status.RESOLVED, (), None)


@pytest.mark.parametrize(
    ("news", "after", "expected"),
    [
        (True, 4 * HOUR, [NotificationType.ONGOING]),
        (True, 3 * HOUR, []),
        (False, 4 * HOUR, []),
    ],
)
def test_what_goes_on_is_told_again(news: bool, after: timedelta, expected: list[NotificationType]) -> None:  # noqa: FBT001 - a table
    """Four hours after the last telling, if something came since."""
    incident = opened(1)
    if news:
        incident = happen(incident, 2, when=START + after - MINUTE)
    reminded = advance_time(incident, recovered=False, now=START + after, policy=POLICY)
    assert [one for one in tellings(reminded) if one is not NotificationType.RESOLVED] == expected


def test_low_incidents_wait_for_the_digest() -> None:
    """They are due at the next full hour, are not over before they were listed, and then are done with."""
    incident = silent()
    assert incident.due_at == START + HOUR
    assert awaits_digest(incident, START + HOUR, POLICY)
    waiting = advance_time(incident, recovered=True, now=START + 30 * MINUTE, policy=POLICY)
    assert waiting.status is Status.OPEN
    listed = mark_digested(incident, incident, START + HOUR, POLICY)
    assert (awaits_digest(listed, START + HOUR, POLICY), listed.pending) == (False, ())


def test_a_muted_service_is_not_told_of() -> None:
    """Nothing is told until the mute ends; what goes on by then is told with its next finding."""
    muted = Policy(muted=((Scope(service="check*"), START + HOUR),))
    quiet = add_findings(None, [found(1)], START, muted)
    assert (quiet.pending, quiet.count) == ((), 1)
    loud = add_findings(quiet, [found(2)], START + HOUR, muted)
    assert tellings(loud) == [NotificationType.OPENED]


def test_what_is_seen_again_goes_on() -> None:
    """A task that is still stuck keeps its incident open, without a count or a message."""
    stuck = told(add_findings(None, [report_finding(finding(kind=Kind.STUCK), START)], START, POLICY))
    seen = touch(stuck, START + 30 * MINUTE, POLICY)
    assert seen is not None
    after = advance_time(seen, recovered=True, now=START + 80 * MINUTE, policy=POLICY)
    assert (after.status, after.count, after.pending) == (Status.OPEN, 1, ())
    assert touch(opened(1), START + 30 * MINUTE, POLICY) is None


def test_an_open_incident_always_has_a_time_to_be_looked_at() -> None:
    """Whatever happens, it is not forgotten; and looking again is never in the past."""
    now, incident = START, happen(None, 1)
    for step in range(40):
        now = now + timedelta(minutes=7 * step)
        incident = happen(incident, step + 2, when=now) if step % 3 else send(incident, now)
        if incident.due_at and incident.due_at <= now:
            incident = advance_time(incident, recovered=False, now=now, policy=POLICY)
        assert incident.due_at is not None
