"""What ListServiceDeployments said of a deployment, and which images it has, as attributes of its item."""

from ....model.deployment import Image, ServiceDeployment
from .layout import ARN, DIGEST, FLAG, TEXT, TEXTS, TIME, Layout

IMAGES = Layout(
    Image,
    {
        "containerName": ("container", TEXT),
        "image": ("image", TEXT),
        "imageDigest": ("digest", DIGEST),
    },
).several

SERVICE_DEPLOYMENT = Layout(
    ServiceDeployment,
    {
        "serviceDeploymentArn": ("service_deployment_arn", ARN),
        "status": ("status", TEXT),
        "createdAt": ("created_at", TIME),
        "finishedAt": ("finished_at", TIME),
        "statusReason": ("reason", TEXT),
        "targetServiceRevisionArn": ("revision_arn", ARN),
        "sourceServiceRevisionArn": ("source_revision_arn", ARN),
        "rollbackAt": ("rollback_at", TIME),
        "rollbackServiceRevisionArn": ("rollback_revision_arn", ARN),
        "deploymentCircuitBreaker": ("circuit_breaker", TEXT),
        "alarms": ("alarms", TEXT),
        "hookFailed": ("hook_failed", FLAG),
        "hooksAtTimeout": ("hooks_at_timeout", TEXTS),
        "taskDefinitionArn": ("task_definition_arn", ARN),
        "images": ("images", IMAGES),
        "sourceImages": ("source_images", IMAGES),
    },
).one
