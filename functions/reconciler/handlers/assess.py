"""Lambda: changes of entries from the table's stream, into findings, incidents and messages.

What could not be stored is answered by the sequence number of the first record concerned: Lambda brings that
one and all after it again, in halves if need be, and those that were stored are known by then. A message that
could not be sent is not brought again: it is stored, and the watch sends it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from ..adapters.dynamodb.stream import change, sequence_number
from ..errors import InvalidInput
from ..ports.ledger import EntryChange
from ..use_cases.assess import Assessed, assess
from ..use_cases.notify import Alerts, NotifyResult
from ..wiring import alert_settings, alerts
from .telemetry import count_notify_results, log_notify_results

logger = Logger(service="assess")
metrics = Metrics(service="assess")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A batch: the changes by sequence number, and the first record that cannot be read, if any."""

    changes: Mapping[str, EntryChange]
    unreadable: str | None = None
    error: InvalidInput | None = None


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    read = read_records(event)
    assessed = receive(read, alerts(_now), replayed=alert_settings().on_replay)
    _log(read, assessed)
    count_notify_results(metrics, _told(assessed))
    metrics.add_metric("ChangesUnreadable", MetricUnit.Count, int(read.error is not None))
    return response(read, assessed)


def read_records(event: Mapping[str, Any]) -> Read:
    """The changes up to the first record that is none; what comes after it waits until it is gone."""
    changes: dict[str, EntryChange] = {}
    for record in event["Records"]:
        number = sequence_number(record)
        try:
            changes[number] = change(record)
        except InvalidInput as error:
            return Read(changes=changes, unreadable=number, error=error)
    return Read(changes=changes)


def receive(read: Read, alerts: Alerts, *, replayed: bool = False) -> Sequence[Assessed]:
    return assess(list(read.changes.values()), alerts, replayed=replayed)


def response(read: Read, assessed: Sequence[Assessed]) -> dict[str, list[dict[str, str]]]:
    """The partial batch answer that stream event sources understand: where to begin again."""
    failed = [number for number, one in zip(read.changes, assessed, strict=True) if one.failed]
    first = [*failed, *filter(None, [read.unreadable])][:1]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in first]}


def _log(read: Read, assessed: Sequence[Assessed]) -> None:
    if read.error:
        error = {"field": read.error.field, "error": read.error.problem}
        logger.error("not readable", extra={"sequenceNumber": read.unreadable, **error})
    log_notify_results(logger, _told(assessed))


def _told(assessed: Sequence[Assessed]) -> Collection[NotifyResult]:
    """What was told of each incident, once, though many changes may have brought findings to it."""
    return {id(told): told for one in assessed for told in one.told}.values()


def _now() -> datetime:
    return datetime.now(UTC)
