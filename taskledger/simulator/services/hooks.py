"""The pauses of a service deployment: it waits at a stage until somebody acts, or the time is over."""

from .model import Hook, Service, ServiceDeployment
from .registry import Services

_EVENTS = {
    "AWAITING_ACTION": "HOOK_AWAITING_ACTION",
    "SUCCEEDED": "HOOK_SUCCEEDED",
    "FAILED": "HOOK_FAILED",
    "TIMED_OUT": "HOOK_TIMED_OUT",
}


def pause(services: Services, service: Service, stage: str) -> None:
    """The service deployment has come to the stage, and waits for each of its hooks."""
    current = service.current
    current.stage = stage
    for seconds, action in current.configuration.pauses(stage):
        hook = Hook(
            id=f"ecs-pause-{services.new_word()}",
            stage=stage,
            expires_at=round(services.now + seconds, 3),
            timeout_action=action,
        )
        current.hooks.append(hook)
        turn(services, service, current, hook, "AWAITING_ACTION")


def turn(
    services: Services, service: Service, deployment: ServiceDeployment, hook: Hook, status: str
) -> None:
    """The hook is at that status from now on."""
    hook.status, deployment.updated_at = status, services.now
    services.emit_hook(service, deployment, hook, _EVENTS[status])


def close_hooks(services: Services, service: Service) -> None:
    """Nobody can act on what still waits: its service deployment goes on no more."""
    while hook := service.current.waiting:
        turn(services, service, service.current, hook, "FAILED")
