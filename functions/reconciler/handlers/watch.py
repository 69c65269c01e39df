"""Lambda: the watch over what only time brings, every minute; it answers with what it found."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from ..incidents.model import report_finding
from ..use_cases.maintain_incidents import IncidentMaintenance, MaintenanceResult
from ..use_cases.watch import Watch, WatchResult
from ..wiring import alerts, policy, services
from .telemetry import count_notify_results, log_notify_results

logger = Logger(service="watch")
metrics = Metrics(service="watch")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    means, telling = services(), alerts(_now)
    watched = Watch(tasks=means.tasks, ledger=means.ledger, policy=policy()).run(_now)
    told = telling.notify(report_finding(finding, _now()) for finding in watched.findings).values()
    kept = IncidentMaintenance(alerts=telling, tasks=means.tasks).run(means.ledger.clusters())
    _log(watched)
    log_notify_results(logger, told)
    count_notify_results(metrics, told)
    _log_kept(kept)
    metrics.add_metric("WatchFindings", MetricUnit.Count, len(watched.findings))
    metrics.add_metric("WatchClusterFailures", MetricUnit.Count, len(watched.errors))
    return {
        "findings": [finding.finding_id for finding in watched.findings],
        "changes": dict(watched.changes),
        "errors": {arn: str(error) for arn, error in watched.errors.items()},
        "resolved": kept.resolved,
        "unsettled": [str(error) for error in kept.errors],
    }


def _log(watched: WatchResult) -> None:
    for finding in watched.findings:
        facts = {"taskArn": finding.task_arn, "kind": finding.kind, "summary": finding.summary}
        logger.warning("found", extra=facts)
    for arn, change in watched.changes.items():
        logger.info("protection", extra={"taskArn": arn, "change": change})
    for arn, error in watched.errors.items():
        logger.error("not watched", extra={"clusterArn": arn, "error": str(error)})


def _log_kept(kept: MaintenanceResult) -> None:
    for incident_id in kept.resolved:
        logger.info("resolved", extra={"incidentId": incident_id})
    for error in kept.errors:
        logger.error("not looked after", extra={"error": str(error)})
    metrics.add_metric("IncidentFailures", MetricUnit.Count, len(kept.errors))


def _now() -> datetime:
    return datetime.now(UTC)
