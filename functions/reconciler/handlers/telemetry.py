"""What all functions log and measure of the findings that they tell."""

from collections.abc import Iterable

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from ..use_cases.notify import NotifyResult


def log_notify_results(logger: Logger, told: Iterable[NotifyResult]) -> None:
    """One line for each incident that got new findings, or could not be stored or told of."""
    for one in told:
        facts = {"incidentId": one.incident.incident_id if one.incident else "", "new": one.new}
        if one.error:
            logger.error("not stored", extra={**facts, "error": str(one.error)})
        elif one.unsent:
            logger.error("not sent", extra={**facts, "error": str(one.unsent)})
        elif one.new:
            logger.info("told", extra=facts)


def count_notify_results(metrics: Metrics, told: Iterable[NotifyResult]) -> None:
    """Counts new findings, and what went wrong on their way to people."""
    told = list(told)
    counts = {
        "Findings": sum(one.new for one in told),
        "FindingsNotStored": sum(one.error is not None for one in told),
        "NotificationsFailed": sum(one.unsent is not None for one in told),
    }
    for name, count in counts.items():
        metrics.add_metric(name, MetricUnit.Count, count)
