"""ListTasks and ListClusters: pages and filters."""

from typing import Any

import pytest

from taskledger.simulator.api.ecs import SimulatedEcs
from taskledger.simulator.engine.shapes import Answer
from tests.taskledger.simulator.conftest import Shop


def pages(client: Any, **request: Any) -> list[list[str]]:
    paginator = client.get_paginator("list_tasks")
    return [page["taskArns"] for page in paginator.paginate(cluster="shop", **request)]


@pytest.fixture
def crowd(client: Any) -> list[str]:
    """250 Fargate tasks, oldest first."""
    asked = {"cluster": "shop", "taskDefinition": "web:7", "launchType": "FARGATE", "count": 10}
    return [task["taskArn"] for _ in range(25) for task in client.run_task(**asked)["tasks"]]


def test_a_page_has_a_hundred_tasks_unless_fewer_are_asked_for(client: Any, crowd: list[str]) -> None:
    """The pages together are all tasks, each once."""
    assert [len(page) for page in pages(client)] == [100, 100, 50]
    assert [arn for page in pages(client, PaginationConfig={"PageSize": 60}) for arn in page] == crowd


def test_the_last_page_has_no_token(client: Any, crowd: list[str]) -> None:
    """Not even when it is full."""
    first = client.list_tasks(cluster="shop", maxResults=50)
    for _ in range(4):
        first = client.list_tasks(cluster="shop", maxResults=50, nextToken=first["nextToken"])
    assert (len(first["taskArns"]), "nextToken" in first) == (50, False)


def test_a_task_that_stops_between_pages_moves_no_other(client: Any, crowd: list[str], shop: Shop) -> None:
    """A token stands for a place, not for a count."""
    first = client.list_tasks(cluster="shop")
    client.stop_task(cluster="shop", task=crowd[0])
    second = client.list_tasks(cluster="shop", nextToken=first["nextToken"])
    assert second["taskArns"] == crowd[100:200]


@pytest.mark.parametrize("request_", [{"maxResults": 0}, {"maxResults": 101}, {"nextToken": "made up"}])
def test_a_page_size_out_of_range_or_a_made_up_token_is_refused(client: Any, request_: Answer) -> None:
    """Between 1 and 100."""
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.list_tasks(cluster="shop", **request_)


def test_the_desired_status_is_what_is_listed_by(client: Any, shop: Shop) -> None:
    """RUNNING unless asked; a task that runs but is to stop is under STOPPED; PENDING is nothing."""
    stays, goes = shop.run(), shop.run()
    shop.live(goes, "PENDING", "RUNNING")
    client.stop_task(cluster="shop", task=goes)
    assert shop.task(goes)["lastStatus"] == "RUNNING"
    assert (shop.listed(), shop.listed(desiredStatus="RUNNING")) == ([stays], [stays])
    assert shop.listed(desiredStatus="STOPPED") == [goes]
    assert shop.listed(desiredStatus="PENDING") == []


def test_the_filters_are_joined(client: Any, ecs: SimulatedEcs, shop: Shop) -> None:
    """Family, service, launch type and instance, by name or by ARN."""
    of_service = ecs.start_service_task("web", "web:7", cluster="shop")
    of_family = shop.run(taskDefinition="web:9")
    on_instance = shop.run("EC2", taskDefinition="batch:1")
    instance = shop.task(on_instance)["containerInstanceArn"]
    assert shop.listed(serviceName="web") == [of_service]
    assert shop.listed(serviceName="arn:aws:ecs:us-east-1:111122223333:service/shop/web") == [of_service]
    assert shop.listed(family="web") == [of_service, of_family]
    assert shop.listed(family="web", serviceName="web", launchType="FARGATE") == [of_service]
    assert shop.listed(launchType="EC2") == [on_instance]
    assert shop.listed(containerInstance=instance, family="web") == []


def test_started_by_must_be_the_only_filter(client: Any, shop: Shop) -> None:
    """It finds tasks alone, and is refused beside any other filter."""
    task = shop.run(startedBy="AWS Step Functions")
    shop.run()
    assert shop.listed(startedBy="AWS Step Functions") == [task]
    for other in (
        {"family": "web"},
        {"desiredStatus": "RUNNING"},
        {"launchType": "FARGATE"},
        {"serviceName": "a"},
    ):
        with pytest.raises(client.exceptions.InvalidParameterException):
            shop.listed(startedBy="AWS Step Functions", **other)


def test_a_filter_that_the_simulator_lacks_is_refused(client: Any, shop: Shop) -> None:
    """An answer to another question would be worse."""
    with pytest.raises(client.exceptions.InvalidParameterException):
        shop.listed(daemonName="logs")


def test_clusters_are_listed_in_pages(client: Any) -> None:
    """As tasks are."""
    for number in range(4):
        client.create_cluster(clusterName=f"c{number}")
    paginator = client.get_paginator("list_clusters")
    found = [page["clusterArns"] for page in paginator.paginate(PaginationConfig={"PageSize": 2})]
    assert [[arn.rsplit("/", 1)[1] for arn in page] for page in found] == [
        ["shop", "c0"],
        ["c1", "c2"],
        ["c3"],
    ]
