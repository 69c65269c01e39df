"""What holds a deployment of the simulated ECS up: protected tasks, hooks, and alarms."""

import re

import pytest

from tests.taskledger.simulator.services.conftest import UP, Web

BLOCKED = "TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION"
ALARMS = {"alarms": {"enable": True, "rollback": True, "alarmNames": ["web-5xx"]}}


def pausing(stage: str, minutes: int = 60, action: str = "ROLLBACK") -> dict[str, object]:
    timeout = {"timeoutInMinutes": minutes, "action": action}
    hook = {"targetType": "PAUSE", "lifecycleStages": [stage], "timeoutConfiguration": timeout}
    return {"lifecycleHooks": [hook]}


def paused(web: Web, stage: str, **timeout: object) -> tuple[str, str]:
    """Brings a deployment of web:2 to its pause; returns the ids that name it."""
    web.create(1)
    web.wait(UP)
    web.update(taskDefinition="web:2", deploymentConfiguration=pausing(stage, **timeout))  # type: ignore[arg-type]
    web.wait(UP)
    last = web.history[-1]
    return last["serviceDeploymentArn"], last["lifecycleHookDetails"][0]["hookId"]


def test_protected_tasks_hold_up_a_scale_in(web: Web) -> None:
    """The others go; a message and an event report it once, and it ends with the protection."""
    web.create(3)
    web.wait(UP)
    arns = web.protect(2, minutes=30)
    web.update(desiredCount=1)
    web.wait(600)
    assert [task["taskArn"] for task in web.tasks] == arns
    assert web.names("ECS Service Action") == ["SERVICE_STEADY_STATE", BLOCKED]
    assert web.messages[0] == (
        f"service (web) was unable to reach steady state because task set ({web.deployments[0]['id']}) was "
        "unable to scale in. Reason: The number of protected tasks are more than the desired count of tasks"
    )
    web.wait(1800)
    assert (len(web.tasks), web.names("ECS Service Action")[-1]) == (1, "SERVICE_STEADY_STATE")


def test_protected_tasks_hold_up_a_deployment(web: Web) -> None:
    """The new tasks run beside them, and the deployment completes when they are free."""
    web.create(2)
    web.wait(UP)
    web.protect(2)
    web.update(taskDefinition="web:2")
    web.wait(1200)
    assert web.rollouts == [("PRIMARY", "IN_PROGRESS", "web:2"), ("ACTIVE", "COMPLETED", "web:1")]
    assert (web.service["runningCount"], web.names("ECS Service Action").count(BLOCKED)) == (4, 1)
    web.wait(3600)
    assert web.rollouts == [("PRIMARY", "COMPLETED", "web:2")]


@pytest.mark.parametrize(("stage", "tasks"), [("PRE_SCALE_UP", 1), ("POST_SCALE_UP", 2)])
def test_a_pause_waits_until_it_is_continued(web: Web, stage: str, tasks: int) -> None:
    """Before it starts a task, or before it stops an old one."""
    arn, hook = paused(web, stage)
    assert (len(web.tasks), web.history[-1]["lifecycleStage"]) == (tasks, stage)
    web.ecs.call("ContinueServiceDeployment", {"serviceDeploymentArn": arn, "hookId": hook})
    web.wait(2 * UP)
    assert web.rollouts == [("PRIMARY", "COMPLETED", "web:2")]
    assert web.names("ECS Hook State Change") == ["HOOK_AWAITING_ACTION", "HOOK_SUCCEEDED"]


def test_a_pause_can_be_rolled_back(web: Web) -> None:
    """By hand, whether or not a circuit breaker is on."""
    arn, hook = paused(web, "POST_SCALE_UP")
    request = {"serviceDeploymentArn": arn, "hookId": hook, "action": "ROLLBACK"}
    web.ecs.call("ContinueServiceDeployment", request)
    web.wait(2 * UP)
    assert web.rollouts == [("PRIMARY", "COMPLETED", "web:1")]
    assert web.history[-1]["statusReason"] == (
        "Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed."
    )


@pytest.mark.parametrize(("action", "left"), [("ROLLBACK", "web:1"), ("CONTINUE", "web:2")])
def test_a_pause_has_an_end(web: Web, action: str, left: str) -> None:
    """Then it does what it was configured to do."""
    paused(web, "POST_SCALE_UP", minutes=10, action=action)
    web.wait(3600)
    assert web.rollouts == [("PRIMARY", "COMPLETED", left)]
    assert web.names("ECS Hook State Change") == ["HOOK_AWAITING_ACTION", "HOOK_TIMED_OUT"]


def test_the_event_of_a_hook(web: Web) -> None:
    """It is of the service deployment, and its time has nine digits after the point."""
    arn, hook = paused(web, "POST_SCALE_UP")
    (event,) = [each for each in web.events if each["detail-type"] == "ECS Hook State Change"]
    detail = event["detail"]
    assert (event["resources"], detail["serviceDeploymentArn"], detail["hookId"]) == ([arn], arn, hook)
    assert re.fullmatch(r"2026-11-20T09:\d\d:\d\d\.\d{9}Z", detail["updatedAt"])
    assert re.fullmatch(r"2026-11-20T10:\d\d:\d\dZ", detail["expiresAt"])
    assert (detail["eventType"], detail["hookType"], detail["lifecycleStage"]) == (
        "INFO",
        "PAUSE",
        "POST_SCALE_UP",
    )


def test_an_alarm_rolls_back(web: Web) -> None:
    """Also in the minutes in which the old tasks have gone already and the alarms are still watched."""
    web.create(1, deploymentConfiguration=ALARMS)
    web.wait(600)
    web.update(taskDefinition="web:2")
    web.wait(200)
    assert web.rollouts == [("PRIMARY", "IN_PROGRESS", "web:2")]
    web.ecs.alarm("another")
    web.ecs.alarm("web-5xx")
    web.wait(600)
    assert web.rollouts == [("PRIMARY", "COMPLETED", "web:1")]
    last = web.history[-1]
    assert (last["status"], last["alarms"]) == (
        "ROLLBACK_SUCCESSFUL",
        {"status": "TRIGGERED", "alarmNames": ["web-5xx"], "triggeredAlarmNames": ["web-5xx"]},
    )
    assert "SERVICE_DEPLOYMENT_FAILED" in web.names("ECS Deployment State Change")
    web.ecs.alarm("web-5xx")
    assert web.rollouts == [("PRIMARY", "COMPLETED", "web:1")]
