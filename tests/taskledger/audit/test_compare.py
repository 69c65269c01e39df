"""The audit's truth table: how an entry and ECS differ, and which differences are explained."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.gate import enrich, succeed
from reconciler.model.entry import Closure, LedgerEntry
from reconciler.model.task import Absence, ClosedAs, Container, TaskState
from taskledger.audit.compare import differences
from taskledger.audit.difference import Difference, DifferenceKind
from tests.support.values import TASK, at, event, state

LATER = at(3600)
OVER = {"last_status": "STOPPED", "desired_status": "STOPPED"}


def entry(version: int = 3, **values: Any) -> LedgerEntry:
    """An entry as an event left it."""
    return succeed(None, event(version, **values))


def found(ours: LedgerEntry | None, theirs: TaskState | Absence, now: Any = LATER) -> dict[str, str]:
    """The kinds of difference by field."""
    return {each.field: str(each.kind) for each in differences(ours, theirs, now)}


def one(ours: LedgerEntry | None, theirs: TaskState | Absence) -> Difference:
    (only,) = differences(ours, theirs, LATER)
    return only


@pytest.mark.parametrize(
    ("ours", "theirs", "kinds"),
    [
        (None, Absence.MISSING, {}),
        (None, Absence.UNKNOWN, {}),
        (entry(), Absence.UNKNOWN, {}),
        (entry(6, **OVER), Absence.MISSING, {}),
        (entry(), state(3), {}),
        (None, state(3), {"task": "UNRECORDED"}),
        (entry(), Absence.MISSING, {"task": "VANISHED"}),
        (entry(3), state(4), {"version": "MISSED"}),
        (entry(4), state(3), {"version": "AHEAD"}),
        (entry(), state(3, group="service:other"), {"group": "CONTRADICTION"}),
        (entry(), state(3, last_status="DEACTIVATING"), {"lastStatus": "PASSING"}),
        (entry(last_status="ACTIVATING"), state(3), {"lastStatus": "PASSING"}),
        (entry(), state(3, health_status="HEALTHY"), {"healthStatus": "NOT_IN_EVENTS"}),
    ],
)
def test_the_kind_of_a_difference(
    ours: LedgerEntry | None, theirs: TaskState | Absence, kinds: dict[str, str]
) -> None:
    """Each way in which the two can differ has one kind, and agreement has none."""
    assert found(ours, theirs) == kinds


@pytest.mark.parametrize(
    ("kind", "explained"),
    [
        ("UNRECORDED", False),
        ("MISSED", False),
        ("VANISHED", False),
        ("REAPPEARED", False),
        ("CONTRADICTION", False),
        ("IN_FLIGHT", True),
        ("AHEAD", True),
        ("SETTLING", True),
        ("PASSING", True),
        ("NOT_IN_EVENTS", True),
    ],
)
def test_which_are_explained(kind: str, explained: bool) -> None:  # noqa: FBT001 - a column of the table
    """A correct ledger differs from ECS for a moment; what lasts is not explained. Each kind has a text."""
    assert DifferenceKind(kind).explained is explained
    assert DifferenceKind(kind).cause


@pytest.mark.parametrize(
    ("name", "field", "ours", "theirs"),
    [
        ("desiredStatus", "desired_status", "RUNNING", "STOPPED"),
        ("stopCode", "stop_code", "UserInitiated", "ServiceSchedulerInitiated"),
        ("stoppedReason", "stopped_reason", "Task stopped by user", None),
        ("createdAt", "created_at", at(0), at(0.001)),
        ("startedAt", "started_at", None, at(5)),
        ("stoppingAt", "stopping_at", at(6), at(7)),
        ("stoppedAt", "stopped_at", at(8), None),
        ("startedBy", "started_by", "ecs-svc/1", "ecs-svc/2"),
        ("taskDefinitionArn", "task_definition_arn", "a", "b"),
        ("launchType", "launch_type", "FARGATE", "EC2"),
        ("capacityProviderName", "capacity_provider_name", "FARGATE_SPOT", "FARGATE"),
        ("availabilityZone", "availability_zone", "eu-central-1a", "eu-central-1b"),
    ],
)
def test_each_field(name: str, field: str, ours: Any, theirs: Any) -> None:
    """At one version, any field that both know is compared, by ECS's name and with both values."""
    only = one(entry(**{field: ours}), state(3, **{field: theirs}))
    assert (only.task_arn, only.field, only.ledger, only.ecs) == (TASK, name, ours, theirs)
    assert only.kind is DifferenceKind.CONTRADICTION


@pytest.mark.parametrize(
    ("name", "field", "ours", "theirs"),
    [
        ("lastStatus", "last_status", "RUNNING", "STOPPED"),
        ("exitCode", "exit_code", 0, 137),
        ("reason", "reason", None, "OutOfMemoryError"),
        ("image", "image", "app:1", "app:2"),
        ("imageDigest", "image_digest", "sha256:aa", "sha256:bb"),
    ],
)
def test_each_field_of_a_container(name: str, field: str, ours: Any, theirs: Any) -> None:
    """Containers are compared by name, in whatever order they come."""
    web = Container(name="web")
    ledger = entry(containers=(Container(name="app", **{field: ours}), web))
    ecs = state(3, containers=(web, Container(name="app", **{field: theirs})))
    only = one(ledger, ecs)
    assert (only.field, only.ledger, only.ecs) == (f"containers[app].{name}", ours, theirs)


def test_a_container_that_only_one_of_them_has() -> None:
    """It is named once, with its status where it is known."""
    ledger = entry(containers=(Container(name="app", last_status="RUNNING"),))
    assert [
        (each.field, each.ledger, each.ecs) for each in differences(ledger, state(3, containers=()), LATER)
    ] == [("containers[app]", "RUNNING", None)]


def test_health_and_tags_of_any_version() -> None:
    """What events do not carry is explained, also beside a difference that is not."""
    app = Container(name="app", last_status="RUNNING", health_status="UNHEALTHY")
    sick = state(4, health_status="UNHEALTHY", tags={"team": "shop"}, containers=(app,))
    ledger = entry()
    ledger = replace(ledger, state=enrich(ledger.state, replace(sick, tags={}, health_status="HEALTHY")))
    assert found(ledger, sick) == {
        "version": "MISSED",
        "healthStatus": "NOT_IN_EVENTS",
        "tags": "NOT_IN_EVENTS",
    }


def test_tags_that_are_not_known() -> None:
    """An event has no tags, and ECS deletes those of a task that it stops: neither is a difference."""
    tagged = state(3, tags={"team": "shop"})
    assert found(entry(), tagged) == {}
    assert found(succeed(None, replace(event(3), state=tagged)), state(3)) == {}


@pytest.mark.parametrize(("seconds", "kind"), [(0, "IN_FLIGHT"), (60, "IN_FLIGHT"), (60.001, "MISSED")])
def test_a_fresh_change_is_in_flight(seconds: float, kind: str) -> None:
    """For a minute after a change its event may be on its way; then it is missing."""
    over = state(6, stopped_at=at(100), **OVER)
    kinds = found(entry(3), over, at(100) + timedelta(seconds=seconds))
    assert kinds == dict.fromkeys(("version", "lastStatus", "desiredStatus", "stoppedAt"), kind)


def test_a_fresh_task_is_in_flight() -> None:
    """The same for the first event of a task."""
    assert found(None, state(1), at(30)) == {"task": "IN_FLIGHT"}
    assert found(None, state(1), at(61)) == {"task": "UNRECORDED"}


def test_a_fresh_change_explains_no_contradiction() -> None:
    """No event makes two states of one version agree."""
    assert found(entry(), state(3, group="service:other"), at(30)) == {"group": "CONTRADICTION"}


def test_missing_says_nothing_of_a_fresh_task() -> None:
    """ECS may not list for five minutes what it has reported."""
    assert found(entry(), Absence.MISSING, at(30) + timedelta(seconds=299)) == {"task": "SETTLING"}
    assert found(entry(), Absence.MISSING, at(30) + timedelta(seconds=300)) == {"task": "VANISHED"}


def test_a_closed_task_that_ecs_still_knows() -> None:
    """An entry closed as UNOBSERVED whose task ECS knows is never explained."""
    closed = replace(entry(), closed=Closure(ClosedAs.UNOBSERVED, at(60)))
    assert found(closed, state(3)) == {"closedAs": "REAPPEARED"}
    assert found(closed, Absence.MISSING) == {}
