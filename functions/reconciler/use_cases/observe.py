"""Observe: messages of the queue, compared with DescribeTasks and recorded in the ledger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from ..errors import InvalidInput, LedgerError
from ..model.protection import ProtectionCall
from ..model.service_event import ServiceEvent
from ..model.task import Observation
from ..parsing.event import Reported, Skipped, parse_event, parse_json
from ..parsing.home import Home, expect_home
from ..ports.ecs import Tasks
from ..ports.ledger import Ledger
from ..ports.services import ServiceLedger
from .check_protection import CheckedProtection, CheckedStops, check_called_tasks, check_stopping_tasks
from .recording.service_events import FailedService, ServiceOutcome, record_service_events
from .recording.task_events import Failed, Observed, record_task_events

T = TypeVar("T")

Read = Reported | Skipped | InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveResult:
    """What became of each message, by its id: each is in one of the first five.

    `events` are task events with their outcomes, `services` those of services. `calls` are calls of
    UpdateTaskProtection, with the answers about their tasks. `skipped` are not ours to read. `rejected`
    cannot be read. `undescribed` are clusters that gave no answer.

    `stops` are the answers about protected tasks that the events show to be asked to stop: no message fails
    for want of one.
    """

    events: Mapping[str, Observed | Failed]
    services: Mapping[str, ServiceOutcome]
    calls: Mapping[str, Mapping[str, CheckedProtection] | LedgerError]
    skipped: Mapping[str, Skipped]
    rejected: Mapping[str, InvalidInput]
    undescribed: Mapping[str, LedgerError]
    stops: CheckedStops

    @property
    def failed(self) -> Mapping[str, LedgerError]:
        """The messages that have to be delivered again, with the reason."""
        outcomes = {**self.events, **self.services}
        events = {
            each: one.error for each, one in outcomes.items() if isinstance(one, Failed | FailedService)
        }
        calls = {each: call for each, call in self.calls.items() if isinstance(call, LedgerError)}
        return {**self.rejected, **events, **calls}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What observing works with; without a home, events of any account and Region are welcome."""

    tasks: Tasks
    ledger: Ledger
    services: ServiceLedger
    clock: Callable[[], datetime]
    home: Home | None = None


def observe(messages: Mapping[str, str], intake: Intake) -> ObserveResult:
    """Reads the messages, given by id, and records the newest state of each task and what services report.

    A task is described once and written once, however many of its events the messages hold. A describe that
    fails leaves its events UNVERIFIED and recorded; a write that fails fails the events of its task only.
    About a protected task that is to stop, ECS is asked at once: when it has stopped, there is no answer.
    What is of another account or Region is rejected. An event of a service costs no call of ECS.
    """
    return observe_read(
        {message_id: _read(body, intake.home) for message_id, body in messages.items()}, intake
    )


def observe_read(read: Mapping[str, Read], intake: Intake) -> ObserveResult:
    """The same, given what each message says, or why it cannot be read."""
    tasks, ledger, clock = intake.tasks, intake.ledger, intake.clock
    events = _these(read, Observation)
    of_services = {each: found for each, found in read.items() if isinstance(found, ServiceEvent)}
    outcomes, undescribed = record_task_events(list(events.values()), tasks, ledger, clock)
    entries = {one.entry.state.task_arn: one.entry for one in outcomes if isinstance(one, Observed)}
    return ObserveResult(
        events=dict(zip(events, outcomes, strict=True)),
        services=record_service_events(of_services, intake.services, clock),
        calls={each: _check(call, intake) for each, call in _these(read, ProtectionCall).items()},
        skipped=_these(read, Skipped),
        rejected=_these(read, InvalidInput),
        undescribed=undescribed,
        stops=check_stopping_tasks(entries.values(), tasks=tasks, ledger=ledger, clock=clock),
    )


def _read(body: str, home: Home | None) -> Read:
    try:
        found = parse_event(parse_json(body))
        if not isinstance(found, Skipped):
            expect_home(found, home)
    except InvalidInput as error:
        return error
    return found


def _these(read: Mapping[str, object], kind: type[T]) -> Mapping[str, T]:
    return {message_id: found for message_id, found in read.items() if isinstance(found, kind)}


def _check(call: ProtectionCall, intake: Intake) -> Mapping[str, CheckedProtection] | LedgerError:
    try:
        return check_called_tasks(call, tasks=intake.tasks, ledger=intake.ledger, clock=intake.clock)
    except LedgerError as error:
        return error
