"""Services, their deployments and what is reported of them, as values for tests."""

from datetime import UTC, datetime, timedelta

from reconciler.model.deployment import DescribedDeployment, Report, Rollout
from reconciler.model.hook import Hook
from reconciler.model.service import ServiceReading, ServiceRecord, ServiceState
from reconciler.model.service_event import ActionEvent, DeploymentEvent, HookEvent

from .values import CLUSTER

BEGIN = datetime(2026, 11, 20, 12, tzinfo=UTC)
SERVICE = f"{CLUSTER.replace(':cluster/', ':service/')}/checkout"
DEFINITION = f"{CLUSTER.partition(':cluster/')[0]}:task-definition/checkout"
STARTED, COMPLETED, FAILED = (f"SERVICE_DEPLOYMENT_{word}" for word in ("IN_PROGRESS", "COMPLETED", "FAILED"))


def minute(number: float) -> datetime:
    """That many minutes after the tests' time begins."""
    return BEGIN + timedelta(minutes=number)


def deployment_id(number: int) -> str:
    return f"ecs-svc/{number:019d}"


def record(**values: object) -> ServiceRecord:
    return ServiceRecord(service_arn=SERVICE, cluster_arn=CLUSTER, **values)  # type: ignore[arg-type]


def deployment_event(
    number: int, name: str, at: float, reason: str = "", *, replayed: bool = False
) -> DeploymentEvent:
    return DeploymentEvent(
        service_arn=SERVICE,
        cluster_arn=CLUSTER,
        deployment_id=deployment_id(number),
        name=name,
        report=Report(at=minute(at), reason=reason, replayed=replayed),
    )


def action(name: str, at: float, event_type: str = "ERROR", reason: str = "") -> ActionEvent:
    return ActionEvent(
        service_arn=SERVICE,
        cluster_arn=CLUSTER,
        name=name,
        event_type=event_type,
        report=Report(at=minute(at), reason=reason),
    )


def hook(status: str, at: float, hook_id: str = "ecs-pause-1") -> HookEvent:
    held = Hook(hook_id=hook_id, status=status, at=minute(at), expires_at=minute(at + 60), hook_type="PAUSE")
    return HookEvent(service_arn=SERVICE, cluster_arn=CLUSTER, hook=held)


def described(  # noqa: PLR0913 - each of them matters to some test
    number: int,
    created: float,
    *,
    revision: int = 42,
    status: str = "PRIMARY",
    rollout_state: str | None = "COMPLETED",
    reason: str = "",
    running: int = 4,
    failed_tasks: int = 0,
) -> DescribedDeployment:
    rollout = Rollout(
        status=status,
        rollout_state=rollout_state,
        reason=reason,
        desired_count=4,
        running_count=running,
        failed_tasks=failed_tasks,
    )
    return DescribedDeployment(
        deployment_id=deployment_id(number),
        created_at=minute(created),
        task_definition_arn=f"{DEFINITION}:{revision}",
        rollout=rollout,
    )


def reading(
    *deployments: DescribedDeployment,
    running: int = 4,
    desired: int = 4,
    status: str = "ACTIVE",
    minimum: int | None = 100,
) -> ServiceReading:
    state = ServiceState(
        service_arn=SERVICE,
        cluster_arn=CLUSTER,
        service="checkout",
        status=status,
        desired_count=desired,
        running_count=running,
        pending_count=0,
        minimum_healthy_percent=minimum,
        task_definition_arn=deployments[0].task_definition_arn if deployments else None,
    )
    return ServiceReading(state=state, deployments=deployments)
