"""The events of services, in the shapes that EventBridge delivers; none of them has a version of its own.

Their ids follow from what makes each of them one of a kind, as those of task events do.
"""

import uuid
import zlib

from ...engine.shapes import EVENT_IDS, Answer, iso
from ..model import Deployment, Hook, Service, ServiceDeployment

_TYPES = {
    "SERVICE_DEPLOYMENT_FAILED": "ERROR",
    "SERVICE_TASK_CONFIGURATION_FAILURE": "ERROR",
    "SERVICE_TASK_PLACEMENT_FAILURE": "ERROR",
    "SERVICE_TASK_START_IMPAIRED": "WARN",
}


def deployment_event(
    service: Service, deployment: Deployment, name: str, at: float, *, cluster: bool
) -> Answer:
    """ECS Deployment State Change; some of them name the `cluster`, some don't."""
    detail = {
        "eventType": _TYPES.get(name, "INFO"),
        "eventName": name,
        **({"clusterArn": service.cluster.arn} if cluster else {}),
        "deploymentId": deployment.id,
        "updatedAt": iso(at),
        "reason": deployment.reason,
    }
    return _event("ECS Deployment State Change", service.arn, deployment.id, detail, at)


def action_event(service: Service, name: str, at: float, **more: object) -> Answer:
    """ECS Service Action."""
    detail = {
        "eventType": _TYPES.get(name, "INFO"),
        "eventName": name,
        "clusterArn": service.cluster.arn,
        **more,
        "createdAt": iso(at),
    }
    return _event("ECS Service Action", service.arn, "", detail, at)


def hook_event(service: Service, deployment: ServiceDeployment, hook: Hook, name: str, at: float) -> Answer:
    """ECS Hook State Change, whose `updatedAt` has nine digits after the point."""
    detail = {
        "eventType": "INFO",
        "eventName": name,
        "hookId": hook.id,
        "hookType": "PAUSE",
        "expiresAt": iso(hook.expires_at)[:19] + "Z",
        "lifecycleStage": hook.stage,
        "clusterArn": service.cluster.arn,
        "serviceArn": service.arn,
        "serviceDeploymentArn": deployment.arn,
        "updatedAt": f"{iso(at)[:-1]}{zlib.crc32(hook.id.encode()) % 1_000_000:06}Z",
    }
    return _event("ECS Hook State Change", deployment.arn, hook.id, detail, at)


def _event(detail_type: str, arn: str, of: str, detail: Answer, at: float) -> Answer:
    _, _, _, region, account, _ = arn.split(":", 5)
    key = f"{detail_type} {arn} {of} {detail['eventName']} {iso(at)}"
    return {
        "version": "0",
        "id": str(uuid.uuid5(EVENT_IDS, key)),
        "detail-type": detail_type,
        "source": "aws.ecs",
        "account": account,
        "time": iso(at)[:19] + "Z",
        "region": region,
        "resources": [arn],
        "detail": detail,
    }
