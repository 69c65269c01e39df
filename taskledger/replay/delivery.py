"""Saved events, observed in the batches in which they would have arrived."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconciler.errors import InvalidInput
from reconciler.model.service_event import HookEvent, ServiceEvent
from reconciler.model.task import Observation
from reconciler.parsing.event import Skipped
from reconciler.use_cases.observe import observe_read
from reconciler.use_cases.recording.task_events import Observed

from ..deployed.stack import Unusable
from ..local.maintenance import next_minute, watch_for_a_day, watch_until
from .captures import Captured, Unreadable
from .counts import Counts
from .forms import EMPTY, STDIN
from .known_tasks import learn
from .reading import parsed, read_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from reconciler.errors import LedgerError
    from reconciler.use_cases.observe import ObserveResult, Read

    from ..local.system import LocalSystem
    from ..simulator.api.ecs import SimulatedEcs

BATCH = 100  # messages in one batch of the deployed queue

Timed = Observation | ServiceEvent  # all but calls, which say nothing of their time


@dataclass(frozen=True, slots=True)
class Rejected:
    """An event that was refused, by the field that was wrong."""

    file: str
    index: int
    field: str
    error: str

    @property
    def place(self) -> str:
        """For people: `capture.jsonl[3]`."""
        return f"{self.name}[{self.index}]"

    @property
    def name(self) -> str:
        return "stdin" if self.file == STDIN else self.file


@dataclass(slots=True, kw_only=True)
class Outcome(Counts):
    """What became of all events; `tasks` are the ARNs in the order in which they were first met."""

    read: int = 0
    tasks: dict[str, None] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(slots=True)
class _Batch:
    """Messages on their way and what they say, by message id, and the tasks that they are of.

    `until` is the full minute, when the watch runs, after the first event that has a time.
    """

    captured: dict[str, Captured] = field(default_factory=dict)
    read: dict[str, Read] = field(default_factory=dict)
    tasks: set[str] = field(default_factory=set)
    until: datetime | None = None

    def has_room_for(self, read: Read) -> bool:
        """No two events of one task, and none of a later minute.

        So DescribeTasks answers each event as it would have at the time.
        """
        if len(self.captured) == BATCH:
            return False
        if self.until is None or not isinstance(read, Timed):
            return True
        is_new = not isinstance(read, Observation) or read.state.task_arn not in self.tasks
        return is_new and _moment(read) < self.until

    def add(self, captured: Captured, read: Read, now: datetime) -> None:
        message_id = str(len(self.captured))
        self.captured[message_id], self.read[message_id] = captured, read
        if isinstance(read, Timed):
            self.until = self.until or next_minute(now)
        if isinstance(read, Observation):
            self.tasks.add(read.state.task_arn)


def deliver(
    events: Iterable[Captured | Unreadable],
    system: LocalSystem,
    ecs: SimulatedEcs,
    progress: Callable[[Outcome], None] = lambda _: None,
) -> Outcome:
    """Delivers events in their order, with their own times as the clock, which each file starts anew.

    ECS knows of each task the newest state delivered so far. Between batches the watch runs as it does each
    minute. The sweep does not: this ECS knows no more than the files say, and what is missing from it proves
    nothing. After each batch, `progress` is called with what has come of all so far.
    """
    outcome = Outcome()
    for batch in _batches(events, system, ecs, outcome):
        result = observe_read(batch.read, system.intake)
        observed = (event.entry for event in result.events.values() if isinstance(event, Observed))
        system.assess({entry.state.task_arn: entry for entry in observed})
        _count(result, batch, outcome)
        progress(outcome)
    return outcome


def expect_any(read: int, rejected: Sequence[Rejected]) -> None:
    """Raises `Unusable` where files were read and all of them are empty."""
    if read and [one.error for one in rejected] == [EMPTY] * read:
        raise Unusable(f"There is nothing to read: {', '.join(one.name for one in rejected)} is empty.")


def _batches(
    events: Iterable[Captured | Unreadable], system: LocalSystem, ecs: SimulatedEcs, outcome: Outcome
) -> Iterator[_Batch]:
    batch = _Batch()
    began = False
    for captured in events:
        outcome.read += 1
        if captured.index == 0 or isinstance(captured, Unreadable):
            yield batch
            batch = _Batch()
        began = began and captured.index > 0
        if isinstance(captured, Unreadable):
            outcome.rejected.append(_rejected(captured, captured.error))
            continue
        envelope, read = _read(captured)
        if isinstance(read, Skipped):
            outcome.skipped[read.detail_type] += 1
            continue
        if not batch.has_room_for(read):
            yield batch
            batch = _Batch()
        if isinstance(read, Timed):
            _pass_time(system, _moment(read), anew=not began)
            began = True
        if isinstance(read, Observation):
            learn(ecs, read, envelope)
        batch.add(captured, read, system.clock.now)
    yield batch


def _read(captured: Captured) -> tuple[Any, Read]:
    """The event as it stands, and what it will be observed as."""
    envelope = None
    try:
        envelope = parsed(captured)
        return envelope, read_event(envelope)
    except InvalidInput as error:
        return envelope, error


def _moment(event: Observation | ServiceEvent) -> datetime:
    if isinstance(event, Observation):
        return event.observed_at
    return event.hook.at if isinstance(event, HookEvent) else event.report.at


def _pass_time(system: LocalSystem, moment: datetime, *, anew: bool) -> None:
    """The time of the event, unless it is late; with one from before, a file ends what others recorded."""
    if anew and moment < system.clock.now:
        watch_for_a_day(system)
        system.clock.restart(moment)
    watch_until(system, moment)


def _count(result: ObserveResult, batch: _Batch, outcome: Outcome) -> None:
    outcome.add(result)
    for message_id, error in result.failed.items():
        refused = error if isinstance(error, InvalidInput) else _unrecorded(error)
        outcome.rejected.append(_rejected(batch.captured[message_id], refused))
    observed = (one for one in result.events.values() if isinstance(one, Observed))
    outcome.tasks |= dict.fromkeys(one.observation.state.task_arn for one in observed)


def _unrecorded(error: LedgerError) -> InvalidInput:
    return InvalidInput("event", f"cannot be recorded: {error}")


def _rejected(place: Captured | Unreadable, error: InvalidInput) -> Rejected:
    return Rejected(file=place.file, index=place.index, field=error.field, error=error.problem)
