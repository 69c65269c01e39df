"""Recording the events of services: a record is read once, and written once if anything changed.

verdict     the event is
NEW         the first of its natural key
NEWER       greater than what was held for it
DUPLICATE   what was held
STALE       less than what was held, or of what is no longer kept
None        information, which leaves nothing behind: it costs no read and no write
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from ...arns import service_name
from ...chunks import chunks
from ...errors import LedgerError
from ...gate import Verdict
from ...model.deployment import Report
from ...model.hook import Hook
from ...model.service import ServiceRecord
from ...model.service_event import ActionEvent, DeploymentEvent, ServiceEvent
from ...ports.services import ServiceLedger
from ...services.held import held, reported
from ...services.merge import is_fault, merge_event
from .saving import save

MOST = 40  # events of a service in one write, which may take two actions of a transaction for each

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class ObservedService:
    """An event that the ledger has now, or had already; without a verdict, one that leaves nothing behind."""

    event: ServiceEvent
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class FailedService:
    """An event that is not recorded and must be delivered again."""

    event: ServiceEvent
    error: LedgerError


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An event of a deployment that nobody knows, of a service whose cluster nothing names."""

    event: DeploymentEvent


ServiceOutcome = ObservedService | FailedService | Unplaced


def record_service_events(
    events: Mapping[str, ServiceEvent], services: ServiceLedger, clock: Clock
) -> Mapping[str, ServiceOutcome]:
    """What becomes of each event, by its message, in their order.

    A record that cannot be read or written fails the events of its service only.
    """
    outcomes: dict[str, ServiceOutcome] = {}
    by_service: dict[tuple[str, str], dict[str, ServiceEvent]] = {}
    cluster_of = cache(services.cluster_of)
    for message_id, event in events.items():
        placed = _placed(event, cluster_of)
        if isinstance(placed, ServiceOutcome):
            outcomes[message_id] = placed
        else:
            name = service_name(event.service_arn) or event.service_arn
            by_service.setdefault((placed.cluster_arn or "", name), {})[message_id] = placed
    for (cluster_arn, name), of_service in by_service.items():
        for some in chunks(list(of_service.items()), MOST):
            outcomes |= _outcomes(cluster_arn, name, dict(some), services, clock)
    return {message_id: outcomes[message_id] for message_id in events}


def _placed(
    event: ServiceEvent, cluster_of: Callable[[str, str], str | None]
) -> ServiceEvent | ServiceOutcome:
    """The event with its cluster; or at once what becomes of it."""
    if isinstance(event, ActionEvent) and not is_fault(event):
        return ObservedService(event, None)
    if event.cluster_arn or not isinstance(event, DeploymentEvent):
        return event
    try:
        cluster_arn = cluster_of(event.service_arn, event.deployment_id)
    except LedgerError as error:
        return FailedService(event, error)
    return replace(event, cluster_arn=cluster_arn) if cluster_arn else Unplaced(event)


def _outcomes(
    cluster_arn: str, name: str, events: Mapping[str, ServiceEvent], services: ServiceLedger, clock: Clock
) -> Mapping[str, ServiceOutcome]:
    """What becomes of the events of one service."""
    try:
        verdicts = _record(cluster_arn, name, list(events.values()), services, clock)
    except LedgerError as error:
        return {message_id: FailedService(event, error) for message_id, event in events.items()}
    return {
        message_id: ObservedService(event, verdict)
        for (message_id, event), verdict in zip(events.items(), verdicts, strict=True)
    }


def _record(
    cluster_arn: str, name: str, events: Sequence[ServiceEvent], services: ServiceLedger, clock: Clock
) -> Sequence[Verdict]:
    """The verdict on each event, once the record has what is new in them."""
    ids = {event.deployment_id for event in events if isinstance(event, DeploymentEvent)}
    verdicts: list[Verdict] = []

    def merge(record: ServiceRecord) -> ServiceRecord:
        after, verdicts[:] = _merged(record, events)
        return after

    unheard = ServiceRecord(service_arn=events[0].service_arn, cluster_arn=cluster_arn)
    save(services, services.service(cluster_arn, name, ids) or unheard, merge, clock(), ids)
    return verdicts


def _merged(record: ServiceRecord, events: Iterable[ServiceEvent]) -> tuple[ServiceRecord, Sequence[Verdict]]:
    """The record after the events, with the verdicts that they get one after the other."""
    verdicts = []
    for event in events:
        after = merge_event(record, event)
        verdicts.append(_verdict(held(record, event), held(after, event), reported(event)))
        record = after
    return record, verdicts


def _verdict(before: Report | Hook | None, after: Report | Hook | None, found: Report | Hook) -> Verdict:
    """By what was held before the event and after it; that a replay brought it makes it no other report."""
    if before and _said(before) == _said(found):
        return Verdict.DUPLICATE
    if after is None or _said(after) != _said(found):
        return Verdict.STALE
    return Verdict.NEWER if before else Verdict.NEW


def _said(report: Report | Hook) -> Report | Hook:
    return replace(report, replayed=False)
