"""What waits: for a person at a lifecycle hook, and for protected tasks to end."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.findings.policy import Policy
from reconciler.findings.services.rules import live
from reconciler.model.service import Message, ServiceRecord
from tests.support.service_records import (
    GOOD,
    answered,
    arn,
    judged,
    protected,
    recorded,
    rolling,
    shown,
    waiting,
)
from tests.support.services import action, deployment_id, described, minute, reading
from tests.support.values import task_arn

BLOCKED = ["SCALE_IN_BLOCKED PROTECTION medium"]
HINT = "TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION"


@pytest.mark.parametrize(
    ("facts", "at_timeout", "then"),
    [
        ({"timeout_action": "ROLLBACK"}, {}, "then the deployment is rolled back"),
        ({"timeout_action": "CONTINUE"}, {}, "then the deployment goes on by itself"),
        ({}, {"ecs-pause-1": "ROLLBACK"}, "then the deployment is rolled back"),
        ({}, {"ecs-pause-2": "ROLLBACK"}, "what happens then is not known"),
        ({"timeout_action": "SOMETHING_NEW"}, {}, "what happens then is not known"),
    ],
)
def test_a_hook_waits_for_a_person(facts: dict[str, Any], at_timeout: dict[str, str], then: str) -> None:
    """Where, until when, and what happens then, if anything says so."""
    record = answered(rolling(), 2, "IN_PROGRESS", hooks_at_timeout=at_timeout)
    (found,) = judged(waiting(record, 2, **facts), 10)
    assert found.summary == (
        "The deployment checkout:42 to :43 waits for a person at POST_TEST_TRAFFIC_SHIFT"
        f" until 2026-11-20 13:02 UTC; {then}."
    )
    assert (found.about, found.occasion, found.cause) == ("ecs-pause-1", "ecs-pause-1", None)
    assert (found.severity, found.service_deployment_arn) == ("medium", arn(2))
    assert (found.deployment_id, found.occurred_at) == (deployment_id(2), minute(2))


@pytest.mark.parametrize("number", [9, None])
def test_a_hook_of_an_unknown_deployment_names_none(number: int | None) -> None:
    """The hook itself says which service deployment it is of, if it does."""
    (found,) = judged(waiting(rolling(), 2, number), 10)
    assert (found.deployment_id, found.service_deployment_arn) == (None, number and arn(number))


@pytest.mark.parametrize(
    ("facts", "at", "found"),
    [({}, 61, 1), ({}, 62, 0), ({"expires_at": None}, 500, 1), ({"status": "SUCCEEDED"}, 10, 0)],
)
def test_a_hook_waits_until_it_runs_out(facts: dict[str, Any], at: float, found: int) -> None:
    """Or until somebody lets it go on."""
    record = waiting(rolling(running=4), 2, **facts)
    assert len(judged(record, at)) == found


def test_a_replayed_hook_waits_for_nobody() -> None:
    """What a replay brings may be long over."""
    assert judged(live(waiting(rolling(), 2, replayed=True)), 10) == []


def surplus(newest: float = 0, *, read: float = 5, **facts: Any) -> ServiceRecord:
    """A deployment all of whose tasks run, beside two tasks of the one that it replaces."""
    old = described(1, -600, status="ACTIVE", running=2)
    values = {"revision": 43, "rollout_state": "IN_PROGRESS", "running": 4}
    return recorded((reading(described(2, newest, **(values | facts)), old, running=6), read))


@pytest.mark.parametrize(
    ("record", "at", "blocked"),
    [
        (surplus(), 30, False),
        (surplus(), 31, True),
        (surplus(rollout_state="COMPLETED"), 31, True),
        (surplus(running=2), 31, False),  # comes nearer to its end
        (surplus(running=2), 36, True),  # has no room until the old ones end
        (rolling(2, 0, running=4), 31, True),
        (recorded((reading(described(2, 0, revision=43)), 5)), 31, False),  # no old deployment is left
    ],
)
def test_protected_tasks_hold_up_a_deployment(record: ServiceRecord, at: float, blocked: bool) -> None:  # noqa: FBT001 - a table
    """Old tasks that are protected, half an hour after a deployment began, if it only waits for them."""
    tasks = protected([7, 8], 1, since=-60, until=90, checked=at - 1)
    assert (BLOCKED[0] in shown(judged(record, at, tasks=tasks))) is blocked


def test_the_tasks_are_named() -> None:
    """Which, since when, and until when at the latest."""
    tasks = [*protected([8], 1, -60, 90, 39), *protected([7], 1, -60, 70, 39)]
    (found,) = judged(surplus(), 40, tasks=tasks)
    names = ", ".join(task_arn(number).rpartition("/")[2] for number in (7, 8))
    assert found.summary == (
        f"The deployment checkout:42 to :43 has been waiting since 12:00 UTC for 2 tasks ({names})"
        " protected until 2026-11-20 13:30 UTC."
    )
    assert (found.deployment_id, found.occurred_at) == (deployment_id(2), minute(30))


@pytest.mark.parametrize(
    "tasks",
    [
        [],
        protected([7], 2, -60, 90, 39),  # of the newest deployment
        protected([7], 1, -60, 90, 19),  # ECS was asked too long ago
        protected([7], 1, -60, 38, 37),  # ran out
        protected([7], 1, 11, 90, 39),  # for less than half an hour
    ],
)
def test_only_what_is_known_to_be_protected_counts(tasks: list[Any]) -> None:
    """By a fresh answer, for long enough, and of a deployment that is to end."""
    assert judged(surplus(), 40, tasks=tasks) == []


@pytest.mark.parametrize(
    ("count", "desired", "held", "blocked"),
    [(6, 2, 3, True), (6, 2, 2, False), (2, 2, 6, False), (1, 0, 1, True)],
)
def test_protected_tasks_hold_up_a_scale_in(count: int, desired: int, held: int, blocked: bool) -> None:  # noqa: FBT001 - a table
    """More run than desired, and more are protected than desired: so ECS itself puts it."""
    record = recorded((reading(described(1, -600), running=count, desired=desired), 0))
    tasks = protected(range(held), 1, -60, 90, 39)
    assert judged(record, 30, tasks=tasks) == []
    assert shown(judged(record, 31, tasks=tasks)) == (BLOCKED if blocked else [])


def test_a_scale_in_waits_since_the_earliest_evidence() -> None:
    """Since ECS said so, in an event or a message, though its numbers were read again since."""
    late = reading(described(1, -600), running=5, desired=2)
    tasks = protected(range(5), 1, -60, 90, 39)
    assert judged(recorded((late, 20)), 40, tasks=tasks) == []
    assert shown(judged(recorded(action(HINT, 5, "INFO"), (late, 20)), 40, tasks=tasks)) == BLOCKED
    said = Message(at=minute(5), text="(service checkout) was unable to scale in. Reason: ...")
    record = recorded((replace(late, state=replace(late.state, messages=(said,))), 20))
    assert shown(judged(record, 40, tasks=tasks)) == BLOCKED


def test_what_ecs_said_before_a_deployment_is_over() -> None:
    """It was of another surplus, and so it is where the tasks are protected since later."""
    late = reading(described(1, 10), running=5, desired=2)
    record = recorded(action(HINT, 5, "INFO"), (late, 20))
    assert judged(record, 40, tasks=protected(range(5), 1, -60, 90, 39)) == []
    old = recorded(action(HINT, -30, "INFO"), (reading(described(1, -600), running=5, desired=2), 20))
    assert judged(old, 40, tasks=protected(range(5), 1, 15, 90, 39)) == []


def test_a_hint_alone_is_no_finding() -> None:
    """ECS says that it could not scale in, and never that it could again."""
    record = recorded(action(HINT, 5, "INFO"), (reading(described(2, 0), GOOD, running=6), 6))
    assert judged(record, 600) == []


def test_how_long_is_the_policys() -> None:
    """`scale_in_blocked` of the policy, from the same evidence."""
    tasks = protected([7], 1, -60, 90, 5)
    assert shown(judged(surplus(), 6, Policy(scale_in_blocked=timedelta(minutes=5)), tasks)) == BLOCKED
