"""How deployments of the simulated ECS complete, fail and roll back."""

import pytest

from taskledger.simulator.services.outcomes import crashes, fails_to_start, no_place, role_refused
from tests.taskledger.simulator.services.conftest import BREAKER, UP, Web

DEPLOYMENT, ACTION = "ECS Deployment State Change", "ECS Service Action"
STARTED, COMPLETED, FAILED = (f"SERVICE_DEPLOYMENT_{name}" for name in ("IN_PROGRESS", "COMPLETED", "FAILED"))


def test_a_service_reaches_its_steady_state(web: Web) -> None:
    """Its tasks come to RUNNING by themselves, and then its deployment is complete."""
    web.create(2)
    web.wait(UP)
    assert web.rollouts == [("PRIMARY", "COMPLETED", "web:1")]
    assert [task["lastStatus"] for task in web.tasks] == ["RUNNING"] * 2
    assert web.names(DEPLOYMENT) == [STARTED, COMPLETED]
    assert web.names(ACTION) == ["SERVICE_STEADY_STATE"]
    assert web.messages[0] == "(service web) has reached a steady state."


def test_tasks_name_their_deployment_and_service(web: Web) -> None:
    """`startedBy` is the deployment's id, `group` the service."""
    web.create(1)
    (deployment,), (task,) = web.deployments, web.tasks
    assert (task["startedBy"], task["group"]) == (deployment["id"], "service:web")


def test_a_deployment_replaces_one_task_by_another(web: Web) -> None:
    """The old deployment is ACTIVE until it is drained; the scheduler stops its tasks in its name."""
    web.create(2)
    web.wait(UP)
    old = web.deployments[0]["id"]
    web.update(taskDefinition="web:2")
    assert web.rollouts == [("PRIMARY", "IN_PROGRESS", "web:2"), ("ACTIVE", "COMPLETED", "web:1")]
    assert len(web.tasks) == 4
    web.wait(UP)
    assert web.rollouts == [("PRIMARY", "COMPLETED", "web:2")]
    stopped = [e["detail"] for e in web.events if e["detail"].get("lastStatus") == "STOPPED"]
    assert {(task["stopCode"], task["stoppedReason"]) for task in stopped} == {
        ("ServiceSchedulerInitiated", f"Scaling activity initiated by (deployment {old})")
    }


def test_a_bad_image_without_a_breaker_never_fails(web: Web) -> None:
    """It goes on and on, more and more slowly, while the old tasks run; nothing but START_IMPAIRED warns."""
    web.create(2)
    web.wait(UP)
    web.ecs.plan("web:2", fails_to_start())
    web.update(taskDefinition="web:2")
    web.wait(6 * 3600)
    assert web.rollouts == [("PRIMARY", "IN_PROGRESS", "web:2"), ("ACTIVE", "COMPLETED", "web:1")]
    assert web.service["runningCount"] == 2
    assert web.names(DEPLOYMENT) == [STARTED, COMPLETED, STARTED]
    assert web.names(ACTION) == ["SERVICE_STEADY_STATE", "SERVICE_TASK_START_IMPAIRED"]
    assert 5 < web.deployments[0]["failedTasks"] < 40


@pytest.mark.parametrize("outcome", [fails_to_start(), crashes(), no_place(), role_refused()])
def test_the_breaker_rolls_back(web: Web, outcome: object) -> None:
    """Three failures in a row, of whatever kind; the rollback is a new deployment of the good revision."""
    web.create(1, deploymentConfiguration=BREAKER)
    web.wait(UP)
    good = web.deployments[0]
    web.ecs.plan("web:2", outcome)  # type: ignore[arg-type]  # a column of the table
    web.update(taskDefinition="web:2")
    web.wait(600)
    assert web.rollouts == [("PRIMARY", "COMPLETED", "web:1")]
    assert web.deployments[0]["id"] != good["id"]
    assert web.names(DEPLOYMENT) == [STARTED, COMPLETED, STARTED, FAILED, STARTED, COMPLETED]
    failed, back = [e["detail"] for e in web.events if e["detail-type"] == DEPLOYMENT][3:5]
    assert (failed["eventType"], failed["reason"]) == (
        "ERROR",
        "ECS deployment circuit breaker: tasks failed to start.",
    )
    assert back["reason"] == f"ECS deployment circuit breaker: rolling back to deploymentId {good['id']}."
    last = web.history[-1]
    assert (last["status"], last["deploymentCircuitBreaker"]["status"]) == (
        "ROLLBACK_SUCCESSFUL",
        "TRIGGERED",
    )
    assert last["rollback"]["serviceRevisionArn"] == web.history[0]["targetServiceRevision"]["arn"]


def test_without_rollback_a_failed_deployment_stays(web: Web) -> None:
    """It starts nothing more, and the old tasks run on."""
    web.create(2, deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": False}})
    web.wait(UP)
    web.ecs.plan("web:2", fails_to_start())
    web.update(taskDefinition="web:2")
    web.wait(3600)
    assert web.rollouts == [("PRIMARY", "FAILED", "web:2"), ("ACTIVE", "COMPLETED", "web:1")]
    assert {task["taskDefinitionArn"].rsplit("/", 1)[-1] for task in web.tasks} == {"web:1"}
    assert web.history[-1]["status"] == "STOPPED"


def test_a_first_deployment_has_nothing_to_roll_back_to(web: Web) -> None:
    """It fails and stays."""
    web.ecs.plan("web:1", fails_to_start())
    web.create(1, deploymentConfiguration=BREAKER)
    web.wait(3600)
    assert web.rollouts == [("PRIMARY", "FAILED", "web:1")]
    assert web.history[-1]["status"] == "ROLLBACK_FAILED"


def test_a_healthy_task_resets_the_count(web: Web) -> None:
    """A crash that comes later than that fails no deployment, however often."""
    web.create(1, deploymentConfiguration=BREAKER)
    web.ecs.plan("web:1", crashes(after=600))
    web.update(forceNewDeployment=True)
    web.wait(6 * 3600)
    assert FAILED not in web.names(DEPLOYMENT)
    assert web.rollouts == [("PRIMARY", "COMPLETED", "web:1")]
    crashed = [e["detail"] for e in web.events if e["detail"].get("stopCode") == "EssentialContainerExited"]
    assert len({task["taskArn"] for task in crashed}) > 10


@pytest.mark.parametrize(
    ("desired", "threshold", "count"),
    [
        (1, {}, 3),
        (20, {}, 10),
        (1000, {}, 200),
        (1000, {"type": "UNBOUNDED_PERCENT", "value": 50}, 500),
        (1, {"type": "UNBOUNDED_PERCENT", "value": 50}, 1),
        (100, {"type": "COUNT", "value": 7}, 7),
    ],
)
def test_thresholds(web: Web, desired: int, threshold: dict[str, object], count: int) -> None:
    """Half of the desired count, from 3 to 200, unless it is configured otherwise."""
    breaker: dict[str, object] = {"enable": True, "rollback": True}
    if threshold:
        breaker["thresholdConfiguration"] = threshold
    web.ecs.plan("web:1", no_place())
    web.create(desired, deploymentConfiguration={"deploymentCircuitBreaker": breaker})
    assert web.history[0]["deploymentCircuitBreaker"]["threshold"] == count


@pytest.mark.parametrize(
    ("outcome", "name"),
    [
        (no_place(), "SERVICE_TASK_PLACEMENT_FAILURE"),
        (role_refused(), "SERVICE_TASK_CONFIGURATION_FAILURE"),
    ],
)
def test_what_is_refused_has_no_task(web: Web, outcome: object, name: str) -> None:
    """Only events and messages report it; when the reason is gone, all goes well."""
    web.ecs.plan("web:1", outcome)  # type: ignore[arg-type]  # a column of the table
    web.create(2)
    web.wait(600)
    assert web.tasks == []
    assert set(web.names(ACTION)) == {name}
    assert len(web.names(ACTION)) > 3
    web.ecs.plan("web:1", crashes(after=10**6))
    web.wait(1800)
    assert web.rollouts == [("PRIMARY", "COMPLETED", "web:1")]


def test_a_deployment_shortly_after_another(web: Web) -> None:
    """The one before is stopped, and its tasks go like those of any older one."""
    web.create(2)
    web.wait(UP)
    web.update(taskDefinition="web:2")
    web.wait(10)
    web.update(taskDefinition="web:3")
    assert web.rollouts == [
        ("PRIMARY", "IN_PROGRESS", "web:3"),
        ("ACTIVE", "IN_PROGRESS", "web:2"),
        ("ACTIVE", "COMPLETED", "web:1"),
    ]
    web.wait(2 * UP)
    assert web.rollouts == [("PRIMARY", "COMPLETED", "web:3")]
    assert [each["status"] for each in web.history] == ["SUCCESSFUL", "STOPPED", "SUCCESSFUL"]


def test_spot_and_scale_in_during_a_deployment(web: Web) -> None:
    """What Spot takes is replaced by the new revision, and no failure of it."""
    strategy = [{"capacityProvider": "FARGATE_SPOT"}]
    wanted = {"serviceName": "web", "taskDefinition": "web:1", "desiredCount": 4}
    web.call("CreateService", capacityProviderStrategy=strategy, **wanted)
    web.wait(UP)
    assert {task["capacityProviderName"] for task in web.tasks} == {"FARGATE_SPOT"}
    web.update(taskDefinition="web:2", deploymentConfiguration={"maximumPercent": 150})
    web.wait(10)
    web.ecs.interrupt(web.tasks[0]["taskArn"], "SpotInterruption", "Your Spot Task was interrupted.")
    web.update(desiredCount=2)
    web.wait(5 * UP)
    assert web.rollouts == [("PRIMARY", "COMPLETED", "web:2")]
    assert (web.service["runningCount"], web.deployments[0]["failedTasks"]) == (2, 0)
