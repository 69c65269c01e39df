"""Deployments that ended badly: why, and what came of them."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.findings.services.rules import live
from reconciler.model.service import ServiceRecord
from tests.support.service_records import (
    BREAKER,
    GOOD,
    ROLLING_BACK,
    answered,
    arn,
    judged,
    recorded,
    rolling,
    shown,
    waiting,
)
from tests.support.services import (
    COMPLETED,
    FAILED,
    STARTED,
    deployment_event,
    deployment_id,
    described,
    minute,
    reading,
)

HIGH = "DEPLOYMENT_FAILED {} high"


def failed(reason: str = "", **facts: Any) -> ServiceRecord:
    """A deployment that ECS says has failed, with what its service deployment says."""
    of = rolling(rollout_state="FAILED", reason=reason)
    return answered(of, 2, facts.pop("status", "STOPPED"), **facts) if facts else of


@pytest.mark.parametrize(
    ("record", "cause"),
    [
        (failed("ECS deployment circuit breaker: tasks failed to start."), "CIRCUIT_BREAKER"),
        (failed("ecs deploymentcircuitbreaker:taskfailedtostart"), "CIRCUIT_BREAKER"),
        (
            failed("Service deployment rolled back because the circuit breaker threshold was"),
            "CIRCUIT_BREAKER",
        ),
        (failed("deployment failed: alarm detected"), "ALARM"),
        (
            failed("rolled back because PRE_SCALE_UP lifecycle hook(s) failed. Target check-alarm returned"),
            "HOOK",
        ),
        (failed("Service deployment rolled back because of invalid networking configuration"), "OTHER"),
        (failed(""), "OTHER"),
        (failed("", circuit_breaker="TRIGGERED"), "CIRCUIT_BREAKER"),
        (failed("circuit breaker", alarms="TRIGGERED", circuit_breaker="MONITORING"), "ALARM"),
        (failed("circuit breaker", hook_failed=True), "HOOK"),
        (failed("", status="ROLLBACK_REQUESTED", alarms="MONITORING"), "STOPPED"),
        (waiting(failed("", hook_failed=False), 5, status="TIMED_OUT"), "HOOK"),
        (waiting(failed("", hook_failed=False), 5, status="FAILED", number=7), "OTHER"),
    ],
)
def test_monitors_go_before_words(record: ServiceRecord, cause: str) -> None:
    """Why it failed ECS's monitors say first, then the words that stand first in a reason, then its hooks."""
    assert shown(judged(record, 20)) == [HIGH.format(cause)]


def test_a_rollback_is_named() -> None:
    """The failed deployment is found with what it changed, why it failed, and where it went back to when."""
    (found,) = judged(
        recorded(
            (reading(GOOD), -590),
            deployment_event(2, STARTED, 0),
            (reading(described(2, 0, revision=43, rollout_state="IN_PROGRESS"), GOOD), 1),
            deployment_event(2, FAILED, 7, BREAKER),
            deployment_event(3, STARTED, 7.1, ROLLING_BACK),
            deployment_event(3, COMPLETED, 9),
        ),
        20,
    )
    assert found.summary == (
        "The deployment checkout:42 to :43 failed: the circuit breaker ended it, as its tasks did not start"
        " or stay healthy; rolled back to checkout:42 at 12:07 UTC."
    )
    assert (found.occasion, found.about, found.deployment_id) == (deployment_id(2),) * 3
    assert (found.group, found.task_arn, found.version) == ("service:checkout", None, None)
    assert found.task_definition_arn is not None
    assert found.task_definition_arn.endswith("checkout:43")
    assert found.occurred_at == minute(7)


@pytest.mark.parametrize("rollback_state", ["IN_PROGRESS", "COMPLETED"])
def test_an_alarm_rolls_back(rollback_state: str) -> None:
    """As a service deployment says it; the deployment that rolls back is no failure of its own."""
    now = reading(
        described(3, 9, rollout_state=rollback_state, running=4),
        described(2, 0, revision=43, status="ACTIVE", rollout_state="FAILED", reason="alarm detected"),
        GOOD,
    )
    record = answered(
        recorded((now, 10)), 2, "ROLLBACK_IN_PROGRESS", rollback_at=minute(9), alarms="TRIGGERED"
    )
    (found,) = judged(record, 12)
    assert (found.cause, found.service_deployment_arn) == ("ALARM", arn(2))
    assert found.summary.endswith("; rolled back to checkout:42 at 12:09 UTC.")


def test_a_rollback_that_fails_is_named() -> None:
    """Nobody is left to believe that the old version runs again."""
    (found,) = judged(answered(rolling(), 2, "ROLLBACK_FAILED", circuit_breaker="TRIGGERED"), 20)
    assert found.summary.endswith("; its rollback failed too.")


def test_later_knowledge_is_the_same_finding() -> None:
    """However the cause and the summary change, one deployment fails once."""
    first, second = failed("nobody knows"), failed("nobody knows", alarms="TRIGGERED")
    (one,), (other,) = judged(first, 5), judged(second, 50)
    assert one.finding_id == other.finding_id
    assert one.cause != other.cause


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("STOPPED", [HIGH.format("STOPPED")]),
        ("STOP_REQUESTED", [HIGH.format("STOPPED")]),
        ("SUCCESSFUL", []),
        ("IN_PROGRESS", []),
    ],
)
def test_a_person_stops_the_newest(status: str, found: list[str]) -> None:
    """The newest deployment that is STOPPED was stopped by somebody."""
    assert shown(judged(answered(rolling(running=2), 2, status), 5)) == found


def test_replaced_is_not_stopped() -> None:
    """ECS calls a deployment STOPPED too whose place a newer one took, known or not."""
    replaced = reading(
        described(3, 5, revision=44),
        described(2, 0, revision=43, status="ACTIVE", rollout_state="IN_PROGRESS"),
    )
    assert judged(answered(recorded((replaced, 6)), 2, "STOPPED"), 7) == []
    stopped = answered(rolling(running=2), 2, "STOPPED")
    assert stopped.state
    unseen = replace(stopped, state=replace(stopped.state, service_deployment_arn=arn(3)))
    assert judged(unseen, 5) == []


@pytest.mark.parametrize("controller", ["CODE_DEPLOY", "EXTERNAL"])
def test_foreign_deployments_are_not_judged(controller: str) -> None:
    """What CodeDeploy or another controller does is not ECS's to say."""
    record = failed("circuit breaker")
    assert record.state
    foreign = replace(record, state=replace(record.state, deployment_controller=controller))
    assert judged(foreign, 20) == []


def test_a_deleted_service_has_no_findings() -> None:
    """Whatever went wrong with it."""
    record = failed("circuit breaker")
    assert record.state
    assert judged(replace(record, state=replace(record.state, status="INACTIVE")), 20) == []
    assert judged(replace(record, gone_at=minute(10)), 20) == []


def test_what_only_a_replay_brought_is_no_finding() -> None:
    """Not even through what it says of other deployments; what a live source confirmed stays."""
    replayed = recorded(
        deployment_event(1, COMPLETED, -5),
        deployment_event(2, STARTED, 0, replayed=True),
        deployment_event(2, FAILED, 7, BREAKER, replayed=True),
    )
    assert shown(judged(replayed, 20)) == [HIGH.format("CIRCUIT_BREAKER")]
    assert [one.deployment_id for one in live(replayed).deployments] == [deployment_id(1)]
    assert judged(live(replayed), 20) == []
    confirmed = recorded(
        deployment_event(2, FAILED, 7, BREAKER, replayed=True), deployment_event(2, FAILED, 7, BREAKER)
    )
    assert live(confirmed) == confirmed


def test_a_finding_names_no_other_revision() -> None:
    """Of a deployment that only events spoke of, what the service ran before is not what it deploys."""
    record = recorded(
        (reading(GOOD), -1), deployment_event(2, STARTED, 0), deployment_event(2, FAILED, 7, BREAKER)
    )
    (found,) = judged(record, 8)
    assert (found.deployment_id, found.task_definition_arn) == (deployment_id(2), None)
