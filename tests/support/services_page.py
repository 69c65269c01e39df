"""The services of the ledger whose output the pages show."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model.deployment import DescribedDeployment, Image, Report, ServiceDeployment
from reconciler.model.service import Message, ServiceRecord
from reconciler.services.merge import merge_service_deployment, with_deployment
from tests.support.service_records import BREAKER, ROLLING_BACK, recorded
from tests.support.services import (
    COMPLETED,
    FAILED,
    SERVICE,
    STARTED,
    deployment_event,
    deployment_id,
    described,
    minute,
    reading,
)

NOW = minute(30)


def records() -> list[ServiceRecord]:
    """As the ledger has them at that moment."""
    return [_checkout(), _cart(), _web()]


def _checkout() -> ServiceRecord:
    """A deployment that the circuit breaker ended and rolled back, which is under way."""
    back, bad, good = described(3, 5, rollout_state="IN_PROGRESS", running=2), _bad(), described(1, -600)
    after = recorded(
        (reading(good), -500),
        deployment_event(1, COMPLETED, -590, f"ECS deployment {deployment_id(1)} completed."),
        deployment_event(2, STARTED, 0, f"ECS deployment {deployment_id(2)} in progress."),
        deployment_event(2, FAILED, 5, BREAKER),
        deployment_event(3, STARTED, 5, ROLLING_BACK),
        (reading(back, bad, running=2), 15),
    )
    known = after.deployment(deployment_id(2))
    assert known
    return with_deployment(after, merge_service_deployment(known, _answered()))


def _bad() -> DescribedDeployment:
    return described(2, 0, revision=43, status="ACTIVE", rollout_state="FAILED", running=0, failed_tasks=3)


def _answered() -> ServiceDeployment:
    before, after = (
        Image(container="app", image=f"shop/checkout:1.{number}", digest=f"sha256:{str(number) * 64}")
        for number in (7, 8)
    )
    return ServiceDeployment(
        service_deployment_arn=f"{SERVICE.replace(':service/', ':service-deployment/')}/J4ZwX3bQ2aM6ERMvsxuL",
        status="ROLLBACK_IN_PROGRESS",
        created_at=minute(0),
        source_images=(before,),
        images=(after,),
        circuit_breaker="TRIGGERED",
    )


def _cart() -> ServiceRecord:
    """Less than desired runs, as ECS finds no place for a task."""
    one = described(4, -9000, revision=7, running=2)
    after = recorded((reading(one, running=2, desired=2), -8998), (reading(one, running=1, desired=2), 10))
    said = Message(at=minute(8), text="(service cart) was unable to place a task.")
    fault = {"SERVICE_TASK_PLACEMENT_FAILURE": Report(at=minute(8), reason="RESOURCE:MEMORY")}
    return _named("cart", replace(after, actions=fault), messages=(said,))


def _web() -> ServiceRecord:
    return _named("web", recorded((reading(described(5, -4000, revision=19)), -3000)))


def _named(name: str, record: ServiceRecord, messages: tuple[Message, ...] = ()) -> ServiceRecord:
    """The record as that of another service."""
    assert record.state
    arn = SERVICE.replace("checkout", name)
    deployments = [
        replace(one, task_definition_arn=(one.task_definition_arn or "").replace("checkout", name))
        for one in record.deployments
    ]
    definition = deployments[0].task_definition_arn
    state = replace(
        record.state, service_arn=arn, service=name, task_definition_arn=definition, messages=messages
    )
    return replace(record, service_arn=arn, state=state, deployments=tuple(deployments))
