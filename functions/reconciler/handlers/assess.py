"""Lambda: changes of entries from the table's stream, into findings, incidents and messages.

What could not be stored is answered by the sequence number of the first record concerned: Lambda delivers
that one and all after it again, in halves if need be, and those that were stored are known by then. A message
that could not be published is not delivered again: it is stored, and the watch publishes it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ..adapters.dynamodb.stream import change, sequence_number
from ..errors import InvalidInput
from ..ports.ledger import EntryChange
from ..use_cases.assess import Assessed, assess
from ..use_cases.notify import NotifyResult
from ..wiring import RUN, alert_on_replay, alerts
from .telemetry import Telemetry

telemetry = Telemetry("assess")
logger, metrics = telemetry.logger, telemetry.metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """A batch: the changes by sequence number, and the first record that cannot be read, if any."""

    changes: Mapping[str, EntryChange]
    unreadable: str | None = None
    error: InvalidInput | None = None


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    records = read_records(event)
    with RUN.run(context.get_remaining_time_in_millis() / 1000):
        assessed = assess(list(records.changes.values()), alerts(_now), replayed=alert_on_replay())
    if records.error:
        telemetry.error("not readable", records.error, sequenceNumber=records.unreadable)
    telemetry.notified(_results(assessed))
    telemetry.count("ChangesUnreadable", int(records.error is not None))
    return response(records, assessed)


def read_records(event: Mapping[str, Any]) -> Records:
    """The changes up to the first record that is none; what comes after it waits until it is gone."""
    changes: dict[str, EntryChange] = {}
    for record in event["Records"]:
        number = sequence_number(record)
        try:
            changes[number] = change(record)
        except InvalidInput as error:
            return Records(changes=changes, unreadable=number, error=error)
    return Records(changes=changes)


def response(records: Records, assessed: Sequence[Assessed]) -> dict[str, list[dict[str, str]]]:
    """The partial batch answer that stream event sources understand: where to begin again."""
    failed = [number for number, one in zip(records.changes, assessed, strict=True) if one.failed]
    first = [*failed, *filter(None, [records.unreadable])][:1]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in first]}


def _results(assessed: Sequence[Assessed]) -> Collection[NotifyResult]:
    """The result for each incident, once, though many changes may have brought findings to it."""
    return {id(result): result for one in assessed for result in one.notified}.values()


def _now() -> datetime:
    return datetime.now(UTC)
