"""The operations on service deployments and service revisions."""

from collections.abc import Container, Iterator, Sequence

from ..engine.errors import ApiError, invalid_parameter
from ..engine.shapes import Answer, Fields
from ..services import rollouts
from ..services.hooks import turn
from ..services.model import Hook, Service, ServiceDeployment
from ..services.registry import Services
from ..services.shapes import answers
from .limits import page, some

MAX_DESCRIBED = 20
USUAL_PAGE = 20


def list_service_deployments(services: Services, request: Fields) -> Answer:
    """A page of the service's deployments, the oldest first: ECS documents no order."""
    service = services.named(request)
    statuses, created = request.get("status"), request.get("createdAt", {})

    def listed(each: ServiceDeployment) -> bool:
        within = created.get("after", 0) < each.created_at < created.get("before", float("inf"))
        return within and (not statuses or each.status in statuses)

    found, following = page(service.history, request, listed, USUAL_PAGE)
    return {"serviceDeployments": [answers.listed_deployment(service, e) for e in found], **following}


def describe_service_deployments(services: Services, request: Fields) -> Answer:
    arns = some(request, "serviceDeploymentArns", MAX_DESCRIBED)
    known = {each.arn: (service, each) for service, each in _all(services)}
    found = [answers.service_deployment(*known[arn]) for arn in arns if arn in known]
    return {"serviceDeployments": found, "failures": _missing(arns, known)}


def describe_service_revisions(services: Services, request: Fields) -> Answer:
    arns = some(request, "serviceRevisionArns", MAX_DESCRIBED)
    known = {each.target.revision.arn: (service, each.target.revision) for service, each in _all(services)}
    found = [answers.revision(*known[arn]) for arn in arns if arn in known]
    return {"serviceRevisions": found, "failures": _missing(arns, known)}


def continue_service_deployment(services: Services, request: Fields) -> Answer:
    """The pause is over: the deployment goes on, or rolls back."""
    service, deployment, hook = _hook(services, request["serviceDeploymentArn"], request["hookId"])
    if request.get("action", "CONTINUE") == "CONTINUE":
        turn(services, service, deployment, hook, "SUCCEEDED")
    else:
        turn(services, service, deployment, hook, "FAILED")
        rollouts.fail(services, service, rollouts.hook_failed(hook.stage, "failed"), rollback=True)
    return {"serviceDeploymentArn": deployment.arn}


def _hook(services: Services, arn: str, hook_id: str) -> tuple[Service, ServiceDeployment, Hook]:
    for service, deployment in _all(services):
        if deployment.arn == arn:
            for hook in deployment.hooks:
                if hook.id == hook_id and hook.status == "AWAITING_ACTION":
                    return service, deployment, hook
            raise invalid_parameter("The hook is not awaiting an action.")
    raise ApiError("ServiceDeploymentNotFoundException", "Service deployment not found.")


def _all(services: Services) -> Iterator[tuple[Service, ServiceDeployment]]:
    return ((service, each) for service in services.all() for each in service.history)


def _missing(arns: Sequence[str], known: Container[str]) -> list[Answer]:
    return [{"arn": arn, "reason": "MISSING"} for arn in arns if arn not in known]
