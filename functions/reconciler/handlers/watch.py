"""Lambda: the watch over what only time brings, every minute; it answers with what it found."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from ..watch import Watch, Watched
from ..wiring import policy, services

logger = Logger(service="watch")
metrics = Metrics(service="watch")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    means = services()
    watched = Watch(tasks=means.tasks, ledger=means.ledger, policy=policy()).run(_now)
    _log(watched)
    metrics.add_metric("WatchFindings", MetricUnit.Count, len(watched.findings))
    metrics.add_metric("WatchClusterFailures", MetricUnit.Count, len(watched.errors))
    return {
        "findings": [finding.finding_id for finding in watched.findings],
        "changes": dict(watched.changes),
        "errors": {arn: str(error) for arn, error in watched.errors.items()},
    }


def _log(watched: Watched) -> None:
    for finding in watched.findings:
        facts = {"taskArn": finding.task_arn, "kind": finding.kind, "summary": finding.summary}
        logger.warning("found", extra=facts)
    for arn, change in watched.changes.items():
        logger.info("protection", extra={"taskArn": arn, "change": change})
    for arn, error in watched.errors.items():
        logger.error("not watched", extra={"clusterArn": arn, "error": str(error)})


def _now() -> datetime:
    return datetime.now(UTC)
