"""What EventBridge reports of a service: its deployments, its scheduler's actions, and lifecycle hooks."""

from dataclasses import dataclass

from .deployment import Report
from .hook import Hook


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentEvent:
    """An event "ECS Deployment State Change"; `cluster_arn` is None where nothing names it."""

    service_arn: str
    cluster_arn: str | None
    deployment_id: str
    name: str
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionEvent:
    """An event "ECS Service Action"; `event_type` is INFO, WARN or ERROR."""

    service_arn: str
    cluster_arn: str
    name: str
    event_type: str | None
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class HookEvent:
    """An event "ECS Hook State Change"."""

    service_arn: str
    cluster_arn: str
    hook: Hook


ServiceEvent = DeploymentEvent | ActionEvent | HookEvent
