"""The operations on services; the scheduler acts on what they wish after each call."""

from typing import Any

from ..engine.errors import ApiError, invalid_parameter
from ..engine.shapes import Answer, Fields
from ..services import rollouts
from ..services.configuration import configured, not_simulated
from ..services.model import Revision, Service
from ..services.registry import Services
from ..services.shapes import answers
from .limits import page, some, within

MAX_DESCRIBED = 10
MAX_DESIRED = 5000
USUAL_PAGE = 10
_SETTINGS = (
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "propagateTags",
    "role",
)
_OF_REVISION = ("capacityProviderStrategy", "networkConfiguration", "platformVersion", "taskDefinition")
_EITHER = {"cluster", "deploymentConfiguration", "desiredCount", *_SETTINGS, *_OF_REVISION}
_CREATED = _EITHER | {"clientToken", "launchType", "serviceName", "tags"}
_UPDATED = _EITHER | {"forceNewDeployment", "service"}
# What may be asked for only as it is anyway.
_FIXED: Fields = {
    "availabilityZoneRebalancing": "DISABLED",
    "deploymentController": {"type": "ECS"},
    "schedulingStrategy": "REPLICA",
}


def create_service(services: Services, request: Fields) -> Answer:
    _refuse_unknown(request, _CREATED)
    cluster, name = services.store.cluster(request.get("cluster")), request["serviceName"]
    if not {"taskDefinition", "desiredCount"} <= request.keys():
        raise invalid_parameter("TaskDefinition and desiredCount can not be blank.")
    service = Service(
        seq=services.next(),
        arn=cluster.arn_of("service", name),
        cluster=cluster,
        created_at=services.now,
        settings=_settings(request),
        configuration=configured(request.get("deploymentConfiguration", {})),
        desired=_desired(request),
        tags=request.get("tags", []),
    )
    services.add(service)
    rollouts.begin(services, service, _revision(services, service, request))
    return {"service": answers.service(service, tags=True)}


def update_service(services: Services, request: Fields) -> Answer:
    """The service as it is wished for; a new deployment if it is forced, or its tasks are made otherwise."""
    _refuse_unknown(request, _UPDATED)
    service = _active(services, request)
    wanted = request.get("deploymentConfiguration", {})
    service.configuration = configured(wanted, service.configuration)
    service.desired = _desired(request, service.desired)
    service.settings = {**service.settings, **_settings(request)}
    before = service.primary.revision
    after = _revision(services, service, {**_made_of(before), **request})
    if request.get("forceNewDeployment") or _made_of(before) != _made_of(after):
        rollouts.begin(services, service, after)
    return {"service": answers.service(service, tags=False)}


def delete_service(services: Services, request: Fields) -> Answer:
    """The service is DRAINING until none of its tasks is to run; protected ones keep it so."""
    service = _active(services, request)
    if service.desired and not request.get("force"):
        raise invalid_parameter("The service cannot be stopped while it is scaled above 0.")
    service.desired, service.status = 0, "DRAINING"
    service.cluster.active_services -= 1
    rollouts.stop(services, service, "Service was deleted.")
    return {"service": answers.service(service, tags=False)}


def describe_services(services: Services, request: Fields) -> Answer:
    cluster = services.store.cluster(request.get("cluster"))
    tags = "TAGS" in request.get("include", ())
    answer: Answer = {"services": [], "failures": []}
    for reference in some(request, "services", MAX_DESCRIBED):
        if service := services.find(cluster, reference):
            answer["services"].append(answers.service(service, tags=tags))
        else:
            arn = reference if reference.startswith("arn:") else cluster.arn_of("service", reference)
            answer["failures"].append({"arn": arn, "reason": "MISSING"})
    return answer


def list_services(services: Services, request: Fields) -> Answer:
    """A page of the ACTIVE services, the oldest first."""
    cluster = services.store.cluster(request.get("cluster"))
    scheduling, managed = request.get("schedulingStrategy"), request.get("resourceManagementType")

    def listed(service: Service) -> bool:
        launch_type = service.status == "ACTIVE" and service.primary.revision.capacity.get("launchType")
        return service.status == "ACTIVE" and request.get("launchType", launch_type) == launch_type

    known = scheduling in (None, "REPLICA") and managed in (None, "CUSTOMER")
    found, following = page(services.of(cluster) if known else [], request, listed, USUAL_PAGE)
    return {"serviceArns": [service.arn for service in found], **following}


def _refuse_unknown(request: Fields, known: set[str]) -> None:
    for name, value in request.items():
        if name not in known and value and _FIXED.get(name) != value:
            raise not_simulated(f"{name} {value}" if name in _FIXED else name)


def _active(services: Services, request: Fields) -> Service:
    service = services.named(request)
    if service.status != "ACTIVE":
        raise ApiError("ServiceNotActiveException", "Service was not ACTIVE.")
    return service


def _desired(request: Fields, before: int = 0) -> int:
    return within(request.get("desiredCount", before), 0, MAX_DESIRED, "desiredCount")


def _settings(request: Fields) -> Fields:
    return {name: request[name] for name in _SETTINGS if name in request}


def _revision(services: Services, service: Service, request: Fields) -> Revision:
    number = services.new_number()
    return Revision(
        arn=service.cluster.arn_of("service-revision", f"{service.name}/{number}"),
        definition=services.store.definitions.find(request["taskDefinition"]),
        capacity=_capacity(request),
        network=request.get("networkConfiguration", {}),
        platform_version=request.get("platformVersion", "1.4.0"),
        created_at=services.now,
    )


def _capacity(request: Fields) -> Fields:
    """What the tasks run on: ECS's own default is EC2, and one capacity provider takes all of them."""
    if strategy := request.get("capacityProviderStrategy"):
        if request.get("launchType") or len(strategy) > 1:
            raise not_simulated("service of several capacities")
        return {"capacityProviderStrategy": strategy}
    launch_type = request.get("launchType") or "EC2"
    if launch_type not in ("EC2", "FARGATE"):
        raise not_simulated(f"launchType {launch_type}")
    return {"launchType": launch_type}


def _made_of(revision: Revision) -> dict[str, Any]:
    return {
        "taskDefinition": revision.definition.arn,
        **revision.capacity,
        "networkConfiguration": revision.network,
        "platformVersion": revision.platform_version,
    }
