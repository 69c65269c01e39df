"""Lambda: the watch over what only time brings, every minute; it answers with what it found."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ..use_cases.maintain_incidents import MaintenanceResult
from ..use_cases.watch import WatchResult, watch
from ..use_cases.watch_protection import ProtectionResult
from ..wiring.alerting import alerts
from ..wiring.clients import RUN
from ..wiring.observe import services
from .telemetry import Telemetry

telemetry = Telemetry("watch")
logger = telemetry.logger


@logger.inject_lambda_context
@telemetry.measured()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    with RUN.run(context.get_remaining_time_in_millis() / 1000):
        result = watch(tasks=services().tasks, ledger=services().ledger, alerts=alerts(_now))
    _report_protection(result.protection)
    telemetry.notified(result.notified)
    telemetry.refused("not answered", alerts(_now).take_refused())
    _report_maintenance(result.maintenance)
    return summary(result)


def summary(result: WatchResult) -> dict[str, Any]:
    """What a run found, as JSON."""
    return {
        "findings": [finding.finding_id for finding in result.protection.findings],
        "changes": dict(result.protection.changes),
        "errors": {arn: str(error) for arn, error in result.protection.errors.items()},
        "resolved": result.maintenance.resolved,
        "unsettled": [str(error) for error in result.maintenance.errors],
    }


def _report_protection(result: ProtectionResult) -> None:
    for finding in result.findings:
        facts = {"taskArn": finding.task_arn, "kind": finding.kind, "summary": finding.summary}
        logger.warning("found", extra=facts)
    for arn, change in result.changes.items():
        logger.info("protection", extra={"taskArn": arn, "change": change})
    for arn, error in result.errors.items():
        telemetry.error("not watched", error, clusterArn=arn)
    telemetry.count("WatchFindings", len(result.findings))
    telemetry.count("WatchClusterFailures", len(result.errors))


def _report_maintenance(result: MaintenanceResult) -> None:
    for incident_id in result.resolved:
        logger.info("resolved", extra={"incidentId": incident_id})
    for error in result.errors:
        telemetry.error("not maintained", error)
    telemetry.count("IncidentFailures", len(result.errors))


def _now() -> datetime:
    return datetime.now(UTC)
