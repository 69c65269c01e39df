"""What is taken of events, and what is refused by which name."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import InvalidInput
from reconciler.model.task import Container, Source
from reconciler.parsing.event import parse_event, parse_json, parse_task_event
from tests.support.values import CLUSTER, TASK, envelope


def refused(value: object) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        parse_event(value)
    return caught.value


def test_event() -> None:
    """An event holds a state, its own time to the millisecond, and its id."""
    seen = parse_task_event(envelope(3))
    assert (seen.state.task_arn, seen.state.version, seen.source) == (TASK, 3, Source.EVENT)
    assert seen.observed_at == datetime(2026, 11, 20, 9, 0, 10, 250_000, UTC)
    assert seen.event_id == "6b1d4b0e-5a43-4f0b-8d6c-2f7b0c9a1e55"
    assert (seen.replay_name, seen.described_at) == (None, None)


def test_event_of_an_archive_replay() -> None:
    """An event that EventBridge replays says from which replay it is."""
    assert parse_task_event(envelope() | {"replay-name": "last-week"}).replay_name == "last-week"


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:ecs:eu-west-1:111122223333:task/0b69d5c0-d655-4695-98cd-5d2d526d9d5a",
        "arn:aws-cn:ecs:cn-north-1:111122223333:task/shop/4fb1d2c3a4b5c6d7e8f9a0b1c2d3e4f5",
        "arn:aws-us-gov:ecs:us-gov-west-1:111122223333:task/shop/4fb1d2c3a4b5c6d7e8f9a0b1c2d3e4f5",
        "arn:aws-eusc:ecs:eusc-de-east-1:111122223333:task/a/4fb1d2c3a4b5c6d7e8f9a0b1c2d3e4f5",
        "arn:aws:ecs:test-region-1::task/12345678-1234-1234-1234-1234567890AB",
        "arn:aws:ecs:us-east-1:<ACCOUNT_ID>:task/shop/############",
    ],
)
def test_arns(arn: str) -> None:
    """Old and new forms, every partition, and accounts that a publisher masked are task ARNs."""
    assert parse_task_event(envelope(taskArn=arn)).state.task_arn == arn


def test_cluster_comes_from_its_own_field() -> None:
    """An old task ARN names no cluster, and a new one is not asked."""
    state = parse_task_event(envelope(taskArn="arn:aws:ecs:eu-west-1:111122223333:task/other/ab12")).state
    assert (state.cluster_arn, state.cluster, state.task_id) == (CLUSTER, "shop", "ab12")


def test_task_arn_from_resources() -> None:
    """Where `detail.taskArn` is missing the envelope's first resource stands for it."""
    assert parse_task_event(envelope(taskArn=None)).state.task_arn == TASK


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"source": "my.ecs"}, "source"),
        ({"source": None}, "source"),
        ({"detail-type": None}, "detail-type"),
        ({"detail-type": ""}, "detail-type"),
        ({"detail-type": 5}, "detail-type"),
        ({"detail": None}, "detail"),
        ({"detail": [1]}, "detail"),
        ({"id": 5}, "id"),
    ],
)
def test_wrong_envelope(change: dict[str, Any], field: str) -> None:
    """An envelope that is no task state change is refused by the field that says so."""
    assert refused(envelope() | change).field == field


@pytest.mark.parametrize("value", [None, 5, "text", [], [{}], True])
def test_no_envelope(value: object) -> None:
    """What is no JSON object is no event."""
    assert refused(value).field == "event"


def test_a_version_of_a_million_is_the_highest() -> None:
    """One above it is of no task: it would bar every true version for good."""
    assert parse_task_event(envelope(1_000_000)).state.version == 1_000_000
    error = refused(envelope(1_000_001))
    assert (error.field, error.problem) == ("detail.version", "is out of range")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("taskArn", 5),
        ("taskArn", "4fb1d2c3a4b5c6d7e8f9a0b1c2d3e4f5"),
        ("taskArn", "arn:aws:ecs:eu-west-1:111122223333:task-definition/checkout:42"),
        ("taskArn", "arn:aws:ecs:eu-west-1:111122223333:task/"),
        ("taskArn", "arn:aws:ecs:eu-west-1:111122223333:task/shop/"),
        ("taskArn", "arn:aws:ec2:eu-west-1:111122223333:task/shop/ab12"),
        ("taskArn", TASK + "\n"),
        ("taskArn", TASK + "a" * 1024),
        ("clusterArn", None),
        ("clusterArn", "shop"),
        ("clusterArn", TASK),
        ("clusterArn", ["arn"]),
        ("version", None),
        ("version", "3"),
        ("version", 3.0),
        ("version", True),
        ("version", -1),
        ("version", 1_000_001),
        ("version", 2**63),
        ("lastStatus", None),
        ("lastStatus", ""),
        ("lastStatus", 7),
        ("lastStatus", {"S": "RUNNING"}),
        ("lastStatus", "x" * 2000),
        ("createdAt", "yesterday"),
        ("createdAt", "2026-11-20T09:00:00"),
        ("createdAt", 1e300),
        ("createdAt", []),
        ("stoppedAt", "9999-12-31T23:59:59Z"),
        ("stoppedAt", "0001-01-01T00:00:00+14:00"),
        ("containers", {}),
        ("containers", "app"),
        ("stopCode", 137),
    ],
)
def test_wrong_detail(field: str, value: object) -> None:
    """A missing or mistyped field is refused by its path."""
    error = refused(envelope(**{field: value}) | {"resources": []})
    assert error.field == f"detail.{field}"
    assert str(error).startswith(f"detail.{field}: ")


@pytest.mark.parametrize(
    ("container", "field"),
    [
        ("app", "detail.containers[1]"),
        ({}, "detail.containers[1].name"),
        ({"name": "app", "exitCode": "1"}, "detail.containers[1].exitCode"),
        ({"name": "app", "exitCode": 2**70}, "detail.containers[1].exitCode"),
        ({"name": "app", "reason": ["x"]}, "detail.containers[1].reason"),
    ],
)
def test_wrong_container(container: object, field: str) -> None:
    """A wrong container is named by its place."""
    assert refused(envelope(containers=[{"name": "ok"}, container])).field == field


def test_event_without_any_time() -> None:
    """An event must say when it was, in one of the three places seen."""
    bare = envelope(updatedAt=None)
    del bare["time"]
    assert refused(bare).field == "time"
    assert parse_task_event(bare | {"event_time": "2026-11-20T09:00:10Z"}).observed_at.second == 10


def test_unknown_things_are_tolerated() -> None:
    """New fields, statuses, launch types and stop codes pass; nothing of them is interpreted here."""
    state = parse_task_event(
        envelope(
            lastStatus="HIBERNATING",
            launchType="MANAGED_INSTANCES",
            stopCode="MoonPhase",
            quantum={"spin": [1, 2]},
            containers=[{"name": "guard", "cpu": "null", "spin": 1}],
        )
        | {"newField": 1}
    ).state
    assert (state.last_status, state.launch_type, state.stop_code) == (
        "HIBERNATING",
        "MANAGED_INSTANCES",
        "MoonPhase",
    )
    assert state.containers == (Container(name="guard"),)


@pytest.mark.parametrize("containers", [None, []])
def test_no_containers(containers: object) -> None:
    """A task that failed to start can come without containers."""
    assert parse_task_event(envelope(containers=containers)).state.containers == ()


def test_empty_text_is_absent() -> None:
    """SDKs print null or "" for what ECS did not send."""
    state = parse_task_event(envelope(stopCode="", stoppedReason="", group=None, startedAt="")).state
    assert (state.stop_code, state.stopped_reason, state.group, state.started_at) == (None,) * 4


def test_secrets_never_get_in() -> None:
    """Neither `overrides` nor any environment value is in what an event leaves."""
    secret = {"name": "DATABASE_PASSWORD", "value": "hunter2-is-secret"}
    seen = parse_task_event(
        envelope(
            overrides={"containerOverrides": [{"name": "app", "environment": [secret]}]},
            containers=[{"name": "app", "environment": [secret]}],
        )
    )
    assert "hunter2-is-secret" not in repr(seen)


def test_text_that_utf8_cannot_hold() -> None:
    """Half a surrogate pair, which JSON can spell, is replaced: no table would take it."""
    assert (
        parse_task_event(envelope(stoppedReason="bad \ud83d end \u00fc")).state.stopped_reason
        == "bad ? end \u00fc"
    )


def test_long_reasons_are_cut() -> None:
    """A reason beyond ECS's own limit is cut, so an entry can never outgrow the table's items."""
    assert len(parse_task_event(envelope(stoppedReason="x" * 5000)).state.stopped_reason or "") == 1024


@pytest.mark.parametrize("body", ["", "{", "nonsense", "{'a': 1}", "[" * 200_000, "x" * 1_000_000])
def test_no_json(body: str) -> None:
    """A text that is no JSON, however long or deep, is refused as `body`."""
    with pytest.raises(InvalidInput) as caught:
        parse_json(body)
    assert caught.value.field == "body"
    assert len(str(caught.value)) < 300


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(sorted(envelope()["detail"])), json_values)
def test_any_value_anywhere(field: str, value: object) -> None:
    """With any value in a field, an event is accepted or refused by name; nothing else is ever raised."""
    detail = envelope()["detail"] | {field: value}
    try:
        assert parse_task_event(envelope() | {"detail": detail}).source is Source.EVENT
    except InvalidInput as error:
        assert error.field  # noqa: PT017 - either outcome is fine, and this one must name a field
