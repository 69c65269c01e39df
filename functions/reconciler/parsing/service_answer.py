"""From the API's answers to the model: services, service deployments and service revisions.

Their texts decide nothing: they are only shown.
"""

import re
from collections.abc import Mapping

from ..arns import cluster_of_service, service_name
from ..errors import InvalidInput
from ..model.deployment import DescribedDeployment, Image, Rollout, ServiceDeployment
from ..model.hook import Hook
from ..model.service import Message, ServiceReading, ServiceState
from ..text import clean, safe
from .fields import Fields, free_text, inner, kind, objects, required, string, text, timestamp, whole
from .fields import arn as arn_field

MESSAGES = 5
MAX_REASON = 300
MAX_ID = 200  # characters: a part of a key of the table

# What a service says of itself while all is well (Amazon ECS guide, service-event-messages-list).
_WELL = re.compile(
    r"has reached a steady state|has started \d+ tasks?|has stopped \d+ running tasks?"
    r"|\bregistered \d+ |\bderegistered \d+ |has begun draining connections|deployment completed"
    r"|updated computedDesiredCount|is (?:now )?AZ balanced"
)


def parse_described_service(item: object) -> ServiceReading:
    """The reading in an item of a DescribeServices answer."""
    service = _object(item, "service")
    deployments = tuple(
        _deployment(one, f"service.deployments[{index}].")
        for index, one in enumerate(objects(service, "deployments", "service."))
    )
    return ServiceReading(
        state=_state(service, "service.", deployments),
        deployments=deployments,
        target_group_arn=_target_group(service),
    )


def parse_service_deployment(item: object) -> ServiceDeployment:
    """The service deployment in an item of ListServiceDeployments or of DescribeServiceDeployments."""
    fields, at = _object(item, "serviceDeployment"), "serviceDeployment."
    rollback = inner(fields, "rollback", at)
    hooks = tuple(_hook(fields, hook, at) for hook in objects(fields, "lifecycleHookDetails", at))
    target = inner(fields, "targetServiceRevision", at)
    return ServiceDeployment(
        service_deployment_arn=required(
            arn_field(fields, "serviceDeploymentArn", at, "service-deployment"), at + "serviceDeploymentArn"
        ),
        status=required(text(fields, "status", at), at + "status"),
        created_at=required(timestamp(fields, "createdAt", at), at + "createdAt"),
        finished_at=timestamp(fields, "finishedAt", at),
        reason=_reason(fields, "statusReason", at) or _reason(rollback, "reason", at + "rollback."),
        revision_arn=text(target, "arn", at) or text(fields, "targetServiceRevisionArn", at),
        source_revision_arn=_source(fields, at),
        rollback_at=timestamp(rollback, "startedAt", at + "rollback."),
        rollback_revision_arn=text(rollback, "serviceRevisionArn", at + "rollback."),
        circuit_breaker=text(inner(fields, "deploymentCircuitBreaker", at), "status", at),
        alarms=text(inner(fields, "alarms", at), "status", at),
        hook_failed=any(_has_failed(one.status, one.timeout_action) for one in hooks),
        hooks_at_timeout={
            one.hook_id: action for one in hooks if one.hook_id and (action := one.timeout_action)
        },
        hooks=tuple(one for one in hooks if one.hook_id),
    )


def parse_service_revision(item: object) -> tuple[str | None, tuple[Image, ...]]:
    """The task definition and the images in an item of a DescribeServiceRevisions answer."""
    fields, at = _object(item, "serviceRevision"), "serviceRevision."
    images = tuple(
        Image(
            container=required(text(one, "containerName", at), at + "containerImages"),
            image=text(one, "image", at),
            digest=text(one, "imageDigest", at),
        )
        for one in objects(fields, "containerImages", at)
    )
    return text(fields, "taskDefinition", at), images


def _state(service: Fields, at: str, deployments: tuple[DescribedDeployment, ...]) -> ServiceState:
    arn = required(arn_field(service, "serviceArn", at, "service"), at + "serviceArn")
    cluster_arn = arn_field(service, "clusterArn", at, "cluster") or cluster_of_service(arn)
    controller = inner(service, "deploymentController", at)
    configuration = inner(service, "deploymentConfiguration", at)
    return ServiceState(
        service_arn=arn,
        cluster_arn=required(cluster_arn, at + "clusterArn"),
        service=text(service, "serviceName", at) or service_name(arn) or arn,
        status=required(text(service, "status", at), at + "status"),
        desired_count=required(whole(service, "desiredCount", at), at + "desiredCount"),
        running_count=required(whole(service, "runningCount", at), at + "runningCount"),
        pending_count=whole(service, "pendingCount", at) or 0,
        scheduling_strategy=text(service, "schedulingStrategy", at),
        deployment_controller=text(controller, "type", at + "deploymentController.") or "ECS",
        launch_type=text(service, "launchType", at),
        task_definition_arn=_primary(deployments) or text(service, "taskDefinition", at),
        service_deployment_arn=text(service, "currentServiceDeployment", at),
        minimum_healthy_percent=whole(
            configuration, "minimumHealthyPercent", at + "deploymentConfiguration."
        ),
        created_at=timestamp(service, "createdAt", at),
        messages=_messages(service, at),
    )


def _deployment(fields: Fields, at: str) -> DescribedDeployment:
    return DescribedDeployment(
        deployment_id=required(text(fields, "id", at, most=MAX_ID), at + "id"),
        created_at=required(timestamp(fields, "createdAt", at), at + "createdAt"),
        task_definition_arn=text(fields, "taskDefinition", at),
        rollout=Rollout(
            status=required(text(fields, "status", at), at + "status"),
            rollout_state=text(fields, "rolloutState", at),
            reason=_reason(fields, "rolloutStateReason", at),
            desired_count=whole(fields, "desiredCount", at) or 0,
            running_count=whole(fields, "runningCount", at) or 0,
            pending_count=whole(fields, "pendingCount", at) or 0,
            failed_tasks=whole(fields, "failedTasks", at) or 0,
        ),
    )


def _target_group(service: Fields) -> str | None:
    """The first that it names; None also where that cannot be read, as it is only for a link."""
    try:
        balancers = objects(service, "loadBalancers", "service.")
        named = [text(one, "targetGroupArn", "service.loadBalancers.") for one in balancers]
    except InvalidInput:
        return None
    return next(filter(None, named), None)


def _primary(deployments: tuple[DescribedDeployment, ...]) -> str | None:
    found = (one.task_definition_arn for one in deployments if one.rollout.status == "PRIMARY")
    return next(found, None)


def _messages(service: Fields, at: str) -> tuple[Message, ...]:
    """The latest that say what is wrong, newest first."""
    wrong = [
        (moment, said)
        for event in objects(service, "events", at)
        if (moment := timestamp(event, "createdAt", at + "events."))
        and (said := string(event, "message", at + "events."))
        and not _WELL.search(clean(said, MAX_REASON) or "")
    ]
    newest = sorted((moment for moment, _ in wrong), reverse=True)[:MESSAGES]
    # ECS keeps a hundred, and each sweep reads them: only what may be kept is redacted.
    kept = [Message(at=moment, text=safe(said, MAX_REASON)) for moment, said in wrong if moment >= newest[-1]]
    return tuple(sorted(kept, key=lambda one: (one.at, one.text), reverse=True)[:MESSAGES])


def _source(fields: Fields, at: str) -> str | None:
    """The revision before; None where several were running, as none is what the deployment came from."""
    sources = objects(fields, "sourceServiceRevisions", at)
    return text(sources[0], "arn", at + "sourceServiceRevisions[0].") if len(sources) == 1 else None


def _hook(fields: Fields, hook: Fields, at: str) -> Hook:
    """The hook as the service deployment shows it: of no other than one that waits is the stage known."""
    status = _reason(hook, "status", at)
    moments = (timestamp(fields, name, at) for name in ("updatedAt", "createdAt"))
    return Hook(
        hook_id=_reason(hook, "hookId", at),
        status=status,
        at=required(next(filter(None, moments), None), at + "createdAt"),
        service_deployment_arn=arn_field(fields, "serviceDeploymentArn", at, "service-deployment"),
        stage=text(fields, "lifecycleStage", at) if status == "AWAITING_ACTION" else None,
        expires_at=timestamp(hook, "expiresAt", at + "lifecycleHookDetails."),
        timeout_action=_reason(hook, "timeoutAction", at) or None,
    )


def _has_failed(status: str | None, timeout_action: str | None) -> bool:
    return status == "FAILED" or (status == "TIMED_OUT" and timeout_action != "CONTINUE")


def _reason(fields: Fields, name: str, at: str) -> str:
    return free_text(fields, name, at, most=MAX_REASON) or ""


def _object(item: object, name: str) -> Fields:
    if not isinstance(item, Mapping):
        raise InvalidInput(name, f"must be a JSON object, found {kind(item)}")
    return item
