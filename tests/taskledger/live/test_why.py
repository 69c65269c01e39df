"""`taskledger why` of tasks, services and clusters: what it says, how it ends, and what it may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from taskledger.simulator.services.outcomes import crashes, fails_to_start, no_place
from tests.rollouts.world import BREAKER
from tests.support.running import taskledger

if TYPE_CHECKING:
    from tests.rollouts.world import World
    from tests.support.live import Live

READS = {
    "the stopped tasks": "ListTasks",
    "the running tasks": "DescribeTasks",
    "service deployments": "ListServiceDeployments",
    "images of deployments": "DescribeServiceRevisions",
}


def bad(world: World) -> None:
    """A deployment that cannot pull its image, and that ECS rolls back."""
    world.ecs.plan("checkout:2", fails_to_start())
    world.deploy(2, deploymentConfiguration=BREAKER)
    world.pass_quietly(0.2)


def stopped(world: World) -> str:
    arns = world.call("ListTasks", serviceName="checkout", desiredStatus="STOPPED")["taskArns"]
    (task,) = [one for one in arns if world.started_by(one) == world.deployments["checkout:2"]][:1]
    return str(task)


def test_nothing_is_wrong(asked: Live) -> None:
    """It ends with 0, and says what runs."""
    found = asked.why("checkout")
    assert (found.code, found.err) == (0, "")
    assert found.out.startswith("checkout (shop): nothing is wrong. 2 of 2 tasks run. It runs checkout:1,")
    everything = asked.why()
    assert (everything.code, everything.out) == (0, "shop: nothing is wrong with its 1 service.\n")


@pytest.mark.parametrize("form", ["arn", "id"])
def test_a_task(world: World, asked: Live, form: str) -> None:
    """A whole id or an ARN: why it stopped, and what its deployment came to."""
    bad(world)
    arn = stopped(world)
    found = asked.why(arn if form == "arn" else arn.rpartition("/")[2])
    assert found.code == 1
    assert found.out.startswith(f"task {arn.rpartition('/')[2]} of checkout (shop): deployment failed, image")
    document = asked.why(arn, "--json").document
    assert [one["taskArn"] for one in document["tasks"]] == [arn]
    assert document["service"] == "checkout"
    assert [one["cause"] for one in document["incidents"]] == ["CIRCUIT_BREAKER", "IMAGE_PULL"]


def test_an_arn_names_its_cluster(world: World, asked: Live) -> None:
    """No option has to, and another one is refused."""
    bad(world)
    arn = stopped(world)
    assert taskledger("why", arn).code == 1
    assert taskledger("why", world.service()["serviceArn"]).code == 1
    assert taskledger("why", "shop/checkout").code == 1
    assert asked.why("shop/checkout", cluster=world.service()["clusterArn"]).code == 1
    assert "is of the cluster shop, not of other" in asked.why(arn, cluster="other").err


def test_a_task_that_runs_well(world: World, asked: Live) -> None:
    """Nothing is wrong with it, whatever its service does."""
    bad(world)
    found = asked.why(world.running()[0])
    assert found.code == 0
    assert "is RUNNING: nothing is wrong with it." in found.out


def test_a_task_that_was_stopped_as_planned(world: World, asked: Live) -> None:
    """A scale-in is no fault."""
    task = world.running()[0]
    world.call("UpdateService", service="checkout", desiredCount=0)
    world.pass_quietly(0.1)
    found = asked.why(task)
    assert found.code == 0
    assert "It stopped as planned: Scaling activity initiated by" in found.out


def test_a_standalone_task(world: World, asked: Live) -> None:
    """A run that failed is not well until ECS forgets it: nobody starts it again."""
    (task,) = world.call("RunTask", taskDefinition="nightly:1", launchType="FARGATE")["tasks"]
    world.call("SubmitTaskStateChange", task=task["taskArn"], status="RUNNING")
    ended = {"containerName": "app", "status": "STOPPED", "exitCode": 3}
    world.call("SubmitTaskStateChange", task=task["taskArn"], status="STOPPED", containers=[ended])
    world.pass_quietly(0.7)
    found = asked.why(task["taskArn"])
    assert found.code == 1
    assert "exit 3" in found.out.splitlines()[0]
    everything = asked.why()
    assert everything.code == 1
    assert everything.out.startswith("shop: 1 standalone task family is not well.\n")


def test_no_task_and_no_message_explain_it(world: World, asked: Live) -> None:
    """A service that lacks tasks is not well, though nothing says why."""
    world.ecs.plan("checkout:1", no_place())
    for task in world.running():
        world.call("StopTask", task=task, reason="restart")
    world.pass_quietly(0.3)
    found = asked.why("checkout")
    assert found.code == 1
    assert "0 of 2 tasks run: it is down" in found.out.splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["web"], 'ECS knows no service "web" in the cluster shop'),
        (["0123456789abcdef0123456789abcdef"], "ECS knows no task 0123456789abcdef0123456789abcdef"),
        (["none/checkout"], "ECS knows no cluster none in this account and Region: name one"),
        (["checkout", "--json", "--markdown"], "two forms of one answer"),
        (["checkout", "--timeout", "5m"], "give them with --wait"),
        (["checkout", "--deployment", "ecs-svc/1"], "give them with --wait"),
        (["--wait"], "name the service"),
        (["0123456789abcdef0123456789abcdef", "--wait"], "name the service"),
        (["checkout", "--wait", "--timeout", "soon"], '"soon" is no time span'),
        (["checkout", "--wait", "--timeout", "0s"], '"0s" is no time span'),
    ],
)
def test_it_cannot_be_said(asked: Live, arguments: list[str], said: str) -> None:
    """Exit code 2, nothing on standard output, and one line that says what to do."""
    found = taskledger("why", *arguments) if "none/" in arguments[0] else asked.why(*arguments)
    assert (found.code, found.out) == (2, "")
    assert said in found.err.splitlines()[-1]


def test_a_cluster_that_is_not_there(asked: Live) -> None:
    """It is said what to name instead, as most have no cluster of the default name."""
    found = asked.why(cluster="none")
    assert (found.code, found.out) == (2, "")
    assert "ECS knows no cluster none in this account and Region: name one with --cluster" in found.err


@pytest.mark.parametrize("what", READS)
def test_a_right_that_is_missing(world: World, asked: Live, what: str) -> None:
    """It is said in one line with its name, and the rest is explained."""
    bad(world)
    asked.denied = {READS[what]}
    found = asked.why("checkout")
    (line,) = [one for one in found.out.splitlines() if "AWS denied access" in one]
    assert READS[what] in line
    assert found.code == 1
    assert "deployment failed" in found.out or what == "service deployments"
    assert len(asked.why("checkout", "--json").document["unknown"]) == 1


@pytest.mark.parametrize(("subject", "call"), [("checkout", "DescribeServices"), (None, "ListServices")])
def test_the_subject_has_to_be_asked(asked: Live, subject: str | None, call: str) -> None:
    """Without that right nothing can be said."""
    asked.denied = {call}
    found = asked.why(*filter(None, [subject]))
    assert (found.code, found.out) == (2, "")
    assert "ask for that permission" in found.err


def test_markdown_shows_text_as_it_is(world: World, asked: Live) -> None:
    """What a task says is no heading, no link and no HTML."""
    world.ecs.plan("checkout:2", fails_to_start("CannotPullContainerError: <img src=x> [a](http://b) `c` @d"))
    world.deploy(2, deploymentConfiguration=BREAKER)
    world.pass_quietly(0.2)
    text = asked.why("checkout", "--markdown").out
    assert text.startswith("### checkout (shop): deployment failed, ")
    assert "<img" not in text
    assert "](" not in text.replace("\\](", "")
    assert "@d" not in text


def test_the_document_is_that_of_the_contract(world: World, asked: Live) -> None:
    """Its fields, and the forms of incidents, deployments and tasks that all commands share."""
    world.ecs.plan("checkout:2", crashes())
    world.deploy(2)
    world.pass_quietly(0.2)
    document = asked.why("checkout", "--json").document
    assert set(document) == {"cluster", "service", "incidents", "deployments", "tasks", "unknown", "logs"}
    assert (document["cluster"], document["service"], document["unknown"]) == ("shop", "checkout", [])
    assert {one["outcome"] for one in document["deployments"]} == {"IN_PROGRESS", "COMPLETED"}
    assert all(one["pending"] == [] for one in document["incidents"])
    assert {one["lastStatus"] for one in document["tasks"]} == {"RUNNING", "STOPPED"}
