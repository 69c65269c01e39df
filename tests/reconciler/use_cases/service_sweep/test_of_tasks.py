"""Deployments that a sweep knows by their tasks alone."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.service_sweeps import Sweeps
from tests.support.services import (
    SERVICE,
    STARTED,
    deployment_event,
    deployment_id,
    described,
    minute,
    reading,
)
from tests.support.values import CLUSTER, event, recording

ROLLED_BACK = reading(described(3, 10, revision=42), described(1, -3000, status="ACTIVE"))


@pytest.fixture
def sweeps() -> Sweeps:
    """A service that rolled a deployment back, of which ECS shows nothing any more."""
    found = Sweeps()
    found.ecs.readings[SERVICE] = ROLLED_BACK
    return found


def ended(sweeps: Sweeps, number: int = 2, created: float = 5, **state: Any) -> None:
    """A task of that deployment has stopped."""
    facts = {
        "started_by": deployment_id(number),
        "task_definition_arn": "arn:aws:ecs:eu-central-1:111122223333:task-definition/checkout:43",
        "created_at": minute(created),
        "last_status": "STOPPED",
        "stopped_at": minute(created + 1),
    }
    seen = event(4, **(facts | state))
    sweeps.ledger.record([recording(seen)])


def test_a_deployment_is_known_by_its_tasks(sweeps: Sweeps) -> None:
    """What it deployed and when it began, where every event of it was lost."""
    ended(sweeps)
    assert sweeps.run().counts["SERVICES_REPAIRED"] == 3
    found = sweeps.record().deployment(deployment_id(2))
    assert found is not None
    assert (found.began.at, str(found.task_definition_arn)[-11:]) == (minute(5), "checkout:43")
    before = sweeps.services.writes
    sweeps.run()
    assert sweeps.services.writes == before


def test_its_tasks_say_what_an_event_does_not(sweeps: Sweeps) -> None:
    """An event names no task definition."""
    sweeps.observe(deployment_event(2, STARTED, 4.9))
    ended(sweeps)
    sweeps.run()
    found = sweeps.record().deployment(deployment_id(2))
    assert found is not None
    assert (found.began.at, str(found.task_definition_arn)[-11:]) == (minute(4.9), "checkout:43")


@pytest.mark.parametrize(
    "state",
    [
        {"created_at": minute(-200)},
        {"started_by": "somebody"},
        {"started_by": None},
        {"group": "family:checkout"},
        {"group": "service:another"},
    ],
)
def test_tasks_that_name_none(sweeps: Sweeps, state: dict[str, Any]) -> None:
    """Of long ago, of nobody's deployment, of another service: nothing is learned of them."""
    ended(sweeps, **state)
    sweeps.run()
    assert [one.deployment_id for one in sweeps.record().deployments] == [deployment_id(3), deployment_id(1)]


def test_nothing_is_looked_through_where_nothing_was_deployed(sweeps: Sweeps) -> None:
    """Ended tasks are read only of clusters where a deployment began of late."""
    sweeps.ecs.readings[SERVICE] = reading(described(1, -3000))
    ended(sweeps)
    asked: list[str] = []
    read = sweeps.ledger.closed_between
    sweeps.ledger.closed_between = lambda *args: asked.append(args[0]) or read(*args)  # type: ignore[method-assign, func-returns-value]  # a spy
    sweeps.run()
    assert asked == []
    sweeps.ecs.readings[SERVICE] = ROLLED_BACK
    sweeps.now += timedelta(minutes=1)
    sweeps.run()
    assert asked == [CLUSTER]
