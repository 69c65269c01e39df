"""What is taken of items of DescribeTasks, and what is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.errors import InvalidInput
from reconciler.model.task import Container
from reconciler.parsing.answer import parse_described_task
from tests.support.values import CLUSTER, TASK

ITEM: dict[str, Any] = {
    "taskArn": TASK,
    "clusterArn": CLUSTER,
    "version": 3,
    "lastStatus": "RUNNING",
    "desiredStatus": "RUNNING",
}


@pytest.mark.parametrize(
    ("value", "milliseconds"),
    [
        ("2026-11-20T09:00:00Z", 0),
        ("2026-11-20T09:00:00.5Z", 500),
        ("2026-11-20T09:00:00.46Z", 460),
        ("2026-11-20T09:00:00.123Z", 123),
        ("2026-11-20T09:00:00.123456789Z", 123),
        ("2026-11-20T14:30:00.250000+05:30", 250),
        (1795165200, 0),
        (1795165200.25, 250),
        (datetime(2026, 11, 20, 9, 0, 0, 999_999, UTC), 999),
    ],
)
def test_times(value: object, milliseconds: int) -> None:
    """Times of events, of the CLI and of boto3 are one, cut to the millisecond."""
    expected = datetime(2026, 11, 20, 9, 0, 0, milliseconds * 1000, UTC)
    assert parse_described_task(ITEM | {"createdAt": value}).created_at == expected


def test_description() -> None:
    """A DescribeTasks item has what events don't: health, by container too, and the user's tags."""
    state = parse_described_task(
        ITEM
        | {
            "healthStatus": "HEALTHY",
            "tags": [{"key": "team", "value": "shop"}, {"key": "aws:ecs:serviceName", "value": "checkout"}],
            "containers": [
                {"name": "app", "healthStatus": "HEALTHY"},
                {"name": "b", "healthStatus": "UNKNOWN"},
            ],
        }
    )
    assert (state.health_status, state.tags) == ("HEALTHY", {"team": "shop"})
    assert [container.health_status for container in state.containers] == ["HEALTHY", None]


def test_description_of_2015() -> None:
    """The oldest shape has no version and little else; version 0 stands for none."""
    state = parse_described_task(
        {
            "taskArn": "arn:aws:ecs:us-east-1:111122223333:task/0cc43cdb-3bee-4407-9c26-c0e6ea5bee84",
            "clusterArn": "arn:aws:ecs:us-east-1:111122223333:cluster/default",
            "taskDefinitionArn": "arn:aws:ecs:us-east-1:111122223333:task-definition/hello:1",
            "containers": [
                {
                    "name": "web",
                    "lastStatus": "STOPPED",
                    "exitCode": 2,
                    "reason": "no",
                    "networkBindings": [{"bindIP": "0.0.0.0", "containerPort": 80, "hostPort": 8080}],
                }
            ],
            "lastStatus": "STOPPED",
            "desiredStatus": "STOPPED",
        }
    )
    assert (state.version, state.last_status) == (0, "STOPPED")
    assert state.containers == (Container(name="web", last_status="STOPPED", exit_code=2, reason="no"),)


@pytest.mark.parametrize(
    ("fields", "tags"),
    [
        ({}, None),
        ({"tags": []}, {}),
        ({"tags": [], "desiredStatus": "STOPPED"}, None),
        ({"tags": [], "lastStatus": "STOPPED"}, None),
        ({"tags": [{"key": "team", "value": ""}], "desiredStatus": "STOPPED"}, {"team": ""}),
    ],
)
def test_tags_of_a_stopping_task(fields: dict[str, Any], tags: object) -> None:
    """StopTask deletes tags, so their absence then says nothing about what they were."""
    assert parse_described_task(ITEM | fields).tags == tags


@pytest.mark.parametrize(
    "item",
    [None, [], "x", {}, ITEM | {"taskArn": None}, ITEM | {"version": "3"}, ITEM | {"version": 1_000_001}],
)
def test_wrong_description(item: object) -> None:
    """A DescribeTasks item is read as strictly as an event."""
    with pytest.raises(InvalidInput):
        parse_described_task(item)
