"""Events of services among those of tasks, and events that are not read."""

from pathlib import Path

import pytest

from tests.support.running import lines, replay, taskledger, write
from tests.support.service_events import OLD_SERVICE, deployment_change, event_of, hook_change, service_action
from tests.support.values import envelope

INSTANCE, DAEMON = "ECS Container Instance State Change", "ECS Daemon Service Action"
STEADY = service_action(eventName="SERVICE_STEADY_STATE", eventType="INFO")


def test_events_of_services_are_accepted(tmp_path: Path) -> None:
    """With a verdict where they leave something behind; only tasks have a currency."""
    events = [envelope(1), deployment_change(), deployment_change(), STEADY, hook_change(), service_action()]
    ran = replay(write(tmp_path / "a.jsonl", lines(events)))
    assert (ran.code, ran.document["events"]) == (0, {"read": 6, "accepted": 6, "rejected": 0})
    assert ran.document["verdicts"] == {"NEW": 4, "NEWER": 0, "DUPLICATE": 1, "STALE": 0}
    assert (sum(ran.document["currency"].values()), ran.document["skipped"]) == (1, {})


def test_what_is_not_read_is_skipped(tmp_path: Path) -> None:
    """Counted by its detail-type, and no fault: everything that was read is accepted, rejected or skipped."""
    others = [event_of(kind, None, {"version": 1}) for kind in (INSTANCE, DAEMON, INSTANCE)]
    unplaced = deployment_change(resource=OLD_SERVICE, clusterArn=None)
    path = write(tmp_path / "a.jsonl", lines([others[0], envelope(1), "nonsense", *others[1:], unplaced]))
    ran = replay(path)
    assert ran.document["skipped"] == {INSTANCE: 2, DAEMON: 1}
    assert ran.document["events"] == {"read": 6, "accepted": 2, "rejected": 1}
    out = taskledger("replay", "--ledger", "memory", path).out.splitlines()
    assert out[0] == "6 events of 1 task: 2 accepted, 1 rejected, 3 skipped"
    assert f"skipped: 2 {INSTANCE}, 1 {DAEMON}" in out


@pytest.mark.parametrize("ledger", ["memory", "dynamodb"])
def test_a_capture_of_services_alone(ledger: str, tmp_path: Path) -> None:
    """Needs no event of a task, on either ledger, and what is skipped alone is no error."""
    events = write(tmp_path / "a.jsonl", lines([deployment_change(number) for number in range(150)]))
    ran = taskledger("replay", "--json", "--ledger", ledger, events)
    assert (ran.code, ran.document["verdicts"]["NEW"], ran.document["tasks"]) == (0, 150, [])
    other = write(tmp_path / "b.json", lines([event_of(INSTANCE, None, {})]))
    assert (taskledger("replay", "--ledger", ledger, other).code, replay(other).document["skipped"]) == (
        0,
        {INSTANCE: 1},
    )


def test_a_service_event_refused_by_field(tmp_path: Path) -> None:
    """As any other event, by its place."""
    events = [deployment_change(deploymentId=5), hook_change(updatedAt="Fri, 20 Nov 2026 12:00:01 GMT")]
    ran = replay(write(tmp_path / "a.jsonl", lines([*events, deployment_change()])))
    assert [(index, field) for index, field, _ in ran.rejected] == [
        (0, "detail.deploymentId"),
        (1, "detail.updatedAt"),
    ]
    assert ran.document["events"]["accepted"] == 1
