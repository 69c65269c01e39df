"""Starting, stopping and counting the tasks of a service."""

from collections.abc import Sequence

from ..engine import lifecycle
from ..engine.launch import Launch, new_task
from ..engine.shapes import Fields
from . import breaker
from .lives import ServiceTask, begun, end, later
from .model import Deployment, Rollout, Service
from .outcomes import Outcome
from .registry import Services
from .shapes import messages

_INSTANCE = "00000000000000000000000000000001"  # where the scheduler places what is not on Fargate


def start(services: Services, service: Service, count: int) -> None:
    """Starts so many tasks of the PRIMARY deployment, or none if it is planned that they are refused."""
    outcome = services.plans.of(service.primary.revision.definition.arn)
    if outcome.refused:
        _refuse(services, service, *outcome.refused)
        return
    started = [_started(services, service, outcome) for _ in range(count)]
    service.primary.tasks += started
    services.say(service, messages.started(started))


def stop(services: Services, service: Service, tasks: Sequence[ServiceTask]) -> None:
    """Asks these tasks to stop, each in the name of its deployment."""
    for each in tasks:
        deployment = service.deployment_of(each.task)
        reason = f"Scaling activity initiated by (deployment {deployment.id})"
        task, now = each.task, services.now
        stopping = lifecycle.asked_to_stop(task.described(), "ServiceSchedulerInitiated", reason, now)
        services.store.change(task, stopping)
        end(each, now)
    services.say(service, messages.stopped(tasks))


def count(services: Services, service: Service, deployment: Deployment) -> None:
    """Counts the tasks that have failed, and those that are healthy now, which makes up for them."""
    over = [each for each in deployment.tasks if each.status == "STOPPED"]
    deployment.tasks = [each for each in deployment.tasks if each.status != "STOPPED"]
    for each in over:
        if each.failed:
            _failed(services, service, deployment)
    due = [each for each in deployment.tasks if each.healthy_at is not None]
    for each in due:
        if (each.healthy_at or 0) <= services.now:
            each.healthy = True
            _reset(service, deployment)


def _started(services: Services, service: Service, outcome: Outcome) -> ServiceTask:
    launch = _launch(service, service.primary)
    request = {
        "startedBy": service.primary.id,
        "networkConfiguration": service.primary.revision.network,
        "enableExecuteCommand": service.settings.get("enableExecuteCommand", False),
    }
    tags = service.tags if service.settings.get("propagateTags") == "SERVICE" else []
    task = services.store.add(service.cluster, new_task(services.store, launch, request), list(tags))
    return begun(task, outcome, services.now)


def _launch(service: Service, deployment: Deployment) -> Launch:
    provider = provider_of(deployment.revision.capacity)
    launch_type = launch_type_of(deployment.revision.capacity)
    return Launch(
        cluster=service.cluster,
        definition=deployment.revision.definition,
        group=f"service:{service.name}",
        launch_type=launch_type,
        instance=None if launch_type == "FARGATE" else _instance(service),
        capacity_provider=provider,
    )


def provider_of(capacity: Fields) -> str | None:
    """The first capacity provider of the strategy, which takes all; None with a launch type."""
    strategy = capacity.get("capacityProviderStrategy", ())
    return str(strategy[0]["capacityProvider"]) if strategy else None


def launch_type_of(capacity: Fields) -> str:
    """What the tasks run on, also where a capacity provider says so."""
    of_provider = "FARGATE" if (provider_of(capacity) or "").startswith("FARGATE") else "EC2"
    return str(capacity.get("launchType", of_provider))


def _instance(service: Service) -> str:
    return service.cluster.arn_of("container-instance", _INSTANCE)


def _refuse(services: Services, service: Service, name: str, reason: str) -> None:
    deployment = service.primary
    deployment.failed_tasks += 1
    wait = breaker.wait(deployment.failed_tasks, refused=True)
    deployment.retry_at = later(services.now, wait)
    where = _where(services, service) if name == "SERVICE_TASK_PLACEMENT_FAILURE" else {}
    services.emit_action(service, name, **where, reason=reason)
    services.say(service, messages.refused(name, reason))


def _where(services: Services, service: Service) -> Fields:
    """Where there was no place for a task; launch type Fargate has no name for it."""
    capacity = service.primary.revision.capacity
    if provider := provider_of(capacity):
        return {"capacityProviderArns": [f"{services.store.prefix}:capacity-provider/{provider}"]}
    return {} if launch_type_of(capacity) == "FARGATE" else {"containerInstanceArns": [_instance(service)]}


def _failed(services: Services, service: Service, deployment: Deployment) -> None:
    deployment.failed_tasks += 1
    deployment.retry_at = later(services.now, breaker.wait(deployment.failed_tasks))
    if deployment.failed_tasks == breaker.IMPAIRED and deployment is service.primary:
        services.emit_action(service, "SERVICE_TASK_START_IMPAIRED")
        services.say(service, messages.IMPAIRED)


def _reset(service: Service, deployment: Deployment) -> None:
    keeps = service.configuration.breaker.get("resetOnHealthyTask", True) is False
    if not (keeps and deployment.rollout is Rollout.IN_PROGRESS):
        deployment.failed_tasks, deployment.retry_at = 0, 0
