"""Observe: messages of the queue, compared with DescribeTasks and recorded in the ledger."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..errors import InvalidInput, LedgerError
from ..gate import (
    Currency,
    Verdict,
    best,
    by_task,
    currency,
    history_row,
    newest,
    verdicts,
)
from ..model.entry import LedgerEntry
from ..model.protection import ProtectionCall
from ..model.task import Absence, Observation, TaskState
from ..parsing.event import parse_json, parse_protection_call, parse_task_event
from ..parsing.home import Home, expect_home
from ..ports.ecs import Tasks
from ..ports.ledger import Ledger, Recorded, Recording
from .check_protection import CheckedProtection, CheckedStops, check_called_tasks, check_stopping_tasks

Described = Mapping[str, TaskState | Absence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One event that is in the ledger now, or that the ledger already had.

    `entry` is the task's entry as the gate left it.
    """

    observation: Observation
    currency: Currency
    verdict: Verdict
    entry: LedgerEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """One event that is not recorded and must be delivered again."""

    observation: Observation
    error: LedgerError


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveResult:
    """What became of each message, by its id: each is in one of the first three.

    `events` are task events with their outcomes. `calls` are calls of UpdateTaskProtection, with the answers
    about their tasks. `rejected` cannot be read. `undescribed` are clusters that gave no answer.

    `stops` are the answers about protected tasks that the events show to be asked to stop: no message fails
    for want of one.
    """

    events: Mapping[str, Observed | Failed]
    calls: Mapping[str, Mapping[str, CheckedProtection] | LedgerError]
    rejected: Mapping[str, InvalidInput]
    undescribed: Mapping[str, LedgerError]
    stops: CheckedStops

    @property
    def failed(self) -> Mapping[str, LedgerError]:
        """The messages that have to be delivered again, with the reason."""
        events = {each: event.error for each, event in self.events.items() if isinstance(event, Failed)}
        calls = {each: call for each, call in self.calls.items() if isinstance(call, LedgerError)}
        return {**self.rejected, **events, **calls}


def observe(
    messages: Mapping[str, str],
    *,
    tasks: Tasks,
    ledger: Ledger,
    clock: Callable[[], datetime],
    home: Home | None = None,
) -> ObserveResult:
    """Reads the messages, given by id, and records the newest state of each task.

    A task is described once and written once, however many of its events the messages hold. A describe that
    fails leaves its events UNVERIFIED and recorded; a write that fails fails the events of its task only.
    About a protected task that is to stop, ECS is asked at once: when it has stopped, there is no answer.
    What is of another account or Region than `home` is rejected.
    """
    events: dict[str, Observation] = {}
    calls: dict[str, ProtectionCall] = {}
    rejected: dict[str, InvalidInput] = {}
    for message_id, body in messages.items():
        try:
            reported = _read(body, home)
        except InvalidInput as error:
            rejected[message_id] = error
        else:
            if isinstance(reported, ProtectionCall):
                calls[message_id] = reported
            else:
                events[message_id] = reported
    outcomes, undescribed = _record(list(events.values()), tasks, ledger, clock)
    entries = {one.entry.state.task_arn: one.entry for one in outcomes if isinstance(one, Observed)}
    return ObserveResult(
        events=dict(zip(events, outcomes, strict=True)),
        calls={message_id: _check(call, tasks, ledger, clock) for message_id, call in calls.items()},
        rejected=rejected,
        undescribed=undescribed,
        stops=check_stopping_tasks(entries.values(), tasks=tasks, ledger=ledger, clock=clock),
    )


def _read(body: str, home: Home | None) -> Observation | ProtectionCall:
    value = parse_json(body)
    reported = parse_protection_call(value) or parse_task_event(value)
    expect_home(reported, home)
    return reported


def _check(
    call: ProtectionCall, tasks: Tasks, ledger: Ledger, clock: Callable[[], datetime]
) -> Mapping[str, CheckedProtection] | LedgerError:
    try:
        return check_called_tasks(call, tasks=tasks, ledger=ledger, clock=clock)
    except LedgerError as error:
        return error


def _record(
    events: Sequence[Observation], tasks: Tasks, ledger: Ledger, clock: Callable[[], datetime]
) -> tuple[Sequence[Observed | Failed], Mapping[str, LedgerError]]:
    """One outcome for each event, in their order, and the clusters that gave no answer."""
    described, undescribed = _describe(events, tasks)
    now, seen = clock(), by_task(events)  # the time after the answers: they may have been long in coming
    recorded = ledger.record([_recording(of_task, described[arn], now) for arn, of_task in seen.items()])
    outcomes = {
        id(outcome.observation): outcome
        for arn, of_task in seen.items()
        for outcome in _outcomes(of_task, described[arn], recorded[arn])
    }
    return [outcomes[id(event)] for event in events], undescribed


def _describe(events: Iterable[Observation], tasks: Tasks) -> tuple[Described, Mapping[str, LedgerError]]:
    clusters: dict[str, dict[str, TaskState | Absence]] = {}
    for event in events:
        clusters.setdefault(event.state.cluster_arn, {})[event.state.task_arn] = Absence.UNKNOWN
    described: dict[str, TaskState | Absence] = {}
    failed: dict[str, LedgerError] = {}
    for cluster_arn, unknown in clusters.items():
        described |= unknown
        try:
            described |= tasks.describe(cluster_arn, list(unknown))
        except LedgerError as error:
            failed[cluster_arn] = error
    return described, failed


def _recording(events: Sequence[Observation], described: TaskState | Absence, now: datetime) -> Recording:
    """A description leaves a row of its own only where its version is one that no event of the batch had."""
    latest = newest(events)
    observation = best(latest, described, now)
    rows = [history_row(event) for event in events]
    if observation.state.version > latest.state.version:
        rows.append(history_row(observation))
    unanswered_at = now if described is Absence.UNKNOWN else None
    return Recording(observation=observation, rows=tuple(rows), unanswered_at=unanswered_at)


def _outcomes(
    events: Sequence[Observation], described: TaskState | Absence, recorded: Recorded | LedgerError
) -> Iterable[Observed | Failed]:
    if isinstance(recorded, LedgerError):
        return [Failed(observation=event, error=recorded) for event in events]
    judged = verdicts(recorded.previous_version, (event.state.version for event in events))
    return [
        Observed(
            observation=event,
            currency=currency(event.state.version, described),
            verdict=verdict,
            entry=recorded.entry,
        )
        for event, verdict in zip(events, judged, strict=True)
    ]
