"""How a service's deployments begin, complete, fail and roll back, each with its event and its message.

| | failed | rolls back |
| --- | --- | --- |
| circuit breaker | as documented | `ECS deployment circuit breaker: rolling back to deploymentId ID.` |
| alarm, hook | nowhere documented: worded alike | likewise |

Without a completed deployment there is none to roll back to: the one that failed stays, and starts nothing.
"""

from dataclasses import dataclass

from .hooks import close_hooks, pause
from .model import Deployment, Revision, Rollout, Service, ServiceDeployment
from .registry import Services
from .shapes import messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a deployment fails: `by` what, in the event, in the message, and in the service deployment."""

    by: str
    event: str
    message: str
    because: str


BREAKER = Failure(
    by="circuit breaker",
    event="ECS deployment circuit breaker: tasks failed to start.",
    message="tasks failed to start.",
    because="the circuit breaker threshold was exceeded",
)
ALARM = Failure(
    by="alarm",
    event="ECS deployment failed: alarm detected.",
    message="alarm detected.",
    because="an alarm was detected",
)


def hook_failed(stage: str, how: str) -> Failure:
    """The failure of a service deployment whose hook `timed out` or was asked to roll back."""
    because = f"{stage} lifecycle hook(s) {how}"
    return Failure(
        by="lifecycle hook",
        event=f"ECS deployment failed: {because}.",
        message=f"{because}.",
        because=because,
    )


def begin(services: Services, service: Service, revision: Revision) -> None:
    """Makes the revision the PRIMARY deployment; one that was in progress has been stopped by it."""
    if service.history and not service.current.over:
        _finish(services, service, "STOPPED", "Service deployment was replaced by a newer one.")
    sources = tuple(each.revision for each in service.deployments)
    target = _primary(services, service, revision, None)
    service.history.append(
        ServiceDeployment(
            seq=services.next(),
            arn=service.cluster.arn_of("service-deployment", f"{service.name}/{services.new_word()}"),
            target=target,
            sources=sources,
            configuration=service.configuration,
            desired=service.desired,
            created_at=services.now,
            updated_at=services.now,
        )
    )
    pause(services, service, "PRE_SCALE_UP")


def complete(services: Services, service: Service) -> None:
    """The deployment has all that it wants, and nothing else is left."""
    deployment = service.primary
    _turn(services, deployment, Rollout.COMPLETED, f"ECS deployment {deployment.id} completed.")
    services.emit_deployment(service, deployment, "SERVICE_DEPLOYMENT_COMPLETED")
    services.say(service, messages.completed(deployment.id))
    service.completed = deployment
    if service.current.rollback:
        _finish(services, service, "ROLLBACK_SUCCESSFUL", service.current.reason)
    else:
        _finish(services, service, "SUCCESSFUL", None)


def fail(services: Services, service: Service, failure: Failure, *, rollback: bool) -> None:
    """The deployment has failed; with `rollback` the revision that completed last is deployed again."""
    deployment = service.primary
    _turn(services, deployment, Rollout.FAILED, failure.event)
    services.emit_deployment(service, deployment, "SERVICE_DEPLOYMENT_FAILED")
    services.say(service, messages.failed(deployment.id, failure.message))
    if not rollback:
        _finish(services, service, "STOPPED", f"Service deployment stopped because {failure.because}.")
    elif service.completed is None or service.current.rollback:
        _finish(services, service, "ROLLBACK_FAILED", f"Service deployment failed because {failure.because}.")
    else:
        _roll_back(services, service, service.completed, failure)


def alarm(services: Services, name: str) -> None:
    """The alarm fails each deployment in progress that watches it; that of a rollback is watched no more."""
    for service in services.all():
        current, alarms = service.current, service.current.configuration.alarms
        if not current.over and not current.rollback and name in alarms.get("alarmNames", ()):
            current.triggered_alarms += (name,)
            fail(services, service, ALARM, rollback=bool(alarms.get("rollback")))


def _roll_back(services: Services, service: Service, good: Deployment, failure: Failure) -> None:
    current = service.current
    close_hooks(services, service)
    current.status, current.updated_at = "ROLLBACK_IN_PROGRESS", services.now
    current.reason = f"Service deployment rolled back because {failure.because}."
    reason = f"ECS deployment {failure.by}: rolling back to deploymentId {good.id}."
    current.rollback = _primary(services, service, good.revision, reason)
    services.say(service, messages.rolling_back(good.id))


def _primary(services: Services, service: Service, revision: Revision, reason: str | None) -> Deployment:
    now, deployment_id = services.now, f"ecs-svc/{services.new_number()}"
    deployment = Deployment(
        id=deployment_id,
        revision=revision,
        created_at=now,
        updated_at=now,
        reason=reason or f"ECS deployment {deployment_id} in progress.",
    )
    service.deployments.insert(0, deployment)
    service.steady_at = None
    services.emit_deployment(service, deployment, "SERVICE_DEPLOYMENT_IN_PROGRESS")
    return deployment


def _turn(services: Services, deployment: Deployment, rollout: Rollout, reason: str) -> None:
    deployment.rollout, deployment.reason, deployment.updated_at = rollout, reason, services.now


def stop(services: Services, service: Service, reason: str) -> None:
    """Ends the service deployment that is under way, if there is one."""
    if not service.current.over:
        _finish(services, service, "STOPPED", reason)


def _finish(services: Services, service: Service, status: str, reason: str | None) -> None:
    close_hooks(services, service)
    current = service.current
    current.status, current.reason = status, reason
    current.finished_at = current.updated_at = services.now
