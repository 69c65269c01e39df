"""The decisions of the gate, as functions of values: what an observation means to what is already known.

    event version   recorded     verdict          event version   DescribeTasks    currency
    any             nothing      NEW              any             no answer        UNVERIFIED
    higher          lower        NEWER            any             MISSING          GONE
    equal           equal        DUPLICATE        equal           equal            CURRENT
    lower           higher       STALE            lower           higher           BEHIND
                                                  higher          lower            AHEAD

Only versions decide: the same `lastStatus` in several events is normal, and times are given to the second.

An entry never goes back to a lower version, with one exception: a reset. When two sweeps at least ten minutes
apart found an entry above what ECS described, it is taken back to the description (`drift.is_in_error`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum

from .model.entry import Closure, HistoryRow, LedgerEntry
from .model.task import Absence, ClosedAs, Observation, Source, TaskState

# Not in entries of version 0.1.0; what it runs on is in no event.
_SIZE = ("cpu", "memory", "ephemeral_storage", "cpu_architecture", "platform_version", "platform_family")
_NEVER = datetime.min.replace(tzinfo=UTC)


class Verdict(StrEnum):
    """How an observation stands to the ledger."""

    NEW = "NEW"
    NEWER = "NEWER"
    DUPLICATE = "DUPLICATE"
    STALE = "STALE"


class Currency(StrEnum):
    """How an event stands to what DescribeTasks answers."""

    CURRENT = "CURRENT"
    BEHIND = "BEHIND"
    AHEAD = "AHEAD"
    GONE = "GONE"
    UNVERIFIED = "UNVERIFIED"


def classify(recorded: int | None, observed: int) -> Verdict:
    """The verdict on a version, given the recorded one; `recorded` is None for a task not in the ledger."""
    if recorded is None:
        return Verdict.NEW
    if observed == recorded:
        return Verdict.DUPLICATE
    return Verdict.NEWER if observed > recorded else Verdict.STALE


def verdicts(recorded: int | None, versions: Iterable[int]) -> Iterator[Verdict]:
    """The verdicts that the versions would get one after the other: coalescing a batch changes none."""
    for version in versions:
        yield classify(recorded, version)
        recorded = version if recorded is None else max(recorded, version)


def currency(version: int, described: TaskState | Absence) -> Currency:
    """How an event's version stands to DescribeTasks; AHEAD is its eventual consistency, not an error."""
    if described is Absence.UNKNOWN:
        return Currency.UNVERIFIED
    if described is Absence.MISSING:
        return Currency.GONE
    if version == described.version:
        return Currency.CURRENT
    return Currency.BEHIND if version < described.version else Currency.AHEAD


def description(state: TaskState, now: datetime) -> Observation:
    """The observation of a state that DescribeTasks answered at `now`."""
    return Observation(state=state, source=Source.DESCRIBE, observed_at=now, described_at=now)


def best(event: Observation, described: TaskState | Absence, now: datetime) -> Observation:
    """The observation to record: the higher version, and at equal version the event with the API's health.

    What is described on the occasion of a replayed event is replayed as well.
    """
    if isinstance(described, Absence) or described.version < event.state.version:
        return event
    if described.version > event.state.version:
        return replace(description(described, now), replay_name=event.replay_name)
    return replace(event, state=enrich(event.state, described), described_at=now)


def enrich(state: TaskState, described: TaskState) -> TaskState:
    """The state with what is not in events, or was not, filled in from a description of the same version."""
    health = {container.name: container.health_status for container in described.containers}
    return replace(
        state,
        health_status=described.health_status,
        **{name: getattr(state, name) or getattr(described, name) for name in _SIZE},
        tags=described.tags if described.tags is not None else state.tags,
        containers=tuple(
            replace(container, health_status=health.get(container.name)) for container in state.containers
        ),
    )


def succeed(previous: LedgerEntry | None, observation: Observation) -> LedgerEntry:
    """The entry after an observation that is newer than the previous entry, or the first of its task.

    Tags are not versioned: the last that were reported are kept.
    """
    state = observation.state
    if previous and state.tags is None:
        state = replace(state, tags=previous.state.tags)
    return LedgerEntry(
        state=state,
        source=observation.source,
        observed_at=observation.observed_at,
        described_at=observation.described_at,
        closed=closure(observation),
        protection=previous.protection if previous else None,
        replayed=is_replayed(observation),
        kept_tags=previous.kept_tags if previous and observation.state.tags is None else None,
    )


def closure(observation: Observation) -> Closure | None:
    """How and when the task was over; None while it is open."""
    if not observation.state.closed:
        return None
    return Closure(ClosedAs.STOPPED, observation.state.stopped_at or observation.observed_at)


def refresh(entry: LedgerEntry, observation: Observation) -> LedgerEntry | None:
    """The entry with a newer description's health and tags; None when that changes nothing.

    Only a description of the entry's own version may; the state itself is never touched here. One of a task
    that was closed as unobserved, and lives, opens its entry again, with its protection as it was then. What
    an EventBridge replay brought is no longer only replayed once a live source reports the same version.
    """
    if observation.state.version != entry.state.version:
        return None
    live = replace(entry, replayed=entry.replayed and is_replayed(observation))
    return _filled(live, observation) or (live if live != entry else None)


def is_replayed(observation: Observation) -> bool:
    """Whether an EventBridge replay brought it, and no live source."""
    return observation.replay_name is not None


def _filled(entry: LedgerEntry, observation: Observation) -> LedgerEntry | None:
    described_at = observation.described_at
    if described_at is None or (entry.described_at is not None and described_at <= entry.described_at):
        return None
    tags = observation.state.tags
    if entry.knows_tags(tags, described_at):
        entry = replace(entry, state=replace(entry.state, tags=tags))
    elif tags is not None:
        entry = replace(entry, kept_tags=None)
    filled = replace(entry, state=enrich(entry.state, observation.state), described_at=described_at)
    if entry.closed and entry.unobserved and not observation.state.closed:
        opened = described_at > entry.closed.at
        protection = entry.protection and entry.protection.unsettle()
        return replace(filled, closed=None, missing_since=None, protection=protection) if opened else None
    return filled if filled.state != entry.state else None


def history_row(observation: Observation) -> HistoryRow:
    """The row that this observation leaves; its time is the event's own, or the latest in the description."""
    state = observation.state
    changed_at = state.changed_at if observation.source is Source.DESCRIBE else None
    return HistoryRow(
        task_arn=state.task_arn,
        version=state.version,
        source=observation.source,
        last_status=state.last_status,
        desired_status=state.desired_status,
        at=changed_at or observation.observed_at,
    )


def reset_row(observation: Observation) -> HistoryRow:
    """The row that a reset to this description leaves, with the time of the reset."""
    return replace(history_row(observation), source=Source.RESET, at=observation.observed_at)


def newest(observations: Iterable[Observation]) -> Observation:
    """The observation of the highest version; at equal version a live one, and the one described last."""
    return max(
        observations,
        key=lambda seen: (seen.state.version, not is_replayed(seen), seen.described_at or _NEVER),
    )


def by_task(observations: Iterable[Observation]) -> Mapping[str, list[Observation]]:
    """The observations of each task, in the order given."""
    tasks: dict[str, list[Observation]] = {}
    for observation in observations:
        tasks.setdefault(observation.state.task_arn, []).append(observation)
    return tasks
