"""What the sources of a deployment say of its end, each in its own word."""

from datetime import datetime
from typing import Final

from ..model.deployment import Deployment
from ..model.task import Source

STARTED: Final = "SERVICE_DEPLOYMENT_IN_PROGRESS"
COMPLETED: Final = "SERVICE_DEPLOYMENT_COMPLETED"
FAILED: Final = "SERVICE_DEPLOYMENT_FAILED"
ROLLED_BACK: Final = frozenset({"ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL"})


def is_start_known(deployment: Deployment) -> bool:
    """Whether it is known when it began, and not only of an event that came later than that."""
    later = (report.at for name, report in deployment.reports.items() if name != STARTED)
    return deployment.began.source is Source.DESCRIBE or deployment.began.at not in later


def has_failed(deployment: Deployment) -> bool:
    """Whether any source says that it failed; one that was rolled back has, or that a monitor has ended."""
    answered = deployment.service_deployment
    return (
        FAILED in deployment.reports
        or (deployment.rollout is not None and deployment.rollout.rollout_state == "FAILED")
        or (answered is not None and answered.status in {*ROLLED_BACK, "ROLLBACK_FAILED"})
        or (answered is not None and "TRIGGERED" in (answered.circuit_breaker, answered.alarms))
    )


def is_completed(deployment: Deployment) -> bool:
    """Whether any source says that it was completed."""
    answered = deployment.service_deployment
    return (
        COMPLETED in deployment.reports
        or (deployment.rollout is not None and deployment.rollout.rollout_state == "COMPLETED")
        or (answered is not None and answered.status == "SUCCESSFUL")
    )


def failed_at(one: Deployment) -> datetime | None:
    return one.reports[FAILED].at if FAILED in one.reports else one.read_at


def completed_at(one: Deployment) -> datetime | None:
    if COMPLETED in one.reports:
        return one.reports[COMPLETED].at
    answered = one.service_deployment
    return (answered.finished_at if answered else None) or one.read_at
