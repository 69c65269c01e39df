"""From what AWS sends to the model: events of a service's deployments, actions and lifecycle hooks.

None of them has a version. The service is the first of `resources`, or of a service deployment there the one
that it deploys; else a field of `detail`, by its ARN. An `eventName` that nobody knows is taken as it is.
"""

from collections.abc import Iterator
from datetime import datetime

from ..arns import cluster_of_service, deployed_service, is_in_cluster, service_name
from ..errors import InvalidInput
from ..model.deployment import Report
from ..model.hook import Hook
from ..model.service_event import ActionEvent, DeploymentEvent, HookEvent
from ..text import redact
from .envelope import event_detail, event_time, first_resource
from .fields import Fields, free_text, required, text, timestamp
from .fields import arn as arn_field

MAX_NAME = 200  # characters of an id or an event's name: both are parts of keys of the table
MAX_REASON = 300

# What ECS lists under "ECS Service Action" as well, and reports as "ECS Deployment State Change".
_OF_DEPLOYMENT = "SERVICE_DEPLOYMENT_"
# Where the guide says that a service may stand (Amazon ECS guide, ecs_cwe_events).
_SERVICE_FIELDS = ("serviceArn", "serviceName", "service", "serviceDeploymentArn")


def parse_deployment_event(envelope: Fields) -> DeploymentEvent:
    """The report of a deployment; its cluster is None where nothing names it."""
    detail = event_detail(envelope)
    service_arn = _service_arn(envelope, detail)
    return DeploymentEvent(
        service_arn=service_arn,
        cluster_arn=_cluster_arn(detail, service_arn),
        deployment_id=required(_name(detail, "deploymentId"), "detail.deploymentId"),
        name=_event_name(detail),
        report=_report(envelope, detail),
    )


def parse_service_action(envelope: Fields) -> ActionEvent | DeploymentEvent:
    """The report of a service's scheduler, or of one of its deployments by id.

    Of a deployment without an id it is information: what came of it is reported by the deployment's event.
    """
    detail = event_detail(envelope)
    of_deployment = _event_name(detail).startswith(_OF_DEPLOYMENT)
    if of_deployment and _name(detail, "deploymentId"):
        return parse_deployment_event(envelope)
    service_arn = _service_arn(envelope, detail)
    return ActionEvent(
        service_arn=service_arn,
        cluster_arn=required(_cluster_arn(detail, service_arn), "detail.clusterArn"),
        name=_event_name(detail),
        event_type="INFO" if of_deployment else _name(detail, "eventType"),
        report=_report(envelope, detail),
    )


def parse_hook_event(envelope: Fields) -> HookEvent:
    """The report of a lifecycle hook."""
    detail = event_detail(envelope)
    service_arn = _service_arn(envelope, detail)
    return HookEvent(
        service_arn=service_arn,
        cluster_arn=required(_cluster_arn(detail, service_arn), "detail.clusterArn"),
        hook=Hook(
            hook_id=required(_name(detail, "hookId"), "detail.hookId"),
            status=_event_name(detail).removeprefix("HOOK_"),
            at=_event_time(envelope, detail),
            service_deployment_arn=_service_deployment_arn(detail, service_arn),
            hook_type=_name(detail, "hookType"),
            stage=_name(detail, "lifecycleStage"),
            expires_at=timestamp(detail, "expiresAt", "detail."),
            timeout_action=_name(detail, "timeoutAction"),
            replayed=_is_replayed(envelope),
        ),
    )


def _service_arn(envelope: Fields, detail: Fields) -> str:
    """The first that names a service; else what is wrong with the first that is given."""
    errors = []
    for fields, name, at in _named(envelope, detail):
        try:
            if found := _as_service(fields, name, at):
                return found
        except InvalidInput as error:
            errors.append(error)
    raise next(iter(errors), InvalidInput("resources[0]", "is missing"))


def _named(envelope: Fields, detail: Fields) -> Iterator[tuple[Fields, str, str]]:
    yield first_resource(envelope), "resources[0]", ""
    for name in _SERVICE_FIELDS:
        yield detail, name, "detail."


def _as_service(fields: Fields, name: str, at: str) -> str | None:
    if of_deployment := deployed_service(text(fields, name, at) or ""):
        arn_field(fields, name, at, "service-deployment")
        return of_deployment
    return arn_field(fields, name, at, "service")


def _cluster_arn(detail: Fields, service_arn: str) -> str | None:
    """The cluster that is named; `InvalidInput` where the service's ARN says that it is of another one."""
    named = arn_field(detail, "clusterArn", "detail.", "cluster")
    if named and not is_in_cluster(service_arn, named):
        raise InvalidInput("detail.clusterArn", f"is not the cluster of {service_arn}")
    return named or cluster_of_service(service_arn)


def _service_deployment_arn(detail: Fields, service_arn: str) -> str | None:
    """The service deployment that is named; `InvalidInput` where it is one of another service."""
    named = arn_field(detail, "serviceDeploymentArn", "detail.", "service-deployment")
    of = deployed_service(named) if named else None
    if of and not _is_same(service_arn, of):
        raise InvalidInput("detail.serviceDeploymentArn", f"is not of {service_arn}")
    return named


def _is_same(service_arn: str, other: str) -> bool:
    """Whether an ARN, in the older form perhaps, can be that of the other service."""
    cluster_arn = cluster_of_service(other)
    same_name = service_name(service_arn) == service_name(other)
    return same_name and cluster_arn is not None and is_in_cluster(service_arn, cluster_arn)


def _event_name(detail: Fields) -> str:
    return required(_name(detail, "eventName"), "detail.eventName")


def _name(detail: Fields, name: str) -> str | None:
    """An id or a word of ECS, which is unchanged; a credential that stands in its place is redacted."""
    found = text(detail, name, "detail.", most=MAX_NAME)
    return found and redact(found)


def _report(envelope: Fields, detail: Fields) -> Report:
    return Report(
        at=_event_time(envelope, detail),
        reason=free_text(detail, "reason", "detail.", most=MAX_REASON) or "",
        replayed=_is_replayed(envelope),
    )


def _event_time(envelope: Fields, detail: Fields) -> datetime:
    return event_time(envelope, detail, "updatedAt", "createdAt")


def _is_replayed(envelope: Fields) -> bool:
    return text(envelope, "replay-name", "") is not None
