"""Recording the events of tasks: each task is described once, and written once with its newest state."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...errors import LedgerError
from ...gate import (
    Currency,
    Verdict,
    best,
    by_task,
    currency,
    history_row,
    newest,
    verdicts,
)
from ...model.entry import LedgerEntry
from ...model.task import Absence, Observation, TaskState
from ...ports.ecs import Tasks
from ...ports.ledger import Ledger, Recorded, Recording

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


def record_task_events(
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
