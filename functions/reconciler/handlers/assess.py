"""Lambda: changes of entries and services from the table's stream, into findings, incidents and messages.

What could not be stored is answered by the sequence number of the first record concerned: Lambda delivers
that one and all after it again, in halves if need be, and those that were stored are known by then. A message
that could not be published is not delivered again: it is stored, and the watch publishes it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from ..adapters.dynamodb.stream import change, is_of_service, sequence_number, service_change
from ..errors import InvalidInput
from ..use_cases.assess import Assessed, Change, assess
from ..use_cases.publish import NotifyResult
from ..wiring.alerting import alert_on_replay, alerts
from ..wiring.clients import RUN
from .telemetry import Telemetry

telemetry = Telemetry("assess")
logger = telemetry.logger


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """A batch: the changes by sequence number, and what is wrong with the records that cannot be read."""

    changes: Mapping[str, Change]
    unreadable: Mapping[str, InvalidInput]


@logger.inject_lambda_context
@telemetry.measured()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    records = read_records(event)
    with RUN.run(context.get_remaining_time_in_millis() / 1000):
        assessed = assess(list(records.changes.values()), alerts(_now), replayed=alert_on_replay())
    for number, error in records.unreadable.items():
        telemetry.error("not readable", error, sequenceNumber=number)
    telemetry.notified(_results(assessed))
    telemetry.refused("not answered", alerts(_now).take_refused())
    telemetry.count("ChangesUnreadable", len(records.unreadable))
    return response(records, assessed)


def read_records(event: Mapping[str, Any]) -> Records:
    """The changes, and apart from them what is none: it keeps nothing else waiting.

    A removal brings nothing to light, whether it was the time to live or a person.
    """
    changes: dict[str, Change] = {}
    unreadable: dict[str, InvalidInput] = {}
    for record in (each for each in event["Records"] if each.get("eventName") != "REMOVE"):
        number = sequence_number(record)
        try:
            changes[number] = service_change(record) if is_of_service(record) else change(record)
        except InvalidInput as error:
            unreadable[number] = error
    return Records(changes=changes, unreadable=unreadable)


def response(records: Records, assessed: Sequence[Assessed]) -> dict[str, list[dict[str, str]]]:
    """The partial batch answer that stream event sources understand: where to begin again."""
    failed = [number for number, one in zip(records.changes, assessed, strict=True) if one.failed]
    first = sorted({*failed, *records.unreadable}, key=_place)[:1]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in first]}


def _place(number: str) -> tuple[int, str]:
    """Sequence numbers are whole numbers without leading zeros: the longer, the later."""
    return len(number), number


def _results(assessed: Sequence[Assessed]) -> Collection[NotifyResult]:
    """The result for each incident, once, though many changes may have brought findings to it."""
    return {id(result): result for one in assessed for result in one.notified}.values()


def _now() -> datetime:
    return datetime.now(UTC)
