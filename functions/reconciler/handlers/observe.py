"""Lambda: a batch of messages from the queue, into the ledger.

What cannot be recorded is answered as a failed item, so that SQS delivers it again and at last moves it to
the dead-letter queue, whole; the rest of the batch is done.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import SQSEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from ..errors import LedgerError
from ..use_cases.observe import Failed, Observed, ObserveResult, observe
from ..wiring import RUN, services
from .telemetry import Telemetry

telemetry = Telemetry("observe")
logger, metrics = telemetry.logger, telemetry.metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    messages = {record.message_id: record.body for record in SQSEvent(event).records}
    with RUN.run(context.get_remaining_time_in_millis() / 1000):
        found = services()
        result = observe(messages, tasks=found.tasks, ledger=found.ledger, clock=_now, home=found.home)
    _log(result)
    _measure(result, _now())
    return response(result)


def response(result: ObserveResult) -> dict[str, list[dict[str, str]]]:
    """The partial batch answer that SQS event sources understand."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in result.failed]}


def _log(result: ObserveResult) -> None:
    """One line for each event, and one for each error."""
    for cluster_arn, error in result.undescribed.items():
        telemetry.error("not described", error, clusterArn=cluster_arn)
    for message_id, error in result.failed.items():
        telemetry.error("not recorded", error, messageId=message_id, **_task(result, message_id))
    for observed in _observed(result):
        verdict, currency = observed.verdict, observed.currency
        logger.info("observed", **_version(observed), verdict=verdict, currency=currency)
    for cluster_arn, error in result.stops.errors.items():
        telemetry.error("protection not checked", error, clusterArn=cluster_arn)
    calls = [call for call in result.calls.values() if not isinstance(call, LedgerError)]
    for task_arn, checked in (pair for call in (*calls, result.stops.checked) for pair in call.items()):
        logger.info("protection", taskArn=task_arn, change=checked.change)


def _observed(result: ObserveResult) -> list[Observed]:
    return [event for event in result.events.values() if isinstance(event, Observed)]


def _task(result: ObserveResult, message_id: str) -> dict[str, Any]:
    event = result.events.get(message_id)
    return _version(event) if event else {}


def _version(event: Observed | Failed) -> dict[str, Any]:
    state = event.observation.state
    return {"taskArn": state.task_arn, "version": state.version, "source": event.observation.source}


def _measure(result: ObserveResult, now: datetime) -> None:
    """Counts by verdict and currency, and how long the events took from ECS to the ledger."""
    counts = Counter(
        {
            "EventsRejected": len(result.rejected),
            "EventsFailed": sum(isinstance(event, Failed) for event in result.events.values()),
            "CallsFollowed": len(result.calls),
            "DescribeFailures": len(result.undescribed),
        }
    )
    for observed in _observed(result):
        counts[f"Verdict{observed.verdict.title()}"] += 1
        counts[f"Currency{observed.currency.title()}"] += 1
        _measure_lag(observed, now)
    for name, count in counts.items():
        telemetry.count(name, count)


def _measure_lag(observed: Observed, now: datetime) -> None:
    """An event that an EventBridge replay delivers again is old on purpose, and says nothing of a lag."""
    if observed.observation.replay_name is None:
        lag = (now - observed.observation.observed_at).total_seconds()
        metrics.add_metric("EventLag", MetricUnit.Seconds, max(lag, 0))


def _now() -> datetime:
    return datetime.now(UTC)
