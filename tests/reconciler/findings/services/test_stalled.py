"""Deployments that make no progress: without the circuit breaker nothing else says so."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.findings.policy import Policy
from tests.support.service_records import BREAKER, answered, judged, recorded, rolling, shown, waiting
from tests.support.services import FAILED, deployment_event, deployment_id, described, minute, reading

STALLED = ["DEPLOYMENT_FAILED STALLED high"]


@pytest.mark.parametrize(
    ("rollout", "read", "at", "stalled"),
    [
        # by count
        ({"failed_tasks": 3}, 4, 5, True),
        ({"failed_tasks": 2}, 4, 5, False),
        ({"failed_tasks": 9, "running": 1}, 4, 5, False),
        # by time
        ({}, 1, 29, False),
        ({}, 1, 30, True),
        ({}, 29, 30, True),
        ({"running": 2, "failed_tasks": 1}, 29, 30, True),
        ({"running": 2}, 1, 31, True),
        ({"running": 2}, 20, 31, False),  # comes nearer to its end
        ({"running": 4}, 1, 300, False),  # bakes, or waits for the old tasks to end
        # over
        ({"failed_tasks": 9, "rollout_state": "COMPLETED"}, 1, 300, False),
    ],
)
def test_by_count_and_by_time(rollout: dict[str, Any], read: float, at: float, stalled: bool) -> None:  # noqa: FBT001 - a table
    """Failed tasks and none that runs; or half an hour in which nothing runs, or fails, or changes."""
    found = judged(rolling(read=read, **rollout), at)
    assert shown(found) == (STALLED if stalled else [])


def test_the_summary_counts() -> None:
    """Since when, how many run and how many failed."""
    (found,) = judged(rolling(failed_tasks=5), 5)
    assert found.summary == (
        "The deployment checkout:42 to :43 has made no progress since 12:00 UTC: 0 of 4 tasks run, 5 failed,"
        " and ECS has not ended it."
    )
    assert found.about == deployment_id(2)


@pytest.mark.parametrize(
    ("breaker", "at", "stalled"), [("MONITORING", 5, False), ("MONITORING", 31, True), ("DISABLED", 5, True)]
)
def test_the_circuit_breaker_is_given_its_time(breaker: str, at: float, stalled: bool) -> None:  # noqa: FBT001 - a table
    """What it watches it will end by itself after as many failures; half an hour is too long all the same."""
    record = answered(rolling(failed_tasks=3), 2, "IN_PROGRESS", circuit_breaker=breaker)
    assert shown(judged(record, at)) == (STALLED if stalled else [])


def test_the_limits_are_the_policys() -> None:
    """How many failures, and how long."""
    policy = Policy(stalled_failed_tasks=5, stalled=timedelta(minutes=5))
    assert judged(rolling(failed_tasks=4), 4, policy) == []
    assert shown(judged(rolling(failed_tasks=5), 4, policy)) == STALLED
    assert shown(judged(rolling(), 5, policy)) == STALLED


@pytest.mark.parametrize("number", [2, None, 9])
def test_what_waits_for_a_person_is_not_stalled(number: int | None) -> None:
    """Neither where the hook's deployment is known, nor where it can only be the one under way."""
    record = waiting(rolling(failed_tasks=3), 2, number)
    assert shown(judged(record, 61)) == ["HOOK_WAITING medium"]
    assert shown(judged(record, 93)) == STALLED


def test_a_hook_of_another_deployment_keeps_nothing_waiting() -> None:
    """One whose service deployment is known to be an older one's, or not this one's."""
    older = answered(rolling(failed_tasks=3), 1, "SUCCESSFUL")
    assert "DEPLOYMENT_FAILED STALLED high" in shown(judged(waiting(older, 2, 1), 5))
    joined = answered(rolling(failed_tasks=3), 2, "IN_PROGRESS")
    assert "DEPLOYMENT_FAILED STALLED high" in shown(judged(waiting(joined, 2, 9), 5))


def test_the_time_counts_from_when_it_went_on() -> None:
    """After a day of waiting a deployment has its half hour."""
    record = waiting(rolling(), 1440, status="SUCCEEDED")
    assert judged(record, 1460) == []
    assert shown(judged(record, 1470)) == STALLED


def test_the_time_counts_from_when_a_hook_ran_out() -> None:
    """Where no event says that the deployment went on, it did when its time to wait was over."""
    record = waiting(rolling(), 2, expires_at=minute(1440))
    assert judged(record, 1460) == []
    assert shown(judged(record, 1470)) == STALLED


def test_only_the_newest_is_judged() -> None:
    """An older one that never completed was replaced."""
    old = described(
        2, 0, revision=43, status="ACTIVE", rollout_state="IN_PROGRESS", running=0, failed_tasks=9
    )
    assert judged(recorded((reading(described(3, 9, revision=44), old), 10)), 300) == []


def test_a_service_that_is_to_run_nothing_is_not_stalled() -> None:
    """Desired 0 is reached with no task."""
    record = rolling(failed_tasks=9)
    newest = record.deployments[0]
    assert newest.rollout
    empty = replace(newest, rollout=replace(newest.rollout, desired_count=0))
    assert judged(replace(record, deployments=(empty, *record.deployments[1:])), 300) == []


def test_stalled_and_then_failed_is_one_incident() -> None:
    """Two findings of one severity about one deployment: the news is heard once, the last cause shown."""
    before = rolling(failed_tasks=3)
    (stalled,) = judged(before, 5)
    after = recorded(
        (reading(described(2, 0, revision=43, rollout_state="IN_PROGRESS", running=0)), 1),
        deployment_event(2, FAILED, 9, BREAKER),
    )
    (failed,) = judged(after, 10)
    assert (stalled.about, stalled.severity) == (failed.about, failed.severity)
    assert stalled.finding_id != failed.finding_id
    assert failed.occurred_at == minute(9)
