"""Which lines of a container's log are read, and what is said where there are none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconciler.model.task import Container
from taskledger.live.logs.read import Logs, failed_containers, last_lines
from taskledger.local.direct_client import direct_client
from tests.support.container_logs import NOW, Answer, Desk, awslogs, cloudwatch, page
from tests.support.values import state


def texts(logs: Logs) -> list[list[str]]:
    return [[line.text for line in log.lines] for log in logs.containers]


def unknown(logs: Logs) -> str:
    """Why there are no lines of the one log."""
    (log,) = logs.containers
    assert log.lines == ()
    return str(log.unknown)


def test_the_last_lines_with_their_times(desk: Desk) -> None:
    """The newest last; the stream is that of the prefix, the container and the task."""
    task = desk.task()
    desk.write(task, "one", "two", "three")
    (log,) = desk.read(task, most=2).containers
    assert [(line.at, line.text) for line in log.lines] == [
        (NOW - timedelta(seconds=1), "two"),
        (NOW, "three"),
    ]
    assert log.place
    assert (log.place.group, log.place.stream) == ("/ecs/checkout", f"web/app/{task.task_id}")
    assert log.unknown is None


def test_a_log_in_another_region(desk: Desk) -> None:
    """The Region of the log configuration counts, not the task's."""
    task = desk.task({"name": "app", "logConfiguration": awslogs(region="us-east-1")})
    desk.write(task, "far away", region="us-east-1")
    assert texts(desk.read(task)) == [["far away"]]


def test_without_a_region_it_is_the_tasks(desk: Desk) -> None:
    """As the agent on an EC2 instance does it."""
    task = desk.task({"name": "app", "logConfiguration": awslogs(region=None)})
    desk.write(task, "here")
    assert texts(desk.read(task)) == [["here"]]


def test_a_task_definition_is_asked_for_once(desk: Desk) -> None:
    """Though two tasks have two containers of it."""
    configuration = awslogs()
    task = desk.task(
        {"name": "app", "logConfiguration": configuration},
        {"name": "proxy", "logConfiguration": configuration},
    )
    other = desk.another(task.task_definition_arn, containers=task.containers)
    desk.asked.clear()
    assert len(desk.read(task, other).containers) == 4
    assert desk.asked == ["DescribeTaskDefinition"]


def test_the_simulated_ecs_without_boto3(desk: Desk) -> None:
    """Its answers are read like those of boto3."""
    task = desk.task()
    desk.write(task, "written")
    asked = [(task, ["app"])]
    assert texts(last_lines(direct_client(desk.simulated), desk.session, asked)) == [["written"]]


@pytest.mark.parametrize(
    ("configuration", "said"),
    [
        (None, "configures no log driver"),
        ({"logDriver": "splunk"}, "its log driver is splunk"),
        ({"logDriver": "awsfirelens", "options": {"Name": "firehose"}}, "its log driver is awsfirelens"),
        (awslogs(group=None), "names no log group"),
        (awslogs(stream_prefix=None), "without awslogs-stream-prefix"),
    ],
)
def test_a_container_without_a_stream(desk: Desk, configuration: Any, said: str) -> None:
    """Why it has none is in its task definition; nothing was left unasked."""
    task = desk.task({"name": "app"} | ({"logConfiguration": configuration} if configuration else {}))
    logs = desk.read(task)
    assert said in unknown(logs)
    assert logs.containers[0].place is None
    assert logs.unasked == []


def test_a_container_that_the_task_definition_does_not_name(desk: Desk) -> None:
    """AWS adds some to tasks, such as that of Service Connect."""
    task = desk.task()
    added = desk.another(task.task_definition_arn, containers=(Container(name="ecs-service-connect-x"),))
    assert "does not name it" in unknown(desk.read(added))


def test_a_task_of_no_known_definition(desk: Desk) -> None:
    """ECS is not asked."""
    assert "not known" in unknown(desk.read(desk.another(None)))
    assert desk.asked == []


@pytest.mark.parametrize("group", [False, True])
def test_a_stream_that_does_not_exist(desk: Desk, group: bool) -> None:  # noqa: FBT001 - a parameter
    """Whether its group does or not: a container that never ran has none."""
    if group:
        desk.write(desk.task(), "of another task")
    logs = desk.read(desk.task())
    assert "there is no stream web/app/" in unknown(logs)
    assert logs.unasked == []


def test_pages_without_lines(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are followed backwards, however empty, until there are enough lines."""
    pages = {None: page("b/1", ["4"]), "b/1": page("b/2", []), "b/2": page("b/3", ["2", "3"])}
    with cloudwatch(monkeypatch, lambda asked: pages[asked.get("nextToken")]) as requests:
        assert texts(desk.read(desk.task(), most=3)) == [["2", "3", "4"]]
    assert [asked["startFromHead"] for asked in requests] == [False] * 3


def test_the_same_token_twice_is_the_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """CloudWatch Logs has no other sign of it."""
    with cloudwatch(
        monkeypatch, lambda asked: page("b/1", [] if "nextToken" in asked else ["all"])
    ) as requests:
        assert texts(desk.read(desk.task())) == [["all"]]
    assert len(requests) == 2


def test_pages_without_an_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten of them it is given up."""
    with cloudwatch(monkeypatch, lambda asked: page(asked.get("nextToken", "b/") + "1", [])) as requests:
        assert "no lines" in unknown(desk.read(desk.task()))
    assert len(requests) == 10


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            "AccessDeniedException",
            "the permission logs:GetLogEvents on the log group /ecs/checkout is missing",
        ),
        ("InvalidParameterException", "the log group /ecs/checkout can't be read: AWS refused GetLogEvents"),
        ("ThrottlingException", "AWS is throttling these calls"),
        ("ExpiredTokenException", "The AWS credentials have expired"),
        ({}, "answered without events"),
        ({"events": None}, "answered without events"),
    ],
)
def test_a_group_that_cannot_be_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: Answer, said: str
) -> None:
    """It is said once and not asked again, as often as its containers failed; another group is read."""
    refused = [desk.task(), desk.task()]
    other = desk.task({"name": "app", "logConfiguration": awslogs(group="/ecs/other")})
    groups = {"/ecs/checkout": answer, "/ecs/other": page("b/1", ["read"] * 20)}
    with cloudwatch(monkeypatch, lambda asked: groups[asked["logGroupName"]]) as requests:
        logs = desk.read(*refused, other)
    assert texts(logs) == [[], [], ["read"] * 20]
    assert all(said in str(log.unknown) for log in logs.containers[:2])
    assert logs.unasked == [logs.containers[0].unknown]
    of_group = [asked for asked in requests if asked["logGroupName"] == "/ecs/checkout"]
    assert len({asked["logStreamName"] for asked in of_group}) == 1


@pytest.mark.parametrize("region", ["no where", "x.example/"])
def test_a_region_that_is_none(desk: Desk, region: str) -> None:
    """A task definition may name anything."""
    logs = desk.read(desk.task({"name": "app", "logConfiguration": awslogs(region=region)}))
    assert "the log group /ecs/checkout can't be read" in unknown(logs)
    assert len(logs.unasked) == 1


@pytest.mark.parametrize("url", ["nowhere", "http://127.0.0.1:1"])
def test_an_endpoint_that_is_none(desk: Desk, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Wrong or unreachable, it is said with what to do."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", url)
    assert "AWS_ENDPOINT_URL" in unknown(desk.read(desk.task()))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "the permission ecs:DescribeTaskDefinition is missing"),
        (
            "ClientException",
            "the task definition checkout:1 can't be read: AWS refused DescribeTaskDefinition",
        ),
    ],
)
def test_a_task_definition_that_cannot_be_read(desk: Desk, code: str, said: str) -> None:
    """All of its containers say so, and it is asked for once."""
    task = desk.task({"name": "app"}, {"name": "proxy"})

    def refuse(**_: object) -> None:
        answer: Any = {"Error": {"Code": code, "Message": "no"}}
        raise ClientError(answer, "DescribeTaskDefinition")

    desk.asked.clear()
    desk.ecs.meta.events.register("before-call", refuse)
    logs = desk.read(task)
    assert [said in str(log.unknown) for log in logs.containers] == [True, True]
    assert logs.unasked == [logs.containers[0].unknown]
    assert desk.asked == ["DescribeTaskDefinition"]


@pytest.mark.parametrize("answer", [{}, {"taskDefinition": {"containerDefinitions": [None]}}])
def test_a_task_definition_of_a_wrong_shape(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]
) -> None:
    """It is no answer."""
    task = desk.task()
    monkeypatch.setattr(desk.simulated, "call", lambda *_: answer)
    assert "the task definition checkout:1 can't be read" in unknown(desk.read(task))


@pytest.mark.parametrize(("named", "expected"), [(("proxy",), ["proxy"]), ((), ["app", "agent"])])
def test_the_containers_that_failed(named: tuple[str, ...], expected: list[str]) -> None:
    """Those that the finding names, or those whose exit code or reason is a failure's."""
    containers = (
        Container(name="app", exit_code=1),
        Container(name="proxy", exit_code=0),
        Container(name="agent", reason="CannotPullContainerError"),
    )
    assert list(failed_containers(state(containers=containers), named)) == expected


def test_a_task_whose_containers_show_no_failure() -> None:
    """Such as one that its load balancer took for unhealthy: any of them may say why."""
    containers = (Container(name="app", exit_code=0), Container(name="proxy"))
    assert list(failed_containers(state(containers=containers), ())) == ["app", "proxy"]
