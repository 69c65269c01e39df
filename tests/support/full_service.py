"""A service of which everything is known that can be."""

from dataclasses import replace

from reconciler.model.deployment import Image, ServiceDeployment
from reconciler.model.service import Message, ServiceRecord
from reconciler.services.merge import merge_event, merge_reading, merge_service_deployment, with_deployment

from .services import (
    FAILED,
    SERVICE,
    STARTED,
    action,
    deployment_event,
    described,
    hook,
    minute,
    reading,
    record,
)

NASTY = "\U0001f4a5\u00fc\n\t\u0007 'quoted' \\"


def with_deployments(numbers: range) -> ServiceRecord:
    """A service with a deployment every ten minutes."""
    found = record()
    for number in numbers:
        found = merge_event(found, deployment_event(number, STARTED, 10 * number))
    return found


def full_service() -> ServiceRecord:
    """A record of which everything is known."""
    found = with_deployments(range(3))
    events = (
        action("SERVICE_TASK_PLACEMENT_FAILURE", 11, reason=NASTY),
        hook("AWAITING_ACTION", 14),
        deployment_event(
            2, FAILED, 26, "ECS deployment circuit breaker: tasks failed to start.", replayed=True
        ),
    )
    for event in events:
        found = merge_event(found, event)
    now = reading(described(2, 20, rollout_state="FAILED", reason=NASTY, failed_tasks=3), running=2)
    state = replace(
        now.state,
        scheduling_strategy="REPLICA",
        deployment_controller="EXTERNAL",
        launch_type="FARGATE",
        minimum_healthy_percent=0,
        created_at=minute(-1000),
        messages=(
            Message(at=minute(25.5), text=NASTY),
            Message(at=minute(20), text="(service checkout) ..."),
        ),
        service_deployment_arn=service_deployment().service_deployment_arn,
    )
    found = merge_reading(found, replace(now, state=state), minute(27))
    joined = merge_service_deployment(found.deployments[0], service_deployment())
    found = with_deployment(found, joined)
    return replace(found, missing_since=minute(28), gone_at=minute(43))


def service_deployment() -> ServiceDeployment:
    images = (
        Image(container="app", image="registry.example/checkout:1", digest="sha256:" + "5e" * 32),
        Image(container="sidecar", image=None, digest="md5:x"),
    )
    arn = SERVICE.replace(":service/", ":service-deployment/")
    revision = SERVICE.replace(":service/", ":service-revision/")
    return ServiceDeployment(
        service_deployment_arn=f"{arn}/J4ZwX3-bQ2aM6ERMvsxuL",
        status="ROLLBACK_SUCCESSFUL",
        created_at=minute(20),
        finished_at=minute(29),
        reason=NASTY,
        revision_arn=f"{revision}/43",
        source_revision_arn=f"{revision}/42",
        rollback_at=minute(26),
        rollback_revision_arn=f"{revision}/42",
        circuit_breaker="TRIGGERED",
        alarms="MONITORING",
        hook_failed=True,
        hooks_at_timeout={"ecs-pause-1": "ROLLBACK"},
        task_definition_arn="arn:aws:ecs:eu-west-1:444455556666:task-definition/checkout:43",
        images=images,
        source_images=(),
    )
