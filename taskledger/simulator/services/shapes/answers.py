"""A service, its deployments and its revisions as the API answers them; times are epoch seconds."""

from collections.abc import Iterable

from ...engine.shapes import Answer
from ..model import Deployment, Hook, Revision, Service, ServiceDeployment

_ECHOED = ("healthCheckGracePeriodSeconds", "propagateTags", "enableECSManagedTags")


def service(each: Service, *, tags: bool) -> Answer:
    """What DescribeServices says; its counts are those of its deployments."""
    last = each.current.rollback or each.current.target
    answer: Answer = {
        "serviceArn": each.arn,
        "serviceName": each.name,
        "clusterArn": each.cluster.arn,
        "loadBalancers": [],
        "serviceRegistries": [],
        "status": each.status,
        "desiredCount": each.desired,
        "runningCount": sum(deployment.running for deployment in each.deployments),
        "pendingCount": sum(deployment.pending for deployment in each.deployments),
        **_made_of(last.revision),
        "deploymentConfiguration": each.configuration.fields,
        "deployments": [_deployment(each, deployment) for deployment in each.deployments],
        "events": list(each.messages),
        "createdAt": each.created_at,
        "currentServiceDeployment": each.current.arn,
        "currentServiceRevisions": list(_revisions(each)),
        "placementConstraints": [],
        "placementStrategy": [],
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "enableExecuteCommand": each.settings.get("enableExecuteCommand", False),
        "availabilityZoneRebalancing": "DISABLED",
        "resourceManagementType": "CUSTOMER",
    }
    answer |= {name: each.settings[name] for name in _ECHOED if name in each.settings}
    return answer | ({"tags": each.tags} if tags else {})


def listed_deployment(each: Service, deployment: ServiceDeployment) -> Answer:
    """What ListServiceDeployments says."""
    answer: Answer = {
        "serviceDeploymentArn": deployment.arn,
        "serviceArn": each.arn,
        "clusterArn": each.cluster.arn,
        "createdAt": deployment.created_at,
        "startedAt": deployment.created_at,
        "targetServiceRevisionArn": deployment.target.revision.arn,
        "status": deployment.status,
    }
    if deployment.over:
        answer["finishedAt"] = deployment.finished_at
    return answer | ({"statusReason": deployment.reason} if deployment.reason else {})


def service_deployment(each: Service, deployment: ServiceDeployment) -> Answer:
    """What DescribeServiceDeployments says."""
    answer = listed_deployment(each, deployment)
    target = answer.pop("targetServiceRevisionArn")
    counts = {summary["arn"]: summary for summary in _revisions(each)}
    answer |= {
        "updatedAt": deployment.updated_at,
        "sourceServiceRevisions": [_summary(r.arn, counts) for r in deployment.sources],
        "targetServiceRevision": _summary(target, counts),
        "lifecycleStage": deployment.stage,
        "lifecycleHookDetails": [_hook(hook) for hook in deployment.hooks],
        "deploymentConfiguration": deployment.configuration.fields,
        "deploymentCircuitBreaker": _breaker(deployment),
        "alarms": _alarms(deployment),
    }
    if deployment.rollback:
        answer["rollback"] = {
            "reason": deployment.reason,
            "startedAt": deployment.rollback.created_at,
            "serviceRevisionArn": deployment.rollback.revision.arn,
        }
    return answer


def revision(each: Service, found: Revision) -> Answer:
    """What DescribeServiceRevisions says."""
    return {
        "serviceRevisionArn": found.arn,
        "serviceArn": each.arn,
        "clusterArn": each.cluster.arn,
        **_made_of(found),
        "containerImages": [
            {"containerName": container["name"], "image": container["image"]}
            for container in found.definition.containers
        ],
        "createdAt": found.created_at,
    }


def _made_of(found: Revision) -> Answer:
    network = {"networkConfiguration": found.network} if found.network else {}
    return {
        "taskDefinition": found.definition.arn,
        **found.capacity,
        "platformVersion": found.platform_version,
        "platformFamily": "Linux",
        **network,
    }


def _deployment(each: Service, deployment: Deployment) -> Answer:
    primary = deployment is each.primary
    return {
        "id": deployment.id,
        "status": "PRIMARY" if primary else "ACTIVE",
        "desiredCount": each.desired if primary else len(deployment.live),
        "pendingCount": deployment.pending,
        "runningCount": deployment.running,
        "failedTasks": deployment.failed_tasks,
        "createdAt": deployment.created_at,
        "updatedAt": deployment.updated_at,
        "rolloutState": deployment.rollout,
        "rolloutStateReason": deployment.reason,
        **_made_of(deployment.revision),
    }


def _revisions(each: Service) -> Iterable[Answer]:
    """The counts of each revision; one that is rolled back to has two deployments."""
    arns = dict.fromkeys(deployment.revision.arn for deployment in each.deployments)
    for arn in arns:
        of = [deployment for deployment in each.deployments if deployment.revision.arn == arn]
        yield {
            "arn": arn,
            "requestedTaskCount": each.desired if each.primary in of else sum(len(d.live) for d in of),
            "runningTaskCount": sum(deployment.running for deployment in of),
            "pendingTaskCount": sum(deployment.pending for deployment in of),
        }


def _summary(arn: str, counts: dict[str, Answer]) -> Answer:
    none = {"arn": arn, "requestedTaskCount": 0, "runningTaskCount": 0, "pendingTaskCount": 0}
    return counts.get(arn, none)


def _hook(hook: Hook) -> Answer:
    return {
        "hookId": hook.id,
        "targetType": "PAUSE",
        "status": hook.status,
        "expiresAt": hook.expires_at,
        "timeoutAction": hook.timeout_action,
    }


def _breaker(deployment: ServiceDeployment) -> Answer:
    enabled = bool(deployment.configuration.breaker)
    return {
        "status": _monitor(deployment, enabled=enabled, triggered=deployment.breaker_triggered),
        "failureCount": deployment.target.failed_tasks,
        "threshold": deployment.configuration.threshold(deployment.desired),
    }


def _alarms(deployment: ServiceDeployment) -> Answer:
    names = list(deployment.configuration.alarms.get("alarmNames", ()))
    return {
        "status": _monitor(deployment, enabled=bool(names), triggered=bool(deployment.triggered_alarms)),
        "alarmNames": names,
        "triggeredAlarmNames": list(deployment.triggered_alarms),
    }


def _monitor(deployment: ServiceDeployment, *, enabled: bool, triggered: bool) -> str:
    if triggered or not enabled:
        return "TRIGGERED" if triggered else "DISABLED"
    return "MONITORING_COMPLETE" if deployment.over or deployment.rollback else "MONITORING"
