"""What is taken of the answers about services, their deployments and revisions."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import InvalidInput
from reconciler.model.deployment import DescribedDeployment, Image, Rollout, ServiceDeployment
from reconciler.model.service import Message, ServiceState
from reconciler.parsing.service_answer import (
    parse_described_service,
    parse_service_deployment,
    parse_service_revision,
)
from tests.support.service_events import SERVICE_DEPLOYMENT
from tests.support.services import DEFINITION, SERVICE, deployment_id
from tests.support.values import CLUSTER

TIME = 1795176000.5  # what the CLI prints; boto3 gives a datetime
MOMENT = datetime(2026, 11, 20, 12, 0, 0, 500_000, UTC)
REVISION = f"{SERVICE.replace(':service/', ':service-revision/')}/4980306466373577095"

DEPLOYMENT: dict[str, Any] = {
    "id": deployment_id(1),
    "status": "PRIMARY",
    "taskDefinition": f"{DEFINITION}:43",
    "desiredCount": 4,
    "pendingCount": 1,
    "runningCount": 3,
    "failedTasks": 2,
    "createdAt": TIME,
    "updatedAt": TIME,
    "rolloutState": "IN_PROGRESS",
    "rolloutStateReason": "ECS deployment ecs-svc/1 in progress.",
}
ITEM: dict[str, Any] = {
    "serviceArn": SERVICE,
    "serviceName": "checkout",
    "clusterArn": CLUSTER,
    "status": "ACTIVE",
    "desiredCount": 4,
    "runningCount": 3,
    "pendingCount": 1,
    "launchType": "FARGATE",
    "schedulingStrategy": "REPLICA",
    "taskDefinition": f"{DEFINITION}:42",
    "deploymentController": {"type": "ECS"},
    "deploymentConfiguration": {"minimumHealthyPercent": 100, "maximumPercent": 200},
    "currentServiceDeployment": SERVICE_DEPLOYMENT,
    "createdAt": TIME,
    "deployments": [DEPLOYMENT],
    "events": [],
}
ANSWERED: dict[str, Any] = {
    "serviceDeploymentArn": SERVICE_DEPLOYMENT,
    "serviceArn": SERVICE,
    "clusterArn": CLUSTER,
    "createdAt": TIME,
    "finishedAt": TIME + 60,
    "status": "ROLLBACK_SUCCESSFUL",
    "statusReason": "Service deployment rolled back because the circuit breaker threshold was exceeded.",
    "sourceServiceRevisions": [{"arn": REVISION + "1", "runningTaskCount": 4}],
    "targetServiceRevision": {"arn": REVISION, "runningTaskCount": 0},
    "rollback": {"reason": "x", "startedAt": TIME + 30, "serviceRevisionArn": REVISION + "1"},
    "deploymentCircuitBreaker": {"status": "TRIGGERED", "failureCount": 3, "threshold": 3},
    "alarms": {"status": "DISABLED"},
}


def test_a_service() -> None:
    """All of it; its task definition is that of the PRIMARY deployment."""
    found = parse_described_service(ITEM | {"createdAt": MOMENT})
    assert found.state == ServiceState(
        service_arn=SERVICE,
        cluster_arn=CLUSTER,
        service="checkout",
        status="ACTIVE",
        desired_count=4,
        running_count=3,
        pending_count=1,
        scheduling_strategy="REPLICA",
        launch_type="FARGATE",
        task_definition_arn=f"{DEFINITION}:43",
        service_deployment_arn=SERVICE_DEPLOYMENT,
        minimum_healthy_percent=100,
        created_at=MOMENT,
    )
    assert found.deployments == (
        DescribedDeployment(
            deployment_id=deployment_id(1),
            created_at=MOMENT,
            task_definition_arn=f"{DEFINITION}:43",
            rollout=Rollout(
                status="PRIMARY",
                rollout_state="IN_PROGRESS",
                reason="ECS deployment ecs-svc/1 in progress.",
                desired_count=4,
                running_count=3,
                pending_count=1,
                failed_tasks=2,
            ),
        ),
    )


def test_a_bare_service() -> None:
    """What ECS leaves out is absent, and no fault: of an external deployment controller there is little."""
    names = ("serviceArn", "status", "desiredCount", "runningCount")
    bare = {name: ITEM[name] for name in names} | {"deploymentController": {"type": "EXTERNAL"}}
    state = parse_described_service(bare).state
    assert (state.cluster_arn, state.service, state.deployment_controller) == (
        CLUSTER,
        "checkout",
        "EXTERNAL",
    )
    assert (state.pending_count, state.task_definition_arn, state.messages) == (0, None, ())


WELL = [
    "(service checkout) has reached a steady state.",
    "(service checkout) has started 2 tasks: (task 1) (task 2).",
    "(service checkout) has stopped 1 running tasks: (task 1).",
    "(service checkout) registered 1 targets in (target-group arn:aws:x)",
    "(service checkout) deregistered 1 targets in (target-group arn:aws:x)",
    "(service checkout, taskSet ecs-svc/1) has begun draining connections on 1 tasks.",
    "(service checkout) (deployment ecs-svc/1) deployment completed.",
]
WRONG = [
    "(service checkout) was unable to place a task because no container instance met its requirements.",
    "(service checkout) (instance i-1) (port 80) is unhealthy in (target-group arn:aws:x)",
    "(service checkout) is unable to consistently start tasks successfully.",
    "(service checkout) (deployment ecs-svc/1) deployment failed: tasks failed to start.",
    "(service checkout) was unable to reach steady state because task set (1) was unable to scale in.",
    "(service checkout) operations are being throttled on ELB.",
]


def test_messages() -> None:
    """The five newest that say what is wrong, newest first; what is well is left out."""
    said = [text for pair in zip(WELL, WRONG, strict=False) for text in pair]
    events = [
        {"id": str(number), "createdAt": TIME + number, "message": text} for number, text in enumerate(said)
    ]
    found = parse_described_service(ITEM | {"events": [*events, {"id": "x"}]}).state.messages
    assert [message.text for message in found] == WRONG[:0:-1]
    assert found[-1].at == datetime(2026, 11, 20, 12, 0, 3, 500_000, UTC)


def test_messages_are_cleaned() -> None:
    """A message may hold what somebody wrote: it is cut, without control characters and credentials."""
    event = {"createdAt": TIME, "message": f"\x1b[31mfailed: token=abc123def456 {'x' * 5000}"}
    (found,) = parse_described_service(ITEM | {"events": [event]}).state.messages
    assert isinstance(found, Message)
    assert (len(found.text), "abc123" in found.text, found.text.isprintable()) == (300, False, True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"serviceArn": None}, "serviceArn"),
        ({"serviceArn": CLUSTER}, "serviceArn"),
        ({"status": None}, "status"),
        ({"runningCount": None}, "runningCount"),
        ({"desiredCount": -1}, "desiredCount"),
        ({"desiredCount": "4"}, "desiredCount"),
        ({"deployments": [DEPLOYMENT | {"id": 5}]}, "deployments[0].id"),
        ({"deployments": [DEPLOYMENT, {}]}, "deployments[1].id"),
        ({"deployments": [DEPLOYMENT | {"createdAt": None}]}, "deployments[0].createdAt"),
        ({"deploymentConfiguration": "x"}, "deploymentConfiguration"),
    ],
)
def test_a_service_that_cannot_be_read(change: dict[str, Any], field: str) -> None:
    """What nothing can be concluded from is refused by its field."""
    with pytest.raises(InvalidInput) as caught:
        parse_described_service(ITEM | change)
    assert caught.value.field == f"service.{field}"


def test_a_service_deployment() -> None:
    """As DescribeServiceDeployments has it."""
    found = parse_service_deployment(ANSWERED)
    assert found == ServiceDeployment(
        service_deployment_arn=SERVICE_DEPLOYMENT,
        status="ROLLBACK_SUCCESSFUL",
        created_at=MOMENT,
        finished_at=datetime(2026, 11, 20, 12, 1, 0, 500_000, UTC),
        reason=ANSWERED["statusReason"],
        revision_arn=REVISION,
        source_revision_arn=REVISION + "1",
        rollback_at=datetime(2026, 11, 20, 12, 0, 30, 500_000, UTC),
        rollback_revision_arn=REVISION + "1",
        circuit_breaker="TRIGGERED",
        alarms="DISABLED",
    )


def test_a_listed_service_deployment() -> None:
    """ListServiceDeployments has less, and the revision under another name."""
    brief = {
        "serviceDeploymentArn": SERVICE_DEPLOYMENT,
        "status": "PENDING",
        "createdAt": TIME,
        "targetServiceRevisionArn": REVISION,
    }
    found = parse_service_deployment(brief)
    assert (found.status, found.revision_arn, found.reason) == ("PENDING", REVISION, "")


def test_several_sources_are_none() -> None:
    """What a deployment came from is known only where one revision was running."""
    sources = [{"arn": REVISION + "1"}, {"arn": REVISION + "2"}]
    found = parse_service_deployment(ANSWERED | {"sourceServiceRevisions": sources})
    assert found.source_revision_arn is None


@pytest.mark.parametrize(
    ("status", "action", "failed"),
    [
        ("FAILED", None, True),
        ("TIMED_OUT", "ROLLBACK", True),
        ("TIMED_OUT", "CONTINUE", False),
        ("AWAITING_ACTION", "ROLLBACK", False),
        ("SUCCEEDED", None, False),
    ],
)
def test_hooks_of_a_service_deployment(status: str, action: str | None, failed: bool) -> None:  # noqa: FBT001 - a case
    """A hook fails a deployment when it failed, or ran out of time and does not let it go on."""
    hooks = [{"hookId": "h1", "status": status, "timeoutAction": action}, {"hookId": "h2"}]
    found = parse_service_deployment(ANSWERED | {"lifecycleHookDetails": hooks})
    assert found.hook_failed is failed
    assert found.hooks_at_timeout == ({"h1": action} if action else {})


def test_a_revision() -> None:
    """Its task definition, and each container's image, with the digest where ECS knows it."""
    images = [
        {"containerName": "app", "image": "shop/checkout:43", "imageDigest": "sha256:9d1e"},
        {"containerName": "log", "image": "fluentd"},
    ]
    item = {"serviceRevisionArn": REVISION, "taskDefinition": f"{DEFINITION}:43", "containerImages": images}
    assert parse_service_revision(item) == (
        f"{DEFINITION}:43",
        (
            Image(container="app", image="shop/checkout:43", digest="sha256:9d1e"),
            Image(container="log", image="fluentd"),
        ),
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@given(st.data(), json_values)
def test_any_value_anywhere(data: st.DataObject, value: object) -> None:
    """With any value in a field, an item is read or refused by name; nothing else is ever raised."""
    readers = [(parse_described_service, ITEM), (parse_service_deployment, ANSWERED)]
    read, item = data.draw(st.sampled_from(readers))
    name = data.draw(st.sampled_from(sorted(item)))
    for changed in (value, item | {name: value}, item | {name: [value]}, item | {name: [{name: value}]}):
        try:
            assert read(changed)
        except InvalidInput as error:
            assert error.field  # noqa: PT017 - either outcome is fine, and this one must name a field
