"""The pages that a message links to: where they lead, and which of them a person reads."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.findings.policy import DEFAULT
from reconciler.incidents.deployments.blame import Blame, BlameWord
from reconciler.incidents.model import Incident
from reconciler.incidents.outbox import NotificationType, PendingNotification
from reconciler.model.logs import LogSettings, NoLog, Place, place_of
from reconciler.notifications.console_links import cluster_link, links, log_link, target_group_link
from reconciler.notifications.message import compose
from tests.support.services import deployment_id
from tests.support.task_logs import AWSLOGS, crashed, logging_to
from tests.support.values import CLUSTER, START, TASK

PLACE = Place(container="app", region="eu-central-1", group="/ecs/checkout", stream="web/app/4fb1")
TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/checkout/6d0ecf83"
CONSOLE = "https://eu-central-1.console.aws.amazon.com"
HOSTS = [
    ("aws", "eu-central-1", "eu-central-1.console.aws.amazon.com"),
    ("aws-cn", "cn-north-1", "cn-north-1.console.amazonaws.cn"),
    ("aws-us-gov", "us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ("aws-iso", "us-iso-east-1", None),
    ("aws", "", None),
]


def everything() -> Incident:
    """An incident of which all is known that a page is linked by."""
    blame = Blame(word=BlameWord.BEGAN_WITH, deployment_id=deployment_id(2))
    return replace(logging_to(PLACE, crashed()), blame=blame, target_group_arn=TARGET_GROUP)


@pytest.mark.parametrize(("partition", "region", "host"), HOSTS)
def test_links_lead_to_the_right_console(partition: str, region: str, host: str | None) -> None:
    """Each partition has a console of its own; where none is known there is no link."""
    cluster_arn = f"arn:{partition}:ecs:{region}:111122223333:cluster/shop"
    group = f"arn:{partition}:elasticloadbalancing:{region}:111122223333:targetgroup/a/1"
    home = f"https://{host}/{{}}/home?region={region}#{{}}"
    expected = [
        f"https://{host}/ecs/v2/clusters/shop/tasks/1?region={region}",
        home.format("cloudwatch", "logsV2:log-groups/log-group/a/log-events/b"),
        home.format("ec2", f"TargetGroup:targetGroupArn={group}"),
    ]
    assert [
        cluster_link(cluster_arn, "tasks", "1"),
        log_link(cluster_arn, replace(PLACE, region=region, group="a", stream="b")),
        target_group_link(group),
    ] == (expected if host else [None] * 3)


def test_a_log_stream_in_another_region() -> None:
    """Its page is in its own Region, and in the partition of the cluster."""
    link = log_link(CLUSTER, replace(PLACE, region="us-east-1"))
    assert str(link).startswith("https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#")


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("/ecs/checkout", "$252Fecs$252Fcheckout"),
        ("a b#c?d&e", "a$2520b$2523c$253Fd$2526e"),
        ("\u00fc%", "$25C3$25BC$2525"),
        ("a-b_c.d~e", "a-b_c.d~e"),
    ],
)
def test_names_of_logs_are_encoded_twice(name: str, spelt: str) -> None:
    """As the console of CloudWatch spells them, with a dollar for each per cent sign."""
    link = log_link(CLUSTER, replace(PLACE, group=name, stream=name))
    assert str(link).partition("#")[2] == f"logsV2:log-groups/log-group/{spelt}/log-events/{spelt}"


@given(st.text(min_size=1), st.text(min_size=1))
def test_no_name_leads_elsewhere(name: str, region: str) -> None:
    """Whatever a task definition names, the link stays within the console, and is one word."""
    for link in (
        log_link(CLUSTER, Place(container=name, region=region, group=name, stream=name)),
        target_group_link(f"{TARGET_GROUP}{name}"),
        cluster_link(CLUSTER, "services", name),
    ):
        host = str(link).removeprefix("https://").partition("/")[0]
        assert link is None or host.endswith(".console.aws.amazon.com")
        assert not any(char.isspace() or char in "<>\"'@" for char in str(link))


def test_what_is_too_long_for_a_browser_is_no_link() -> None:
    """Names that long no AWS service gives."""
    assert log_link(CLUSTER, replace(PLACE, group="/" * 512)) is None
    assert target_group_link(TARGET_GROUP + "a" * 2000) is None


def test_all_links_of_an_incident() -> None:
    """The service's deployments where the incident names one, and the stream of its newest task."""
    assert {name: link and link.removeprefix(CONSOLE) for name, link in links(everything()).items()} == {
        "task": f"/ecs/v2/clusters/shop/tasks/{1:032x}?region=eu-central-1",
        "service": "/ecs/v2/clusters/shop/services/checkout/health?region=eu-central-1",
        "logs": f"/ecs/v2/clusters/shop/tasks/{1:032x}/logs?region=eu-central-1",
        "logStream": "/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/$252Fecs$252Fcheckout"
        "/log-events/web$252Fapp$252F4fb1",
        "deployment": "/ecs/v2/clusters/shop/services/checkout/deployments?region=eu-central-1",
        "targetGroup": f"/ec2/home?region=eu-central-1#TargetGroup:targetGroupArn={TARGET_GROUP}",
        "runbook": None,
    }


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"blame": None}, {"deployment"}),
        ({"blame": Blame(word=BlameWord.NOT_ONE)}, {"deployment"}),
        ({"target_group_arn": None}, {"targetGroup"}),
        ({"samples": ()}, {"task", "logs", "logStream"}),
        ({"samples": crashed().samples}, {"logStream"}),
    ],
)
def test_what_is_not_known_is_null(changed: dict[str, Any], missing: set[str]) -> None:
    """No link is made up, and no key is left out."""
    found = links(replace(everything(), **changed))
    assert {name for name, link in found.items() if link is None} == missing | {"runbook"}


@pytest.mark.parametrize(("known", "shown"), [(True, "Log"), (False, "Logs")])
def test_people_read_one_link_to_the_log(known: bool, shown: str) -> None:  # noqa: FBT001 - a parameter
    """The stream itself; without it, the page of the task, which ends with that."""
    incident = everything() if known else replace(everything(), samples=crashed().samples)
    text = compose(incident, PendingNotification(NotificationType.OPENED, "1"), START, DEFAULT).text
    named = [line.split()[0] for line in text.splitlines() if "https://" in line]
    assert named == ["Task", "Service", shown, "Deployment", "Targets"]


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        (AWSLOGS, ("eu-central-1", "/ecs/checkout", "web/app/4fb1d2c3a4b5c6d7e8f9a0b1c2d3e4f5")),
        (replace(AWSLOGS, region=None), ("eu-central-1", "/ecs/checkout", f"web/app/{TASK[-32:]}")),
        (replace(AWSLOGS, region="us-east-1"), ("us-east-1", "/ecs/checkout", f"web/app/{TASK[-32:]}")),
        (replace(AWSLOGS, prefix=None), "awslogs-stream-prefix"),
        (replace(AWSLOGS, group=None), "no log group"),
        (LogSettings(driver="splunk"), "splunk"),
        (LogSettings(), "no log driver"),
        (None, "does not name it"),
    ],
)
def test_the_stream_of_a_container(settings: LogSettings | None, found: Any) -> None:
    """By prefix, name and task; else why it is not known."""
    place = place_of(settings, TASK, "app")
    if isinstance(place, NoLog):
        assert found in place.why
    else:
        assert (place.region, place.group, place.stream) == found
