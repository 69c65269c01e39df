"""What becomes of an incident as findings, readings, messages and time come to it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.findings.model import Cause, Kind
from reconciler.incidents.case import Context
from reconciler.incidents.facts.impact import Running
from reconciler.incidents.lifecycle import add_findings, advance, touch, with_running
from reconciler.incidents.model import Incident, Status
from reconciler.incidents.outbox import Outbox
from tests.support.courses import (
    HIGH,
    LOW,
    MEDIUM,
    OPENED,
    POLICY,
    RESOLVED,
    Course,
    crash,
    incident,
    minutes,
    pending,
    published,
)
from tests.support.findings import DEFINITION
from tests.support.values import START

SEVERITIES = (LOW, MEDIUM, HIGH)
RUN: dict[str, Any] = {"group": "family:report"}
STUCK: dict[str, Any] = {"kind": Kind.STUCK, "cause": Cause("PENDING")}


def resolved(*, severity: Any = MEDIUM, **values: Any) -> Course:
    """A fault at the start, published, and over after a quarter of an hour."""
    course = Course()
    course.fault(0, severity=severity, **values)
    course.look(15, over=True)
    assert course.heard == [(OPENED, severity), (RESOLVED, severity)]
    return course


def test_it_opens_with_its_first_finding() -> None:
    """And is published with the step after it, not before."""
    one = add_findings(None, [crash(1, minutes(-1))], START, POLICY)
    assert (one.status, one.count, one.severity, one.outbox.pending) == (Status.OPEN, 1, MEDIUM, ())
    assert (one.opened_at, one.first_seen_at, one.noted_at) == (START, minutes(-1), minutes(-1))
    assert one.incident_id.endswith(
        "|service:checkout|ESSENTIAL_CONTAINER_FAILED|EXIT_CODE|20261120T090000.000Z"
    )
    after = advance(one, Context(), START, POLICY)
    assert [each.notification_id for each in after.outbox.pending] == [f"{one.incident_id}|1"]
    assert (after.revision, after.due_at) == (one.revision + 1, minutes(1))


def test_it_shows_the_latest_tasks_and_definitions() -> None:
    """Five of each, the latest first: those are the ones that ECS still knows."""
    found = [crash(n, minutes(n), task_definition_arn=f"{DEFINITION}:{n // 2}") for n in range(20)]
    one = add_findings(None, found, START, POLICY)
    assert [int(sample.task_arn[-4:], 16) for sample in one.samples] == [19, 18, 17, 16, 15]
    assert one.task_definition_arns == tuple(f"{DEFINITION}:{n}" for n in (9, 8, 7, 6, 5))
    assert (one.count, one.last_seen_at) == (20, minutes(19))


def test_its_cause_is_that_of_the_newest_and_its_severity_the_highest() -> None:
    """The cause of a deployment's failure may become known only later."""
    about: dict[str, Any] = {"kind": Kind.DEPLOYMENT_FAILED, "about": "ecs-svc/2"}
    one = add_findings(None, [crash(1, severity=HIGH, cause=Cause("STALLED"), **about)], START, POLICY)
    after = add_findings(one, [crash(2, severity=LOW, cause=Cause("ALARM"), **about)], START, POLICY)
    assert (after.cause, after.cause_severity, after.key.cause, after.key) == ("ALARM", HIGH, None, one.key)


def test_a_fault_in_the_future_is_noted_now() -> None:
    """A clock that goes wrong keeps nothing open."""
    one = add_findings(None, [crash(1, minutes(600))], START, POLICY)
    assert one.noted_at == START
    assert add_findings(one, [crash(2, minutes(900))], minutes(1), POLICY).noted_at == minutes(1)


@pytest.mark.parametrize(("hours", "same"), [(1, True), (24, True), (30, True), (30.1, False)])
def test_what_returns_within_thirty_hours_is_the_same(hours: float, same: bool) -> None:  # noqa: FBT001 - a column of the table
    """By the faults' own times; after that it is another incident, which knows nothing of the first."""
    course = resolved()
    before = course.one
    course.fault(hours * 60, late=5)
    after = course.one
    assert after.open
    assert (after.incident_id == before.incident_id) is same
    assert after.occurrences.number == (2 if same else 1)
    assert (after.resolved_at, after.began_at) == (None, minutes(hours * 60 + 5))
    assert (after.returned_at is not None) is same
    assert (after.outbox.sequence >= before.outbox.sequence) is same


def test_a_return_at_high_is_opened_again() -> None:
    """RESOLVED closed the first; at medium only a reminder says it, as OPENED."""
    course = resolved(severity=HIGH)
    assert course.fault(60, severity=HIGH) == [(OPENED, HIGH)]
    course = resolved()
    assert course.fault(60) == []
    assert course.look(15 + 239) == []
    assert course.look(15 + 240) == [(OPENED, MEDIUM)]


def test_high_is_heard_though_its_return_was_medium() -> None:
    """A reminder at medium after RESOLVED is nothing that whoever hears only of high knows of."""
    course = Course()
    course.fault(0)
    course.read(1, steady=0)
    assert course.read(3, steady=0) == [(OPENED, HIGH)]
    assert course.read(20, steady=4, over=True) == [(RESOLVED, HIGH)]
    assert [course.fault(minute) for minute in (60, 62, 64)] == [[], [], []]
    assert course.read(20 + 240, steady=4) == [(OPENED, MEDIUM)]
    course.read(261, steady=0)
    assert course.read(263, steady=0) == [(OPENED, HIGH)]


@pytest.mark.parametrize(("minute", "opens"), [(5, False), (15, False), (15.1, True)])
def test_a_fault_from_before_the_end_opens_nothing(minute: float, opens: bool) -> None:  # noqa: FBT001 - a column of the table
    """What was over by then is counted, and in the digest; a later fault is a return."""
    course = resolved(severity=HIGH)
    course.fault(minute, late=30 - minute, severity=HIGH)
    assert course.one.open is opens
    assert course.one.occurrences.number == (2 if opens else 1)
    assert course.one.outbox.news_since == (None if opens else minutes(30))
    assert course.heard[2:] == ([(OPENED, HIGH)] if opens else [])


def test_a_late_fault_after_an_end_that_nobody_heard_of_is_heard() -> None:
    """What was low and over was in no message; a worse fault of that time is worth one."""
    course = Course()
    course.fault(0, severity=LOW)
    course.look(15, over=True)
    assert (course.one.open, course.heard) == (False, [])
    assert course.fault(5, late=25, severity=HIGH) == [(OPENED, HIGH)]


def test_late_and_new_findings_may_come_together() -> None:
    """Each is of the incident that it would be of if it had come alone."""
    before = resolved().one
    both = add_findings(before, [crash(9, minutes(60)), crash(8, minutes(5))], minutes(61), POLICY)
    one_by_one = add_findings(before, [crash(8, minutes(5))], minutes(61), POLICY)
    assert add_findings(one_by_one, [crash(9, minutes(60))], minutes(61), POLICY) == both
    assert (both.open, both.occurrences.number, both.incident_id) == (True, 2, before.incident_id)


def test_a_condition_that_is_found_again_is_open_again() -> None:
    """A task that is still stuck was not over, however long it has been so."""
    course = Course()
    course.fault(1, **STUCK)
    course.look(90, over=True)
    assert not course.one.open
    course.fault(1, late=100, **STUCK)
    assert course.one.open


def test_each_run_is_an_incident_of_its_own() -> None:
    """It knows when the one before was published, and nothing else of it."""
    course = Course()
    course.fault(0, **RUN)
    assert course.look(20, over=True) == [(OPENED, MEDIUM)]
    assert course.look(21, over=True) == []
    first = course.one
    course.fault(30, **RUN)
    assert (first.open, course.one.open) == (False, True)
    assert (course.one.incident_id != first.incident_id, course.one.occurrences.number) == (True, 1)
    assert course.one.outbox == Outbox(notified_at=minutes(20), news_since=minutes(30))


def test_a_late_failure_of_a_run_is_of_that_run() -> None:
    """It is no other run, of which nothing was published yet."""
    course = Course()
    course.fault(0, **RUN)
    course.look(20, over=True)
    course.look(21, over=True)
    course.fault(5, late=300, **RUN)
    assert (course.one.open, course.one.count, len(course.heard)) == (False, 2, 1)


def test_an_end_is_final_until_something_fails_again() -> None:
    """What is known to have ended is over at once, though its service was read to be down before."""
    course = Course()
    course.fault(0)
    course.read(1, steady=0)
    course.read(3, steady=0)
    assert course.end(4) == [(RESOLVED, HIGH)]
    assert (course.one.open, course.one.ended_by, course.one.resolved_at) == (
        False,
        "rolled back",
        minutes(4),
    )
    course.fault(10)
    assert (course.one.open, course.one.ended_by) == (True, None)


def test_an_end_that_could_not_be_published_is_none_after_another_fault() -> None:
    """Nobody had heard of it, and it goes on."""
    waiting = incident(MEDIUM, Outbox(pending=(pending(),)))
    ended = replace(waiting, ended_by="rolled back")
    after = add_findings(ended, [crash(2, minutes(5))], minutes(5), POLICY)
    sent = replace(after, outbox=published())
    assert advance(sent, Context(), minutes(6), POLICY).open


def test_an_unanswered_look_changes_nothing() -> None:
    """And the answer is kept with its time."""
    one = incident()
    assert with_running(one, None, START) is one
    found = with_running(one, Running(desired=4, least=4, steady=1), START)
    assert found.impact
    assert (found.impact.running, found.impact.checked_at) == (1, START)


@pytest.mark.parametrize(
    ("values", "minute", "seen"),
    [(STUCK, 5, True), (STUCK, 4.9, False), ({}, 60, False), ({"kind": Kind.SERVICE_IMPAIRED}, 5, True)],
)
def test_a_condition_that_stands_is_noted(values: dict[str, Any], minute: float, seen: bool) -> None:  # noqa: FBT001 - a column of the table
    """Every third of the time after which it would be over; what only happens is not."""
    after = touch(incident(**values), minutes(minute), POLICY)
    assert (after and after.noted_at) == (minutes(minute) if seen else None)


batches = st.lists(st.lists(st.integers(-200, 200), min_size=1, max_size=6), min_size=1, max_size=8)


@given(batches, st.randoms(use_true_random=False))
def test_any_order_in_any_batches_gives_the_same(found: list[list[int]], shuffled: object) -> None:
    """Occurrences, counts, times and severity do not depend on what is reported first, and with what."""
    times = [time for batch in found for time in batch]
    numbered = [crash(n, minutes(time), severity=SEVERITIES[time % 3]) for n, time in enumerate(times)]
    one = add_findings(None, numbered, START, POLICY)
    shuffled.shuffle(numbered)  # type: ignore[attr-defined]  # hypothesis gives a Random
    other: Incident | None = None
    for batch in found:
        reported, numbered = numbered[: len(batch)], numbered[len(batch) :]
        other = add_findings(other, reported, START, POLICY)
    assert other
    assert other.occurrences == one.occurrences
    assert (other.count, other.first_seen_at, other.last_seen_at) == (
        one.count,
        one.first_seen_at,
        one.last_seen_at,
    )
    assert (other.cause_severity, other.noted_at) == (one.cause_severity, one.noted_at)
