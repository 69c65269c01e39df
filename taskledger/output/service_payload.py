"""The public JSON of services and their deployments: ECS's names in camelCase, times in UTC with `Z`."""

from collections.abc import Iterable, Sequence
from typing import Any

from reconciler.arns import cluster_name
from reconciler.findings.model import Finding
from reconciler.model.deployment import Deployment, Image, Rollout, ServiceDeployment
from reconciler.model.hook import Hook
from reconciler.model.service import ServiceRecord
from reconciler.model.task import Source
from reconciler.ports.services import NEWEST
from reconciler.services.images import changed_images
from reconciler.services.outcomes import History, histories

from .payload import finding, time


def service(record: ServiceRecord) -> dict[str, Any]:
    """The service with its newest deployments."""
    state = record.state
    return {
        **_names(record),
        "status": state and state.status,
        "schedulingStrategy": state and state.scheduling_strategy,
        "deploymentController": state and state.deployment_controller,
        "launchType": state and state.launch_type,
        "taskDefinitionArn": state and state.task_definition_arn,
        "desiredCount": state and state.desired_count,
        "runningCount": state and state.running_count,
        "pendingCount": state and state.pending_count,
        "belowDesiredSince": time(record.below_desired_since),
        "createdAt": time(state.created_at) if state else None,
        "deployments": [deployment(record, one) for one in histories(record)[:NEWEST]],
        "messages": [
            {"createdAt": time(one.at), "message": one.text} for one in (state.messages if state else ())
        ],
        "open": record.closed_at is None,
        "closedAs": closed_as(record),
        "closedAt": time(record.closed_at),
        "source": record.source,
        "observedAt": time(record.observed_at),
    }


def service_in_full(record: ServiceRecord, found: Iterable[Finding]) -> dict[str, Any]:
    """The same with the lifecycle hooks of its deployments, and what is wrong with it."""
    return service(record) | {
        "hooks": [_hook(one) for one in record.hooks],
        "findings": [finding(one) for one in found],
    }


def deployment(record: ServiceRecord, history: History) -> dict[str, Any]:
    """One deployment of the service, with what came of it."""
    one, rollout = history.deployment, history.deployment.rollout
    previous, rollback_of = history.previous, history.rollback_of
    return {
        "deploymentId": one.deployment_id,
        "serviceDeploymentArn": one.service_deployment_arn,
        **_names(record),
        "taskDefinitionArn": one.task_definition_arn,
        "previousTaskDefinitionArn": previous and previous.task_definition_arn,
        "images": _images(one.service_deployment),
        "startedAt": time(one.began.at),
        "endedAt": time(history.ended_at),
        "outcome": history.outcome,
        "reason": history.reason or None,
        **_counts(rollout),
        "rollbackOf": rollback_of and rollback_of.deployment_id,
        "rolledBackAt": time(history.rolled_back_at),
        "rolledBackTo": history.rolled_back_to,
        **_observed(one),
    }


def closed_as(record: ServiceRecord) -> str | None:
    """How it ended: INACTIVE as ECS said, or UNOBSERVED; None as long as it has not."""
    if record.closed_at is None:
        return None
    return "UNOBSERVED" if record.state is None or record.state.status != "INACTIVE" else "INACTIVE"


def images_of(joined: ServiceDeployment | None) -> Sequence[tuple[str, Image | None, Image | None]] | None:
    """What a deployment changed of its containers' images.

    None where ECS was not asked, or where it is not sure which service deployment it is.
    """
    if joined is None or joined.images is None:
        return None
    return changed_images(joined.source_images or (), joined.images)


def _names(record: ServiceRecord) -> dict[str, Any]:
    return {
        "serviceArn": record.service_arn,
        "clusterArn": record.cluster_arn,
        "cluster": cluster_name(record.cluster_arn),
        "service": record.service,
    }


def _images(joined: ServiceDeployment | None) -> list[dict[str, Any]] | None:
    changed = images_of(joined)
    if changed is None:
        return None
    return [
        {
            "container": name,
            "from": before and before.image,
            "to": after and after.image,
            "fromDigest": before and before.digest,
            "toDigest": after and after.digest,
        }
        for name, before, after in changed
    ]


def _counts(rollout: Rollout | None) -> dict[str, Any]:
    return {
        "desiredCount": rollout and rollout.desired_count,
        "runningCount": rollout and rollout.running_count,
        "pendingCount": rollout and rollout.pending_count,
        "failedTasks": rollout and rollout.failed_tasks,
    }


def _observed(one: Deployment) -> dict[str, Any]:
    """What brought the newest of what is known of it, and when that was first known."""
    if one.read_at and (one.reported_at is None or one.read_at >= one.reported_at):
        return {"source": Source.DESCRIBE, "observedAt": time(one.read_at)}
    return {"source": Source.EVENT, "observedAt": time(one.reported_at)}


def _hook(hook: Hook) -> dict[str, Any]:
    return {
        "hookId": hook.hook_id,
        "status": hook.status,
        "hookType": hook.hook_type,
        "lifecycleStage": hook.stage,
        "serviceDeploymentArn": hook.service_deployment_arn,
        "expiresAt": time(hook.expires_at),
        "timeoutAction": hook.timeout_action,
        "updatedAt": time(hook.at),
    }
