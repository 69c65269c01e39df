"""What always holds of the scheduler, whatever is asked of it and whatever becomes of its tasks."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskledger.simulator.services.outcomes import HEALTHY, Outcome, crashes, fails_to_start, no_place
from tests.taskledger.simulator.services.conftest import Web

WAITS = st.sampled_from([1, 20, 60, 120, 400]).map(lambda seconds: lambda web: web.wait(seconds))
WISHES = st.fixed_dictionaries(
    {},
    optional={
        "desiredCount": st.integers(0, 6),
        "taskDefinition": st.sampled_from(["web:1", "web:2", "web:3"]),
        "forceNewDeployment": st.just(True),  # noqa: FBT003 - a value of the request
        "deploymentConfiguration": st.builds(
            lambda least, most, breaker: {
                "minimumHealthyPercent": least,
                "maximumPercent": most,
                "deploymentCircuitBreaker": {"enable": breaker, "rollback": breaker},
            },
            st.sampled_from([0, 50, 100]),
            st.sampled_from([100, 150, 200]),
            st.booleans(),
        ),
    },
).map(lambda wish: lambda web: web.update(**wish))
PLANS = st.tuples(
    st.sampled_from(["web:1", "web:2", "web:3"]),
    st.sampled_from([HEALTHY, HEALTHY, crashes(), crashes(after=100), fails_to_start(), no_place()]),
).map(lambda plan: lambda web: web.ecs.plan(*plan))
TAKEN = st.sampled_from(["SpotInterruption", "UserInitiated"]).map(
    lambda code: lambda web: [web.ecs.interrupt(task["taskArn"], code, "taken") for task in web.tasks[:1]]
)
PROTECTED = st.integers(1, 20).map(lambda minutes: lambda web: web.tasks and web.protect(1, minutes))
SCALED_IN = st.integers(0, 1).map(lambda count: lambda web: web.update(desiredCount=count))
ACTS = st.lists(st.one_of(WAITS, WAITS, WISHES, PLANS, TAKEN, PROTECTED, SCALED_IN), min_size=4, max_size=14)


def protected(web: Web) -> set[str]:
    arns = [task["taskArn"] for task in web.tasks]
    answer = web.call("GetTaskProtection", tasks=arns)["protectedTasks"] if arns else []
    return {each["taskArn"] for each in answer if each["protectionEnabled"]}


def counts_agree(web: Web) -> None:
    """DescribeServices counts the tasks that ListTasks lists, in all and by deployment."""
    running = [task["startedBy"] for task in web.tasks if task["lastStatus"] == "RUNNING"]
    pending = [task["startedBy"] for task in web.tasks if task["lastStatus"] != "RUNNING"]
    assert (web.service["runningCount"], web.service["pendingCount"]) == (len(running), len(pending))
    for each in web.deployments:
        assert each["runningCount"] == running.count(each["id"])
        assert each["pendingCount"] == pending.count(each["id"])


def watched(web: Web) -> list[str]:
    """Checks at each event what always holds; returns the rules that were broken."""
    broken: list[str] = []
    before = [0]

    def check(event: dict[str, Any]) -> None:
        detail, service = event["detail"], web.service
        live = service["runningCount"] + service["pendingCount"]
        most = service["desiredCount"] * service["deploymentConfiguration"]["maximumPercent"] // 100
        if live > max(most, before[0]):
            broken.append(f"{live} tasks of at most {most}")
        before[0] = live
        if detail.get("stopCode") == "ServiceSchedulerInitiated" and detail["lastStatus"] == "RUNNING":
            answer = web.call("GetTaskProtection", tasks=[detail["taskArn"]])["protectedTasks"]
            broken.extend("a protected task is stopped" for each in answer if each["protectionEnabled"])
        if detail["eventName" if "eventName" in detail else "version"] == "SERVICE_DEPLOYMENT_COMPLETED":
            (primary,) = service["deployments"]
            if primary["runningCount"] != service["desiredCount"]:
                broken.append("complete without its tasks")

    web.ecs.listen(check)
    return broken


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 5), ACTS)
def test_what_always_holds(desired: int, acts: list[Callable[[Web], object]]) -> None:
    """Counts equal the tasks; never above the maximum; no protected task stopped; complete means complete."""
    web = Web.alone()
    broken = watched(web)
    web.create(desired)
    for act in acts:
        act(web)
        counts_agree(web)
        said = len(web.events)
        web.ecs.schedule()
        assert len(web.events) == said, "a second time at the same moment something was left to do"
    assert broken == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5), ACTS)
def test_in_the_end_all_is_well(desired: int, acts: list[Callable[[Web], object]]) -> None:
    """Once all tasks are healthy again and a new deployment is made, it completes."""
    web = Web.alone()
    web.create(desired)
    for act in acts:
        act(web)
    for revision in (1, 2, 3):
        web.ecs.plan(f"web:{revision}", HEALTHY)
    wanted = {"minimumHealthyPercent": 50, "maximumPercent": 200}
    web.update(forceNewDeployment=True, deploymentConfiguration=wanted)
    web.wait(4 * 3600)
    (deployment,) = web.deployments
    assert (deployment["rolloutState"], deployment["runningCount"]) == (
        "COMPLETED",
        web.service["desiredCount"],
    )


@pytest.mark.parametrize("outcome", [HEALTHY, crashes(), no_place()])
def test_the_same_run_is_the_same_to_the_byte(outcome: Outcome) -> None:
    """Same seed, same calls, same clock."""

    def run() -> str:
        web = Web.alone()
        web.ecs.plan("web:2", outcome)
        web.create(2)
        web.wait(200)
        web.update(taskDefinition="web:2")
        web.wait(2000)
        return json.dumps([web.events, web.service, web.history])

    assert run() == run()


def test_what_was_due_before_happens_late(web: Web) -> None:
    """A clock that leaps costs time, and nothing else."""
    web.create(1)
    web.ecs.clock.advance(3600)
    web.ecs.schedule()
    web.wait(60)
    assert web.deployments[0]["rolloutState"] == "COMPLETED"


def test_events_may_leave_out_the_cluster(web: Web) -> None:
    """Deployment events do in part of reality; the others never, and none has a version."""
    web.ecs.omit_cluster()
    web.create(1)
    web.wait(120)
    details = {each["detail-type"]: each["detail"] for each in web.events}
    assert "clusterArn" not in details["ECS Deployment State Change"]
    assert details["ECS Service Action"]["clusterArn"].endswith("/shop")
    assert not {"version"} & (
        details["ECS Deployment State Change"].keys() | details["ECS Service Action"].keys()
    )
