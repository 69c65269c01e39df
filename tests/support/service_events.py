"""Events of services as EventBridge delivers them, with whatever a test would have otherwise."""

from typing import Any

from .services import SERVICE, deployment_id
from .values import CLUSTER

SERVICE_DEPLOYMENT = f"{SERVICE.replace(':service/', ':service-deployment/')}/0EYSiB0qap8xf0N76FsbE"
OLD_SERVICE = SERVICE.replace("/shop/", "/")


def event_of(detail_type: str, resource: str | None, detail: dict[str, Any]) -> dict[str, Any]:
    """An envelope; a field of `detail` given as None is left out."""
    return {
        "version": "0",
        "id": "ddca6449-b258-46c0-8653-e0e3a6d0468b",
        "detail-type": detail_type,
        "source": "aws.ecs",
        "account": "111122223333",
        "time": "2026-11-20T12:00:02Z",
        "region": "eu-central-1",
        "resources": [resource] if resource else [],
        "detail": {name: value for name, value in detail.items() if value is not None},
    }


def deployment_change(number: int = 1, *, resource: str | None = SERVICE, **detail: Any) -> dict[str, Any]:
    facts = {
        "eventType": "INFO",
        "eventName": "SERVICE_DEPLOYMENT_IN_PROGRESS",
        "clusterArn": CLUSTER,
        "deploymentId": deployment_id(number),
        "updatedAt": "2026-11-20T12:00:01.714Z",
        "reason": f"ECS deployment {deployment_id(number)} in progress.",
    }
    return event_of("ECS Deployment State Change", resource, facts | detail)


def service_action(*, resource: str | None = SERVICE, **detail: Any) -> dict[str, Any]:
    facts = {
        "eventType": "ERROR",
        "eventName": "SERVICE_TASK_PLACEMENT_FAILURE",
        "clusterArn": CLUSTER,
        "createdAt": "2026-11-20T12:00:01.087Z",
        "reason": "RESOURCE:FARGATE",
    }
    return event_of("ECS Service Action", resource, facts | detail)


def hook_change(*, resource: str | None = SERVICE_DEPLOYMENT, **detail: Any) -> dict[str, Any]:
    facts = {
        "eventType": "INFO",
        "eventName": "HOOK_AWAITING_ACTION",
        "hookId": "ecs-pause-e7tK9G_WRJq",
        "hookType": "PAUSE",
        "expiresAt": "2026-11-20T12:10:01Z",
        "lifecycleStage": "POST_TEST_TRAFFIC_SHIFT",
        "clusterArn": CLUSTER,
        "serviceArn": SERVICE,
        "serviceDeploymentArn": SERVICE_DEPLOYMENT,
        "updatedAt": "2026-11-20T12:00:01.618059641Z",
    }
    return event_of("ECS Hook State Change", resource, facts | detail)
