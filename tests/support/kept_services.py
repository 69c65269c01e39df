"""Records of services as a deployed stack keeps them, of the time in which the commands run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from reconciler.model.deployment import Began, Deployment, Image, Report, Rollout, ServiceDeployment
from reconciler.model.service import ServiceRecord, ServiceState
from reconciler.model.task import Source
from tests.support.deployed import Deployment as Stack
from tests.support.deployed import ago
from tests.support.services import COMPLETED, DEFINITION, FAILED, STARTED, deployment_id
from tests.support.values import CLUSTER

BREAKER = "ECS deployment circuit breaker: tasks failed to start."


def service(
    name: str = "checkout", *deployments: Deployment, cluster_arn: str = CLUSTER, **values: Any
) -> ServiceRecord:
    """A service that ECS described ten minutes ago; other values are those of its state or its record."""
    facts = {"status": "ACTIVE", "desired_count": 4, "running_count": 4, "pending_count": 0}
    record = {"read_at": ago(minutes=10), "below_desired_since": None, "actions": {}, "hooks": ()}
    record |= {key: values.pop(key) for key in {*record, "missing_since", "gone_at"} if key in values}
    arn = f"{cluster_arn.replace(':cluster/', ':service/')}/{name}"
    newest = next(iter(deployments), None)
    definition = newest.task_definition_arn if newest else None
    facts |= {
        "service_arn": arn,
        "cluster_arn": cluster_arn,
        "service": name,
        "task_definition_arn": definition,
    }
    state = ServiceState(**(facts | values))  # type: ignore[arg-type]  # whatever the test names
    return ServiceRecord(
        service_arn=arn,
        cluster_arn=cluster_arn,
        state=state,
        deployments=deployments,
        **record,  # type: ignore[arg-type]
    )


def completed(number: int, began: datetime, ended: datetime, revision: int = 42) -> Deployment:
    """A deployment that was completed, as its event said and ECS described since."""
    reports = {COMPLETED: Report(at=ended, reason=f"ECS deployment {deployment_id(number)} completed.")}
    return _deployment(number, began, "PRIMARY", "COMPLETED", revision, reports=reports, running=4)


def rolling(number: int, began: datetime, revision: int = 43) -> Deployment:
    """A deployment under way."""
    return _deployment(number, began, "PRIMARY", "IN_PROGRESS", revision, running=1)


def failed(number: int, began: datetime, ended: datetime, revision: int = 43) -> Deployment:
    """A deployment that the circuit breaker ended, and nothing rolled back."""
    reports = {FAILED: Report(at=ended, reason=BREAKER)}
    return _deployment(number, began, "PRIMARY", "FAILED", revision, reports=reports)


def rolled_back(began: datetime, ended: datetime) -> tuple[Deployment, Deployment, Deployment]:
    """A deployment that failed (2), one that rolls it back (3), and the one before it (1); newest first."""
    to = f"ECS deployment circuit breaker: rolling back to deploymentId {deployment_id(1)}."
    reports = {FAILED: Report(at=ended, reason=BREAKER)}
    reported = {STARTED: Report(at=ended, reason=to)}
    joined = ServiceDeployment(
        service_deployment_arn=f"{CLUSTER.replace(':cluster/', ':service-deployment/')}/checkout/J4ZwX3",
        status="ROLLBACK_SUCCESSFUL",
        created_at=began,
        images=(Image(container="app", image="shop/app:2", digest="sha256:" + "2" * 64),),
        source_images=(Image(container="app", image="shop/app:1", digest="sha256:" + "1" * 64),),
    )
    older = completed(1, ago(days=2), ago(days=2))
    bad = _deployment(2, began, "ACTIVE", "FAILED", 43, reports=reports, service_deployment=joined)
    back = _deployment(3, ended, "PRIMARY", "IN_PROGRESS", 42, reports=reported, running=2)
    return back, bad, older


def _deployment(
    number: int, began: datetime, status: str, rollout_state: str, revision: int, **values: Any
) -> Deployment:
    rollout = Rollout(
        status=status, rollout_state=rollout_state, desired_count=4, running_count=values.pop("running", 0)
    )
    return Deployment(
        deployment_id=deployment_id(number),
        began=Began(at=began, source=Source.DESCRIBE),
        task_definition_arn=f"{DEFINITION}:{revision}",
        rollout=rollout,
        read_at=max(began, ago(minutes=10)),
        **values,
    )


def keep(stack: Stack, *records: ServiceRecord) -> None:
    """Stores the records, which makes their clusters known."""
    for record in records:
        assert stack.services.save(record, None, ago(minutes=1))
