"""Services that can't run what they should: by service actions, and by their numbers alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.findings.policy import Policy, Scope
from reconciler.model.service import ServiceRecord
from tests.support.service_records import judged, recorded, rolling, shown
from tests.support.services import action, deployment_id, described, minute, reading

COMPLETED = described(1, -600)
PLACEMENT = "SERVICE_TASK_PLACEMENT_FAILURE"


def running(number: int, read: float = 1, desired: int = 4) -> ServiceRecord:
    return recorded((reading(COMPLETED, running=number, desired=desired), read))


@pytest.mark.parametrize(
    ("name", "of_some", "of_none"),
    [
        (PLACEMENT, "PLACEMENT medium", "PLACEMENT high"),
        ("SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED", "PLACEMENT medium", "PLACEMENT high"),
        ("SERVICE_TASK_CONFIGURATION_FAILURE", "CONFIGURATION medium", "CONFIGURATION high"),
        ("SERVICE_TASK_START_IMPAIRED", "START_IMPAIRED medium", "START_IMPAIRED medium"),
        ("ECS_OPERATION_THROTTLED", "THROTTLED low", "THROTTLED low"),
        ("SERVICE_DISCOVERY_OPERATION_THROTTLED", "THROTTLED low", "THROTTLED low"),
        ("SERVICE_DISCOVERY_INSTANCE_UNHEALTHY", "DISCOVERY low", "DISCOVERY low"),
        ("VPC_LATTICE_TARGET_UNHEALTHY", "DISCOVERY low", "DISCOVERY low"),
        ("SERVICE_HEALTH_UNKNOWN", "OTHER medium", "OTHER medium"),
        ("SOMETHING_NEW", "OTHER medium", "OTHER medium"),
        ("TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION", None, None),
        ("SERVICE_DEPLOYMENT_FAILED", None, None),
    ],
)
def test_each_action_has_its_cause(name: str, of_some: str | None, of_none: str | None) -> None:
    """What keeps tasks from starting is high where nothing runs; a hint is no finding."""
    for count, expected in ((3, of_some), (0, of_none)):
        record = recorded((reading(COMPLETED, running=count), 1), action(name, 2))
        assert shown(judged(record, 3)) == ([f"SERVICE_IMPAIRED {expected}"] if expected else [])


def test_a_failure_without_any_task_is_found() -> None:
    """A service that was never described, of which no task was ever made."""
    (found,) = judged(recorded(action("SERVICE_TASK_CONFIGURATION_FAILURE", 2, reason="role x")), 3)
    assert (found.cause, found.severity, found.occurred_at) == ("CONFIGURATION", "medium", minute(2))
    assert 'ECS says "SERVICE_TASK_CONFIGURATION_FAILURE: role x"' in found.summary


def test_an_action_is_one_finding_each_time() -> None:
    """The same event once, however often it is judged; the next one is another."""
    first = recorded(action(PLACEMENT, 2))
    (one,), (again,) = judged(first, 3), judged(first, 9)
    (later,) = judged(recorded(action(PLACEMENT, 2), action(PLACEMENT, 8)), 9)
    assert one.finding_id == again.finding_id != later.finding_id


@pytest.mark.parametrize(("count", "over"), [(4, True), (3, False)])
def test_a_later_whole_reading_ends_it(count: int, over: bool) -> None:  # noqa: FBT001 - a table
    """A fault is over once the service was seen whole after it."""
    record = recorded(action(PLACEMENT, 2), (reading(COMPLETED, running=count), 15))
    assert (judged(record, 16) == []) is over


def test_an_earlier_reading_ends_nothing() -> None:
    """Nor does one during a deployment, of which the old tasks still run."""
    assert shown(judged(recorded((reading(COMPLETED), 1), action(PLACEMENT, 2)), 3)) != []
    during = reading(described(2, 1, revision=43, rollout_state="IN_PROGRESS", running=0), COMPLETED)
    (found,) = judged(recorded(action(PLACEMENT, 2), (during, 15)), 16)
    assert found.deployment_id == deployment_id(2)


def test_a_reading_that_said_the_same_again_ends_it_too() -> None:
    """It is not stored, but by then a sweep has made it; of a service that is not whole it ends nothing."""
    whole, short = (
        recorded((reading(COMPLETED, running=count), 1), action(PLACEMENT, 5)) for count in (4, 3)
    )
    assert [len(judged(whole, at)) for at in (6, 44, 46)] == [1, 1, 0]
    assert PLACEMENT in [one.occasion.partition(".")[0] for one in judged(short, 46) if one.occasion]


def test_without_a_deployment_under_way_none_is_named() -> None:
    """A deployment that is long over has not much to do with it."""
    (found,) = judged(recorded((reading(COMPLETED, running=3), 1), action(PLACEMENT, 2)), 3)
    assert found.deployment_id is None
    assert found.task_definition_arn is not None
    assert found.task_definition_arn.endswith("checkout:42")


@pytest.mark.parametrize(
    ("count", "desired", "at", "expected"),
    [
        (0, 4, 11, []),
        (0, 4, 12, ["SERVICE_IMPAIRED BELOW_DESIRED high"]),
        (3, 4, 12, ["SERVICE_IMPAIRED BELOW_DESIRED medium"]),
        (4, 4, 600, []),
        (0, 0, 600, []),
    ],
)
def test_below_desired(count: int, desired: int, at: float, expected: list[str]) -> None:
    """Longer than the policy allows; a service that is to run nothing never is."""
    assert shown(judged(running(count, desired=desired), at)) == expected


def test_below_desired_is_one_finding_for_as_long_as_it_lasts() -> None:
    """It is named by when it began, and has its numbers."""
    first, later = (
        running(0),
        recorded((reading(COMPLETED, running=0), 1), (reading(COMPLETED, running=2), 30)),
    )
    (one,), (other,) = judged(first, 20), judged(later, 40)
    assert one.finding_id == other.finding_id
    assert one.summary == "0 of 4 tasks run, since 12:01 UTC."
    assert other.summary == "2 of 4 tasks run, since 12:01 UTC."
    assert one.occurred_at == minute(1)


def test_a_foreign_controller_changes_nothing() -> None:
    """Actions and numbers are judged whoever deploys."""
    record = recorded((reading(COMPLETED, running=0), 1), action(PLACEMENT, 2))
    assert record.state
    foreign = replace(record, state=replace(record.state, deployment_controller="EXTERNAL"))
    assert [one.cause for one in judged(foreign, 20)] == ["PLACEMENT", "BELOW_DESIRED"]


def test_a_policy_judges_services_too() -> None:
    """Its limit, its severities, and what it ignores."""
    record = running(0)
    assert judged(record, 20, Policy(below_desired=timedelta(hours=1))) == []
    assert judged(record, 20, Policy(ignored=(Scope(service="check*"),))) == []


def test_a_deployment_that_begins_names_itself() -> None:
    """A service that runs too little since a deployment began has that deployment."""
    record = replace(rolling(), below_desired_since=minute(1))
    (found,) = judged(record, 20)
    assert (found.cause, found.deployment_id) == ("BELOW_DESIRED", deployment_id(2))
