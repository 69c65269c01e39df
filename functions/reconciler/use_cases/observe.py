"""The use cases: what happens with observations, whatever brought them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..errors import LedgerError
from ..gate import Currency, Verdict, best, by_task, currency, history_row, newest, verdicts
from ..model.entry import LedgerEntry
from ..model.task import Absence, Observation, TaskState
from ..ports.ecs import Tasks
from ..ports.ledger import Ledger, Recorded, Recording

Described = Mapping[str, TaskState | Absence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One event that is in the ledger now, or that the ledger already knew of.

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
class ObservedBatch:
    """One outcome for each event of a batch, in its order, and the clusters that gave no answer."""

    outcomes: tuple[Observed | Failed, ...]
    undescribed: Mapping[str, LedgerError]


def observe(events: Sequence[Observation], *, tasks: Tasks, ledger: Ledger, now: datetime) -> ObservedBatch:
    """Compares events with DescribeTasks and the ledger, and records the newest state of each task.

    A task is described once and written once, however many of its events the batch holds. A describe that
    fails leaves its events UNVERIFIED and recorded; a write that fails fails the events of its task only.
    """
    described, undescribed = _describe(events, tasks)
    seen = by_task(events)
    recorded = ledger.record([_recording(told, described[arn], now) for arn, told in seen.items()])
    outcomes = {
        id(outcome.observation): outcome
        for arn, told in seen.items()
        for outcome in _outcomes(told, described[arn], recorded[arn])
    }
    return ObservedBatch(outcomes=tuple(outcomes[id(event)] for event in events), undescribed=undescribed)


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
    """A description leaves a row of its own only where it tells a version that no event of the batch did."""
    told = newest(events)
    observation = best(told, described, now)
    rows = [history_row(event) for event in events]
    if observation.state.version > told.state.version:
        rows.append(history_row(observation))
    return Recording(observation=observation, rows=tuple(rows))


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
