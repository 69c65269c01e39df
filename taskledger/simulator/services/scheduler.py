"""The service scheduler: at each call it does all that is due by now, and it knows when the next is due.

of each service: its tasks go on -> those that ended are counted -> hooks and circuit breaker -> the next step
of rolling -> what is drained goes -> a deployment completes, the service is steady
"""

import math
from collections.abc import Iterator

from ..engine import lifecycle
from . import rolling, rollouts, staffing
from .breaker import tripped
from .hooks import pause, turn
from .lives import ServiceTask, end
from .model import Deployment, Rollout, Service
from .registry import Services
from .shapes import messages

STEADY_SECONDS = 6 * 3600  # after which a service says again that it is steady


def act(services: Services) -> None:
    """Does all that is due now; a second time at the same moment nothing is left to do."""
    for service in services.all():
        for deployment in service.deployments:
            for each in deployment.tasks:
                _go_on(services, deployment, each)
            staffing.count(services, service, deployment)
        if service.deployments:
            _see_to(services, service)


def next_due(services: Services) -> float:
    """When something is to be done next; infinity if nothing is."""
    times = (at for service in services.all() for at in _times(service, services.now))
    return min(times, default=math.inf)


def _go_on(services: Services, deployment: Deployment, each: ServiceTask) -> None:
    now, inessential = services.now, deployment.revision.definition.inessential
    while True:
        if not each.wanted and not each.ending:
            end(each, now)
        if not each.steps or each.steps[0][0] > now:
            return
        _, report = each.steps.popleft()
        services.store.change(each.task, lifecycle.reported(each.task.described(), report, inessential, now))


def _see_to(services: Services, service: Service) -> None:
    _time_out(services, service)
    _break(services, service)
    _move_stage(services, service)
    _roll(services, service)
    if _break(services, service):  # what was refused just now was one too many
        _roll(services, service)
    _drop_drained(services, service)
    _settle(services, service)


def _time_out(services: Services, service: Service) -> None:
    current = service.current
    while (hook := current.waiting) and hook.expires_at <= services.now:
        turn(services, service, current, hook, "TIMED_OUT")
        if hook.timeout_action == "ROLLBACK":
            failure = rollouts.hook_failed(hook.stage, "timed out")
            rollouts.fail(services, service, failure, rollback=True)


def _break(services: Services, service: Service) -> bool:
    """Whether the circuit breaker has failed the deployment."""
    if not tripped(service):
        return False
    service.current.breaker_triggered = True
    rollback = bool(service.configuration.breaker.get("rollback"))
    rollouts.fail(services, service, rollouts.BREAKER, rollback=rollback)
    return True


def _move_stage(services: Services, service: Service) -> None:
    """The stages of a rolling deployment; a rollback has none."""
    current = service.current
    if current.over or current.rollback:
        return
    if current.stage == "PRE_SCALE_UP" and not current.waiting:
        current.stage = "SCALE_UP"
    if current.stage == "SCALE_UP" and service.primary.healthy >= service.desired:
        pause(services, service, "POST_SCALE_UP")
    if current.stage == "POST_SCALE_UP" and not current.waiting:
        current.stage = "CLEAN_UP"


def _roll(services: Services, service: Service) -> None:
    step = _step(service, services.now)
    if step.start:
        staffing.start(services, service, step.start)
    if step.stop:
        staffing.stop(services, service, step.stop)
    blocking = service.deployment_of(step.blocking[0].task).id if step.blocking else None
    if blocking and service.blocked_by != blocking:
        services.emit_action(service, "TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION")
        services.say(service, messages.blocked(service.name, blocking))
    service.blocked_by = blocking


def _step(service: Service, now: float) -> rolling.Step:
    waiting = service.current.waiting
    failed = service.primary.rollout is Rollout.FAILED
    held = failed or (waiting and waiting.stage == "PRE_SCALE_UP") or service.primary.retry_at > now
    return rolling.step(service, now, starts=not held, stops=not waiting)


def _drop_drained(services: Services, service: Service) -> None:
    """Older deployments go with their last task; a deleted service is INACTIVE once none is to run."""
    older = [each for each in service.deployments[1:] if each.tasks]
    service.deployments[1:] = older
    if service.status == "DRAINING" and not any(each.live for each in service.deployments):
        service.status, service.inactive_at = "INACTIVE", services.now
    if service.status == "INACTIVE" and not any(each.tasks for each in service.deployments):
        service.deployments.clear()


def _settle(services: Services, service: Service) -> None:
    if service.status != "ACTIVE" or not _settled(service):
        service.steady_at = None
        for each in service.deployments[:1]:
            each.settled_at = None
        return
    primary, now = service.primary, services.now
    primary.settled_at = primary.settled_at or now
    if primary.rollout is Rollout.IN_PROGRESS and _baked_at(service) <= now and not service.current.waiting:
        rollouts.complete(services, service)
    if primary.rollout is Rollout.COMPLETED and _steady_again(service) <= now:
        service.steady_at = now
        services.emit_action(service, "SERVICE_STEADY_STATE")
        services.say(service, messages.STEADY)


def _settled(service: Service) -> bool:
    primary = service.primary
    alone = len(service.deployments) == 1 and len(primary.tasks) == service.desired
    return alone and primary.healthy == service.desired


def _baked_at(service: Service) -> float:
    settled_at = service.primary.settled_at
    seconds = 0 if service.current.rollback else service.configuration.bake_seconds
    return math.inf if settled_at is None else round(settled_at + seconds, 3)


def _steady_again(service: Service) -> float:
    return 0 if service.steady_at is None else round(service.steady_at + STEADY_SECONDS, 3)


def _times(service: Service, now: float) -> Iterator[float]:
    for deployment in service.deployments:
        for each in deployment.tasks:
            yield from each.next()
    if service.deployments:
        yield from (at for at in _waits(service, now) if at > now)


def _waits(service: Service, now: float) -> Iterator[float]:
    if hook := service.current.waiting:
        yield hook.expires_at
    yield service.primary.retry_at
    yield _steady_again(service)
    if service.primary.rollout is Rollout.IN_PROGRESS:
        yield _baked_at(service)
    yield from (each.task.protected_until for each in _step(service, now).blocking)
