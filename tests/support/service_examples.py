"""A finding for each kind and cause of services, as docs/alerts.md shows them, with the time of each."""

from collections.abc import Iterator
from datetime import datetime

from reconciler.findings.model import Finding
from reconciler.model.service import ServiceRecord

from .service_records import (
    BREAKER,
    GOOD,
    ROLLING_BACK,
    answered,
    judged,
    protected,
    recorded,
    rolling,
    waiting,
)
from .services import COMPLETED, FAILED, STARTED, action, deployment_event, described, minute, reading

LIVING = described(1, -600)
ACTIONS = (
    ("SERVICE_TASK_PLACEMENT_FAILURE", "RESOURCE:MEMORY"),
    ("SERVICE_TASK_CONFIGURATION_FAILURE", "ECS was unable to assume the task role"),
)
LESSER = (
    ("SERVICE_TASK_START_IMPAIRED", ""),
    ("ECS_OPERATION_THROTTLED", ""),
    ("SERVICE_DISCOVERY_INSTANCE_UNHEALTHY", ""),
    ("SERVICE_HEALTH_UNKNOWN", ""),
)


def service_examples() -> Iterator[tuple[Finding, datetime]]:
    """By kind, in the order of the page."""
    for record in _failed():
        yield from ((each, minute(20)) for each in judged(record, 20))
    for record in _impaired():
        yield from ((each, minute(20)) for each in judged(record, 20))
    old = described(1, -600, status="ACTIVE", running=1)
    newest = described(2, 0, revision=43, rollout_state="IN_PROGRESS")
    blocked = recorded((reading(newest, old, running=5), 5))
    yield from ((each, minute(40)) for each in judged(blocked, 40, tasks=protected([1], 1, -60, 120, 39)))
    paused = waiting(answered(rolling(running=4), 2, "IN_PROGRESS"), 2, timeout_action="ROLLBACK")
    yield from ((each, minute(20)) for each in judged(paused, 20))


def failed_by_breaker() -> ServiceRecord:
    """A deployment that the circuit breaker ended, and that was rolled back."""
    return recorded(
        (reading(LIVING), -590),
        (reading(described(2, 0, revision=43, rollout_state="IN_PROGRESS"), GOOD), 1),
        deployment_event(2, FAILED, 7, BREAKER),
        deployment_event(3, STARTED, 7.1, ROLLING_BACK),
        deployment_event(3, COMPLETED, 9),
    )


def _failed() -> Iterator[ServiceRecord]:
    yield failed_by_breaker()
    undone = {"rollback_at": minute(9)}
    yield answered(rolling(), 2, "ROLLBACK_SUCCESSFUL", alarms="TRIGGERED", **undone)
    yield answered(rolling(), 2, "ROLLBACK_SUCCESSFUL", hook_failed=True, **undone)
    yield answered(rolling(running=2), 2, "STOPPED")
    yield rolling(failed_tasks=5)
    yield rolling(rollout_state="FAILED", reason="invalid networking configuration: subnet-1")


def _impaired() -> Iterator[ServiceRecord]:
    for running in (0, 3):
        for name, reason in ACTIONS:
            yield recorded((reading(LIVING, running=running), 15), action(name, 16, reason=reason))
    for name, reason in LESSER:
        yield recorded((reading(LIVING, running=3), 15), action(name, 16, reason=reason))
    for running in (0, 3):
        yield recorded((reading(LIVING, running=running), 1))
