"""Lambda: a batch of messages from the queue, into the ledger.

What cannot be recorded is answered as a failed item, so that SQS delivers it again and at last moves it to
the dead-letter queue, whole; the rest of the batch is done.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from ..errors import LedgerError
from ..model.service_event import DeploymentEvent, HookEvent
from ..use_cases.observe import Intake, ObserveResult, observe
from ..use_cases.recording.service_events import FailedService, ObservedService, ServiceOutcome, Unplaced
from ..use_cases.recording.task_events import Failed, Observed
from ..wiring.clients import RUN
from ..wiring.observe import services
from .telemetry import Telemetry

telemetry = Telemetry("observe")
logger, metrics = telemetry.logger, telemetry.metrics


@logger.inject_lambda_context
@telemetry.measured()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    messages = {record["messageId"]: record["body"] for record in event["Records"]}
    with RUN.run(context.get_remaining_time_in_millis() / 1000):
        found = services()
        intake = Intake(
            tasks=found.tasks, ledger=found.ledger, services=found.services, clock=_now, home=found.home
        )
        result = observe(messages, intake)
    _log(result)
    _measure(result, _now())
    return response(result)


def response(result: ObserveResult) -> dict[str, list[dict[str, str]]]:
    """The partial batch answer that SQS event sources understand."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in result.failed]}


def _log(result: ObserveResult) -> None:
    """One line for each event, one for each error, and one for each kind of what was skipped."""
    for cluster_arn, error in result.undescribed.items():
        telemetry.error("not described", error, clusterArn=cluster_arn)
    for message_id, error in result.failed.items():
        telemetry.error("not recorded", error, messageId=message_id, **_facts(result, message_id))
    for observed in _observed(result):
        verdict, currency = observed.verdict, observed.currency
        logger.info("observed", **_version(observed), verdict=verdict, currency=currency)
    _log_services(result)
    for cluster_arn, error in result.stops.errors.items():
        telemetry.error("protection not checked", error, clusterArn=cluster_arn)
    calls = [call for call in result.calls.values() if not isinstance(call, LedgerError)]
    for task_arn, checked in (pair for call in (*calls, result.stops.checked) for pair in call.items()):
        logger.info("protection", taskArn=task_arn, change=checked.change)


def _log_services(result: ObserveResult) -> None:
    for outcome in result.services.values():
        if isinstance(outcome, ObservedService):
            logger.info("service observed", **_of_service(outcome), verdict=outcome.verdict)
        elif isinstance(outcome, Unplaced):
            logger.info("unplaced", **_of_service(outcome))
    skipped = Counter(one.detail_type for one in result.skipped.values())
    for detail_type, count in skipped.items():
        logger.info("skipped", detailType=detail_type, count=count)


def _observed(result: ObserveResult) -> list[Observed]:
    return [event for event in result.events.values() if isinstance(event, Observed)]


def _facts(result: ObserveResult, message_id: str) -> dict[str, Any]:
    """Of which task or service a message is, as far as that is known."""
    if event := result.events.get(message_id):
        return _version(event)
    outcome = result.services.get(message_id)
    return _of_service(outcome) if outcome else {}


def _of_service(outcome: ServiceOutcome) -> dict[str, Any]:
    event = outcome.event
    if isinstance(event, HookEvent):
        facts = {"event": event.hook.status, "hookId": event.hook.hook_id}
    elif isinstance(event, DeploymentEvent):
        facts = {"event": event.name, "deploymentId": event.deployment_id}
    else:
        facts = {"event": event.name}
    return {"serviceArn": event.service_arn, **facts}


def _version(event: Observed | Failed) -> dict[str, Any]:
    state = event.observation.state
    return {"taskArn": state.task_arn, "version": state.version, "source": event.observation.source}


def _measure(result: ObserveResult, now: datetime) -> None:
    """Counts by verdict and currency, and how long the events took from ECS to the ledger."""
    of_services = list(result.services.values())
    events = [*result.events.values(), *of_services]
    counts = Counter(
        {
            "EventsRejected": len(result.rejected),
            "EventsFailed": sum(isinstance(event, Failed | FailedService) for event in events),
            "CallsFollowed": len(result.calls),
            "DescribeFailures": len(result.undescribed),
            "ServiceEvents": sum(isinstance(event, ObservedService) for event in of_services),
            "EventsSkipped": len(result.skipped),
            "EventsUnplaced": sum(isinstance(event, Unplaced) for event in of_services),
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
