"""Records of services for tests, made as the ledger makes them: of events and readings through the gate."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from reconciler.findings.model import Finding
from reconciler.findings.policy import DEFAULT, Policy
from reconciler.findings.services.rules import service_findings
from reconciler.gate import succeed
from reconciler.model.deployment import ServiceDeployment
from reconciler.model.entry import LedgerEntry
from reconciler.model.hook import Hook
from reconciler.model.protection import Protection
from reconciler.model.service import ServiceReading, ServiceRecord
from reconciler.model.service_event import ServiceEvent
from reconciler.services.merge import merge_event, merge_reading, merge_service_deployment, with_deployment
from tests.support.services import deployment_id, described, minute, reading, record
from tests.support.values import CLUSTER, event, task_arn

GOOD = described(1, -600, revision=42, status="ACTIVE", running=4)
ROLLING_BACK = f"ECS deployment circuit breaker: rolling back to deploymentId {deployment_id(1)}."
BREAKER = "ECS deployment circuit breaker: tasks failed to start."


def recorded(*reports: ServiceEvent | tuple[ServiceReading, float]) -> ServiceRecord:
    """What is known after these events and readings, each reading with its minute."""
    after = record()
    for one in reports:
        if isinstance(one, tuple):
            after = merge_reading(after, one[0], minute(one[1]))
        else:
            after = merge_event(after, one)
    return after


def rolling(number: int = 2, at: float = 0, *, read: float | None = None, **rollout: Any) -> ServiceRecord:
    """A service of which a deployment of checkout:43 is under way beside the good one of checkout:42."""
    facts = {"revision": 43, "rollout_state": "IN_PROGRESS", "running": 0}
    now = reading(described(number, at, **(facts | rollout)), GOOD)
    return recorded((now, at + 1 if read is None else read))


def arn(number: int) -> str:
    return f"{CLUSTER.replace(':cluster/', ':service-deployment/')}/checkout/{number:021d}"


def answered(of: ServiceRecord, number: int, status: str, **facts: Any) -> ServiceRecord:
    """The record with what ListServiceDeployments says of the deployment of that number."""
    known = of.deployment(deployment_id(number))
    assert known
    one = ServiceDeployment(
        service_deployment_arn=arn(number), status=status, created_at=known.began.at, **facts
    )
    return with_deployment(of, merge_service_deployment(known, one))


def waiting(of: ServiceRecord, at: float, number: int | None = 2, **facts: Any) -> ServiceRecord:
    """The record with a hook that has been waiting since then, by default for an hour."""
    values: dict[str, Any] = {
        "hook_id": "ecs-pause-1",
        "status": "AWAITING_ACTION",
        "expires_at": minute(at + 60),
        "service_deployment_arn": None if number is None else arn(number),
        "stage": "POST_TEST_TRAFFIC_SHIFT",
    }
    return replace(of, hooks=(*of.hooks, Hook(at=minute(at), **(values | facts))))


def protected(
    numbers: Iterable[int], of: int, since: float, until: float, checked: float
) -> list[LedgerEntry]:
    """Running tasks of the deployment of that number, protected from scale-in, and when ECS said so."""
    held = Protection(expires_at=minute(until), checked_at=minute(checked), since=minute(since))
    facts = {"started_by": deployment_id(of)}
    return [
        replace(succeed(None, event(3, task_arn=task_arn(number), **facts)), protection=held)
        for number in numbers
    ]


def judged(
    of: ServiceRecord, at: float, policy: Policy = DEFAULT, tasks: Iterable[LedgerEntry] = ()
) -> list[Finding]:
    return list(service_findings(of, minute(at), policy, protected=tasks))


def shown(found: Iterable[Finding]) -> list[str]:
    """Kind, cause and severity of each."""
    return [" ".join(filter(None, (one.kind, one.cause, one.severity))) for one in found]
