"""The calls on services and their deployments, through the real boto3 client: limits, failures, errors."""

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from taskledger.simulator.engine.clock import START
from taskledger.simulator.engine.shapes import Answer
from tests.taskledger.simulator.services.conftest import BREAKER, UP, Web

ARN = "arn:aws:ecs:us-east-1:111122223333:service/shop/web"


def foreign(answer: Any, shape: Any, path: str = "") -> list[str]:
    """The fields of an answer that botocore's model does not have."""
    if shape.type_name == "list":
        return [name for each in answer for name in foreign(each, shape.member, path)]
    if shape.type_name != "structure":
        return []
    unknown = [f"{path}.{name}" for name in answer if name not in shape.members]
    known = [name for name in answer if name in shape.members]
    return unknown + [f for n in known for f in foreign(answer[n], shape.members[n], f"{path}.{n}")]


def test_answers_have_the_fields_of_the_model(web: Web, client: Any) -> None:
    """No field of ours is in them, on whatever service."""
    web.create(2, tags=[{"key": "team", "value": "web"}], deploymentConfiguration=BREAKER)
    web.update(taskDefinition="web:2")
    (arn,) = (each["serviceDeploymentArn"] for each in web.history[1:])
    revision = web.history[1]["targetServiceRevision"]["arn"]
    asked: dict[str, Answer] = {
        "DescribeServices": {"cluster": "shop", "services": ["web"], "include": ["TAGS"]},
        "DescribeServiceDeployments": {"serviceDeploymentArns": [arn]},
        "DescribeServiceRevisions": {"serviceRevisionArns": [revision]},
        "DescribeTaskDefinition": {"taskDefinition": "web:1"},
        "ListServiceDeployments": {"cluster": "shop", "service": ARN},
        "ListServices": {"cluster": "shop"},
    }
    for operation, request in asked.items():
        model = client.meta.service_model.operation_model(operation)
        assert foreign(web.ecs.call(operation, request), model.output_shape) == [], operation


def test_ids_have_the_forms_of_ecs(web: Web) -> None:
    """Nineteen digits, twenty-one characters, a number."""
    web.create(1)
    (each,) = web.history
    assert re.fullmatch(r"ecs-svc/\d{19}", web.deployments[0]["id"])
    deployment, revision = each["serviceDeploymentArn"], each["targetServiceRevision"]["arn"]
    assert re.fullmatch(r"arn:aws:ecs:.*:service-deployment/shop/web/[\w-]{21}", deployment)
    assert re.fullmatch(r"arn:aws:ecs:.*:service-revision/shop/web/\d+", revision)


def test_boto3_reads_the_answers(web: Web, client: Any) -> None:
    """Times come as times."""
    web.create(1)
    (service,) = client.describe_services(cluster="shop", services=[ARN])["services"]
    assert (service["createdAt"], service["pendingCount"]) == (START, 1)
    (listed,) = client.list_service_deployments(cluster="shop", service="web")["serviceDeployments"]
    assert (listed["startedAt"], listed["status"]) == (START, "IN_PROGRESS")
    after = client.list_service_deployments(cluster="shop", service="web", createdAt={"after": START})
    assert after["serviceDeployments"] == []


def test_unknown_services_are_failures(client: Any) -> None:
    """MISSING in an answer that is none the worse; changing one is an error."""
    failures = client.describe_services(cluster="shop", services=["web"])["failures"]
    assert failures == [{"arn": ARN, "reason": "MISSING"}]
    gone = ARN.replace(":service/", ":service-deployment/") + "/0123456789abcdefghijk"
    answer = client.describe_service_deployments(serviceDeploymentArns=[gone])
    assert answer["failures"] == [{"arn": gone, "reason": "MISSING"}]
    with pytest.raises(client.exceptions.ServiceNotFoundException):
        client.update_service(cluster="shop", service="web", desiredCount=1)
    with pytest.raises(client.exceptions.ServiceDeploymentNotFoundException):
        client.continue_service_deployment(serviceDeploymentArn=gone, hookId="none")


@pytest.mark.parametrize(
    ("operation", "name", "most"),
    [
        ("DescribeServices", "services", 10),
        ("DescribeServiceDeployments", "serviceDeploymentArns", 20),
        ("DescribeServiceRevisions", "serviceRevisionArns", 20),
    ],
)
def test_limits(web: Web, operation: str, name: str, most: int) -> None:
    """So many at a time, and no more."""
    assert len(web.call(operation, **{name: ["x/y/z"] * most})["failures"]) == most
    for count in (0, most + 1):
        with pytest.raises(Exception, match=f"{name} can"):
            web.call(operation, **{name: ["x/y/z"] * count})


def test_services_are_listed_in_pages_of_ten(client: Any, web: Web) -> None:
    """Unless the request says another size; filters leave out."""
    for number in range(12):
        wanted = {"serviceName": f"s{number}", "taskDefinition": "s:1", "desiredCount": 0}
        web.call("CreateService", launchType="FARGATE" if number else "EC2", **wanted)
    page = client.list_services(cluster="shop")
    rest = client.list_services(cluster="shop", nextToken=page["nextToken"])
    assert (len(page["serviceArns"]), len(rest["serviceArns"])) == (10, 2)
    assert len(client.list_services(cluster="shop", maxResults=100)["serviceArns"]) == 12
    assert len(client.list_services(cluster="shop", launchType="EC2")["serviceArns"]) == 1
    assert client.list_services(cluster="shop", schedulingStrategy="DAEMON")["serviceArns"] == []


def test_a_deleted_service_drains_and_is_described_for_a_while(web: Web, client: Any) -> None:
    """It is listed no more, and its name is free again."""
    web.create(2)
    web.wait(UP)
    with pytest.raises(ClientError, match="scaled above 0"):
        client.delete_service(cluster="shop", service="web")
    with pytest.raises(client.exceptions.ClusterContainsServicesException):
        client.delete_cluster(cluster="shop")
    web.protect(1, minutes=30)
    assert client.delete_service(cluster="shop", service="web", force=True)["service"]["status"] == "DRAINING"
    assert (client.list_services(cluster="shop")["serviceArns"], len(web.tasks)) == ([], 1)
    web.wait(1900)
    assert (web.service["status"], web.tasks) == ("INACTIVE", [])
    with pytest.raises(client.exceptions.ServiceNotActiveException):
        client.update_service(cluster="shop", service="web", desiredCount=1)
    web.wait(3600)
    assert web.call("DescribeServices", services=["web"])["services"] == []
    web.create(1)
    assert web.service["status"] == "ACTIVE"


def test_a_name_is_taken_while_its_service_is_there(web: Web) -> None:
    """ECS's words for it."""
    web.create(1)
    with pytest.raises(Exception, match="not idempotent"):
        web.create(1)


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        ({"schedulingStrategy": "DAEMON"}, "schedulingStrategy DAEMON"),
        ({"loadBalancers": [{"containerName": "app"}]}, "loadBalancers"),
        ({"deploymentConfiguration": {"strategy": "BLUE_GREEN"}}, "strategy BLUE_GREEN"),
        ({"deploymentConfiguration": {"bakeTimeInMinutes": 5}}, "bakeTimeInMinutes"),
        (
            {"deploymentConfiguration": {"lifecycleHooks": [{"targetType": "AWS_LAMBDA"}]}},
            "hook but those of type PAUSE",
        ),
        (
            {
                "deploymentConfiguration": {
                    "lifecycleHooks": [{"targetType": "PAUSE", "lifecycleStages": ["RECONCILE_SERVICE"]}]
                }
            },
            "pause at RECONCILE_SERVICE",
        ),
    ],
)
def test_what_is_not_simulated_is_refused_by_name(client: Any, request_: Answer, what: str) -> None:
    """So that no test passes on what does not happen."""
    wanted = {"cluster": "shop", "serviceName": "web", "taskDefinition": "web:1", "desiredCount": 1}
    with pytest.raises(client.exceptions.UnsupportedFeatureException, match=what):
        client.create_service(**wanted, **request_)
    assert client.list_services(cluster="shop")["serviceArns"] == []


def test_a_task_definition_is_described_as_it_was_registered(client: Any) -> None:
    """With its containers in full."""
    containers = [{"name": "app", "image": "web:1", "logConfiguration": {"logDriver": "awslogs"}}]
    client.register_task_definition(family="web", containerDefinitions=containers, taskRoleArn="role")
    found = client.describe_task_definition(taskDefinition="web")["taskDefinition"]
    assert (found["revision"], found["containerDefinitions"]) == (1, containers)
    assert (found["taskRoleArn"], found["registeredAt"]) == ("role", START)
