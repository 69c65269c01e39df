"""What is taken of the events of services, and what is refused by which name."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import InvalidInput
from reconciler.model.deployment import Report
from reconciler.model.hook import Hook
from reconciler.model.service_event import ActionEvent, DeploymentEvent, HookEvent
from reconciler.parsing.event import Skipped, parse_event
from tests.support.service_events import (
    OLD_SERVICE,
    SERVICE_DEPLOYMENT,
    deployment_change,
    event_of,
    hook_change,
    service_action,
)
from tests.support.services import SERVICE, deployment_id
from tests.support.values import CLUSTER, TASK

SECOND = datetime(2026, 11, 20, 12, 0, 1, tzinfo=UTC)
PLACEMENT = "SERVICE_TASK_PLACEMENT_FAILURE"
KINDS = {"deployment": deployment_change, "action": service_action, "hook": hook_change}


def refused(envelope: object) -> str:
    """The field by which it is refused."""
    with pytest.raises(InvalidInput) as caught:
        parse_event(envelope)
    return caught.value.field


def test_a_deployment() -> None:
    """A report of a deployment by its id, with its own time to the millisecond."""
    assert parse_event(deployment_change(7, reason="ECS deployment in progress.")) == DeploymentEvent(
        service_arn=SERVICE,
        cluster_arn=CLUSTER,
        deployment_id=deployment_id(7),
        name="SERVICE_DEPLOYMENT_IN_PROGRESS",
        report=Report(at=SECOND.replace(microsecond=714_000), reason="ECS deployment in progress."),
    )


def test_an_action() -> None:
    """A report of the scheduler."""
    assert parse_event(service_action()) == ActionEvent(
        service_arn=SERVICE,
        cluster_arn=CLUSTER,
        name=PLACEMENT,
        event_type="ERROR",
        report=Report(at=SECOND.replace(microsecond=87_000), reason="RESOURCE:FARGATE"),
    )


def test_a_hook() -> None:
    """A report of a lifecycle hook, whose time has nine digits."""
    assert parse_event(hook_change(timeoutAction="ROLLBACK")) == HookEvent(
        service_arn=SERVICE,
        cluster_arn=CLUSTER,
        hook=Hook(
            hook_id="ecs-pause-e7tK9G_WRJq",
            status="AWAITING_ACTION",
            at=SECOND.replace(microsecond=618_000),
            service_deployment_arn=SERVICE_DEPLOYMENT,
            hook_type="PAUSE",
            stage="POST_TEST_TRAFFIC_SHIFT",
            expires_at=datetime(2026, 11, 20, 12, 10, 1, tzinfo=UTC),
            timeout_action="ROLLBACK",
        ),
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("resource", "named"),
    [
        (SERVICE, {}),
        (SERVICE_DEPLOYMENT, {}),
        (None, {"serviceArn": SERVICE}),
        (None, {"serviceName": SERVICE}),
        (None, {"service": SERVICE}),
        (None, {"serviceDeploymentArn": SERVICE_DEPLOYMENT}),
        (None, {"serviceName": "checkout", "service": SERVICE}),
        (TASK, {"serviceArn": SERVICE}),
    ],
)
def test_where_the_service_stands(kind: str, resource: str | None, named: dict[str, str]) -> None:
    """In `resources`, itself or as what a service deployment deploys, or in a field that is its ARN."""
    none = {"serviceArn": None, "serviceDeploymentArn": None}
    found = parse_event(KINDS[kind](resource=resource, **(none | named)))
    assert isinstance(found, DeploymentEvent | ActionEvent | HookEvent)
    assert found.service_arn == SERVICE


@pytest.mark.parametrize("kind", KINDS)
def test_the_cluster_is_in_the_arn_of_the_service(kind: str) -> None:
    """AWS's own samples of deployments have no `clusterArn`."""
    found = parse_event(KINDS[kind](clusterArn=None))
    assert isinstance(found, DeploymentEvent | ActionEvent | HookEvent)
    assert found.cluster_arn == CLUSTER


def test_a_cluster_that_nothing_names() -> None:
    """Of a deployment it may be known by its id; of all else it is required."""
    old = {"resource": OLD_SERVICE, "clusterArn": None}
    found = parse_event(deployment_change(**old))
    assert isinstance(found, DeploymentEvent)
    assert (found.service_arn, found.cluster_arn) == (OLD_SERVICE, None)
    assert refused(service_action(**old)) == "detail.clusterArn"
    assert refused(hook_change(**old, serviceArn=OLD_SERVICE)) == "detail.clusterArn"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("service", "cluster"),
    [
        (SERVICE, CLUSTER.replace("shop", "stage")),
        (SERVICE, CLUSTER.replace("arn:aws:", "arn:aws-cn:")),
        (OLD_SERVICE, CLUSTER.replace("arn:aws:", "arn:aws-us-gov:")),
        (OLD_SERVICE, CLUSTER.replace("111122223333", "444455556666")),
    ],
)
def test_a_cluster_that_is_not_the_services(kind: str, service: str, cluster: str) -> None:
    """It is refused: the service would be recorded in a cluster that it is not in."""
    assert refused(KINDS[kind](resource=service, clusterArn=cluster)) == "detail.clusterArn"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["SERVICE_QUANTUM_ENTANGLED", "HOOK_PONDERING", "X"])
def test_a_new_name_is_taken_as_it_is(kind: str, name: str) -> None:
    """ECS has more to say every year."""
    found = parse_event(KINDS[kind](eventName=name, eventType="MOOD", spin={"up": [1]}))
    assert isinstance(found, DeploymentEvent | ActionEvent | HookEvent)
    if isinstance(found, HookEvent):
        assert found.hook.status == name.removeprefix("HOOK_")
    else:
        assert found.name == name


@pytest.mark.parametrize("name", ["SERVICE_DEPLOYMENT_COMPLETED", "SERVICE_DEPLOYMENT_FAILED"])
def test_a_deployment_reported_as_an_action(name: str) -> None:
    """The same report by its id; without an id it is information, whatever its type: another event has it."""
    action = service_action(eventName=name, eventType="ERROR", reason="ECS deployment circuit breaker")
    found = parse_event(action)
    assert isinstance(found, ActionEvent)
    assert found.event_type == "INFO"
    action["detail"]["deploymentId"] = deployment_id(1)
    found = parse_event(action)
    assert isinstance(found, DeploymentEvent)
    assert (found.name, found.deployment_id) == (name, deployment_id(1))


@pytest.mark.parametrize("kind", KINDS)
def test_a_replay_says_so(kind: str) -> None:
    """What an EventBridge replay brings is marked."""
    found = parse_event(KINDS[kind]() | {"replay-name": "last-week"})
    assert isinstance(found, DeploymentEvent | ActionEvent | HookEvent)
    assert found.hook.replayed if isinstance(found, HookEvent) else found.report.replayed


def test_a_reason_is_cut_and_without_secrets() -> None:
    """It is shown to people, and never more than 300 characters of it."""
    found = parse_event(deployment_change(reason=f"failed: password=hunter2 {'x' * 5000}"))
    assert isinstance(found, DeploymentEvent)
    assert (len(found.report.reason), "hunter2" in found.report.reason) == (300, False)


@pytest.mark.parametrize(
    ("time", "expected"),
    [({"updatedAt": None}, 2), ({"updatedAt": None, "createdAt": "2026-11-20T12:00:05Z"}, 5)],
)
def test_the_time_of_an_event(time: dict[str, Any], expected: int) -> None:
    """Its own, else that of its envelope."""
    found = parse_event(deployment_change(**time))
    assert isinstance(found, DeploymentEvent)
    assert found.report.at.second == expected


BAD = [
    (deployment_change(resource=None), "resources[0]"),
    (deployment_change(resource=TASK), "resources[0]"),
    (deployment_change() | {"resources": [5]}, "resources[0]"),
    (deployment_change() | {"resources": {}}, "resources[0]"),
    (deployment_change(resource=SERVICE.replace(":ecs:", ":lambda:")), "resources[0]"),
    (deployment_change(resource=SERVICE_DEPLOYMENT.replace(":ecs:", ":lambda:")), "resources[0]"),
    (service_action(resource=None, serviceName="checkout"), "detail.serviceName"),
    (hook_change(resource=None, serviceArn=None, serviceDeploymentArn=None), "resources[0]"),
    (deployment_change(deploymentId=None), "detail.deploymentId"),
    (deployment_change(deploymentId=2757582648257641111), "detail.deploymentId"),
    (deployment_change(deploymentId=["ecs-svc/1"]), "detail.deploymentId"),
    (deployment_change(deploymentId="x" * 201), "detail.deploymentId"),
    (deployment_change(eventName=None), "detail.eventName"),
    (deployment_change(eventName=7), "detail.eventName"),
    (deployment_change(clusterArn="shop"), "detail.clusterArn"),
    (deployment_change(updatedAt="Fri, 20 Nov 2026 12:00:01 GMT"), "detail.updatedAt"),
    (deployment_change(updatedAt=None) | {"time": None}, "time"),
    (deployment_change(reason={"text": "x"}), "detail.reason"),
    (deployment_change() | {"detail": None}, "detail"),
    (deployment_change() | {"replay-name": 5}, "replay-name"),
    (service_action(createdAt="yesterday"), "detail.createdAt"),
    (service_action(eventType=["ERROR"]), "detail.eventType"),
    (service_action(eventName="SERVICE_DEPLOYMENT_FAILED", deploymentId=123), "detail.deploymentId"),
    (hook_change(hookId=None), "detail.hookId"),
    (hook_change(expiresAt="Fri, 20 Nov 2026 12:10:01 GMT"), "detail.expiresAt"),
    (hook_change(serviceDeploymentArn=SERVICE), "detail.serviceDeploymentArn"),
    (
        hook_change(serviceDeploymentArn=SERVICE_DEPLOYMENT.replace("checkout", "cart")),
        "detail.serviceDeploymentArn",
    ),
    (deployment_change(resource=SERVICE.replace("/shop/", "/arn:aws:ecs:x:1:cluster/")), "resources[0]"),
]


@pytest.mark.parametrize(("envelope", "field"), BAD)
def test_what_is_wrong_is_named(envelope: object, field: str) -> None:
    """A missing or mistyped field is refused by its path; a time has to be ISO 8601."""
    assert refused(envelope) == field


@pytest.mark.parametrize(
    "detail_type",
    ["ECS Container Instance State Change", "ECS Daemon Service Action", "ECS Service Action ECS", "x"],
)
def test_other_events_of_ecs_are_skipped(detail_type: str) -> None:
    """They are no error, whatever is in them."""
    assert parse_event(event_of(detail_type, None, {})) == Skipped(detail_type)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
PLACES = [(kind, name) for kind, made in KINDS.items() for name in made()["detail"]]


@given(st.sampled_from(PLACES), json_values, st.booleans())
def test_any_value_anywhere(place: tuple[str, str], value: object, outside: bool) -> None:  # noqa: FBT001 - drawn
    """With any value in a field, an event is taken or refused by name; nothing else is ever raised."""
    kind, name = place
    envelope = KINDS[kind]()
    changed = envelope | {"resources": value} if outside else envelope
    changed["detail"] = envelope["detail"] | ({} if outside else {name: value})
    try:
        assert not isinstance(parse_event(changed), Skipped)
    except InvalidInput as error:
        assert error.field  # noqa: PT017 - either outcome is fine, and this one must name a field
