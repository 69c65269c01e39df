"""Lambda: a batch of task state change events from the queue, into the ledger.

What cannot be recorded is answered as a failed item, so that SQS delivers it again and at last moves it to
the dead-letter queue, whole; the rest of the batch is done.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import SQSEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from ..errors import InvalidInput, LedgerError
from ..model.protection import ProtectionCall
from ..model.task import Observation
from ..parsing.event import parse_json, parse_protection_call
from ..parsing.event import parse_task_event as parse_event
from ..use_cases.check_protection import CheckedProtection, check_called_tasks
from ..use_cases.observe import Failed, Observed, ObservedBatch, observe
from ..wiring import Services, services

logger = Logger(service="observe")
metrics = Metrics(service="observe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of each message: `batch` has the outcomes of `accepted`, in its order.

    `asked` has those that told of a call of UpdateTaskProtection, and what came of asking.
    """

    accepted: Sequence[str]
    batch: ObservedBatch
    asked: Mapping[str, Mapping[str, CheckedProtection] | LedgerError]
    rejected: Mapping[str, InvalidInput]

    def response(self) -> dict[str, list[dict[str, str]]]:
        """The partial batch answer that SQS event sources understand."""
        outcomes = zip(self.accepted, self.batch.outcomes, strict=True)
        failed = [message_id for message_id, outcome in outcomes if isinstance(outcome, Failed)]
        failed += [message_id for message_id, asked in self.asked.items() if isinstance(asked, LedgerError)]
        return {"batchItemFailures": [{"itemIdentifier": each} for each in (*self.rejected, *failed)]}


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    now = datetime.now(UTC)
    received = receive(event, services(), now)
    _log(received)
    _measure(received, now)
    return received.response()


def receive(event: dict[str, Any], services: Services, now: datetime) -> Received:
    """Parses the messages and records the events in them."""
    accepted: dict[str, Observation] = {}
    calls: dict[str, ProtectionCall] = {}
    rejected: dict[str, InvalidInput] = {}
    for record in SQSEvent(event).records:
        try:
            value = parse_json(record.body)
            if call := parse_protection_call(value):
                calls[record.message_id] = call
            else:
                accepted[record.message_id] = parse_event(value)
        except InvalidInput as error:
            rejected[record.message_id] = error
    return Received(
        accepted=list(accepted),
        batch=observe(list(accepted.values()), tasks=services.tasks, ledger=services.ledger, now=now),
        asked={message_id: _follow(call, services, now) for message_id, call in calls.items()},
        rejected=rejected,
    )


def _follow(
    call: ProtectionCall, services: Services, now: datetime
) -> Mapping[str, CheckedProtection] | LedgerError:
    try:
        return check_called_tasks(call, tasks=services.tasks, ledger=services.ledger, now=now)
    except LedgerError as error:
        return error


def _log(received: Received) -> None:
    """One line for each event, and one for each thing that needs a look."""
    for message_id, error in received.rejected.items():
        logger.error("rejected", messageId=message_id, field=error.field, error=error.problem)
    for cluster_arn, cause in received.batch.undescribed.items():
        logger.warning("not described", clusterArn=cluster_arn, kind=type(cause).__name__, error=str(cause))
    for message_id, asked in received.asked.items():
        _log_asked(message_id, asked)
    for outcome in received.batch.outcomes:
        facts = _facts(outcome.observation)
        if isinstance(outcome, Failed):
            kind = type(outcome.error).__name__
            logger.error("not recorded", **facts, kind=kind, error=str(outcome.error))
        else:
            logger.info("observed", **facts, verdict=outcome.verdict, currency=outcome.currency)


def _log_asked(message_id: str, asked: Mapping[str, CheckedProtection] | LedgerError) -> None:
    if isinstance(asked, LedgerError):
        logger.error("not asked", messageId=message_id, kind=type(asked).__name__, error=str(asked))
        return
    for task_arn, answer in asked.items():
        logger.info("protection", taskArn=task_arn, change=answer.change)


def _facts(observation: Observation) -> dict[str, Any]:
    state = observation.state
    return {"taskArn": state.task_arn, "version": state.version, "source": observation.source}


def _measure(received: Received, now: datetime) -> None:
    """Counts by verdict and currency, and how long the events took from ECS to the ledger."""
    outcomes = received.batch.outcomes
    counts = Counter(
        {
            "EventsRejected": len(received.rejected),
            "EventsFailed": sum(isinstance(outcome, Failed) for outcome in outcomes),
            "CallsFollowed": len(received.asked),
            "DescribeFailures": len(received.batch.undescribed),
        }
    )
    for outcome in outcomes:
        if isinstance(outcome, Observed):
            counts[f"Verdict{outcome.verdict.title()}"] += 1
            counts[f"Currency{outcome.currency.title()}"] += 1
            _measure_lag(outcome.observation, now)
    for name, count in counts.items():
        metrics.add_metric(name, MetricUnit.Count, count)


def _measure_lag(observation: Observation, now: datetime) -> None:
    """An event that an EventBridge replay delivers again is old on purpose, and says nothing of a lag."""
    if observation.replay_name is None:
        lag = (now - observation.observed_at).total_seconds()
        metrics.add_metric("EventLag", MetricUnit.Seconds, max(lag, 0))
