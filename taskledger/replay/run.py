"""A whole replay: saved events, a day of the watch after them, then scenarios."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.findings.policy import DEFAULT
from reconciler.findings.rules import findings
from reconciler.findings.services.rules import live, service_findings

from ..local.maintenance import watch_for_a_day
from ..local.memory_incidents import MemoryNotifier
from ..local.system import local_system
from ..output.progress import reading
from ..simulator.api.ecs import SimulatedEcs
from ..simulator.engine.clock import Clock
from . import captures
from .comparison import Comparison, Sent, compare
from .delivery import Outcome, deliver, expect_any
from .outgoing import RepeatedEvents, saved_events
from .scenario import player

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from reconciler.findings.model import Finding
    from reconciler.findings.policy import Policy
    from reconciler.incidents.model import Incident
    from reconciler.model.entry import HistoryRow, LedgerEntry
    from reconciler.model.service import ServiceRecord
    from reconciler.ports.ledger import Ledger

    from ..local.memory_incidents import SentMessage
    from .captures import Captured, Unreadable
    from .scenario.player import Played


@dataclass(frozen=True, slots=True)
class Replayed:
    """All that came of a replay; all but `scenarios` is of saved events alone.

    Tasks and services are judged as of `now`, the end of the events, and `findings` are those of both. The
    incidents and notifications are those of `ended_at`, a day later, when the watch has done what was left;
    of several recordings it is the latest. `comparison` is with the default policy, where another one judges.
    """

    policy: Policy
    outcome: Outcome
    now: datetime
    ended_at: datetime
    tasks: Sequence[tuple[LedgerEntry, Sequence[HistoryRow]]]
    services: Sequence[tuple[ServiceRecord, Sequence[Finding]]]
    findings: Sequence[Finding]
    incidents: Sequence[Incident]
    notifications: Sequence[SentMessage]
    scenarios: Sequence[Played]
    comparison: Comparison | None = None

    @property
    def failed(self) -> bool:
        return bool(self.outcome.rejected) or not all(played.passed for played in self.scenarios)


@dataclass(frozen=True, slots=True)
class SoFar:
    """How far a replay has come, and what it has to show for that."""

    read: int
    at: datetime
    tasks: int
    messages: int


def replay_paths(
    paths: Sequence[str], policy: Policy | None, progress: Callable[[SoFar], None], *, in_memory: bool
) -> Replayed:
    """What becomes of the events and scenarios in these files and folders.

    Judged by the policy, and compared with the default one, by which they are judged where it is None.
    `progress` is called again and again while events are read. Raises `Unusable` if there is nothing to read.
    """
    found = captures.files(paths, (*captures.SUFFIXES, player.SUFFIX))
    scripts = [file for file in found if file.endswith(player.SUFFIX)]
    events = [file for file in found if file not in scripts]
    source: Iterable[Captured | Unreadable] = RepeatedEvents(events) if policy else saved_events(events)
    with reading(paths) as advance:
        replayed = _replay(_counted(source, advance), policy or DEFAULT, progress, in_memory=in_memory)
    if not scripts:
        expect_any(replayed.outcome.read, replayed.outcome.rejected)
    if policy:
        default = _replay(source, DEFAULT, lambda _: None, in_memory=in_memory)
        comparison = compare(
            Sent(default.incidents, default.notifications), Sent(replayed.incidents, replayed.notifications)
        )
        replayed = replace(replayed, comparison=comparison)
    played = player.play_all(scripts, replayed.outcome, policy or DEFAULT, in_memory=in_memory)
    return replace(replayed, scenarios=played)


def _replay(
    events: Iterable[Captured | Unreadable],
    policy: Policy,
    progress: Callable[[SoFar], None],
    *,
    in_memory: bool,
) -> Replayed:
    """What becomes of the events, and of the day after them."""
    clock = Clock(datetime(1970, 1, 1, tzinfo=UTC))
    ecs, notifier = SimulatedEcs(clock), MemoryNotifier(lambda: clock.now)
    with local_system(ecs, clock, policy, notifier, in_memory=in_memory) as system:
        outcome = deliver(
            events,
            system,
            ecs,
            lambda one: progress(SoFar(one.read, clock.now, len(one.tasks), len(notifier.sent))),
        )
        now = clock.now
        tasks = [_task(system.ledger, task_arn) for task_arn in outcome.tasks]
        services = [
            (record, service_findings(live(record), now, policy)) for record in system.services.everything()
        ]
        watch_for_a_day(system)
    return Replayed(
        policy=policy,
        outcome=outcome,
        now=now,
        ended_at=clock.latest,
        tasks=tasks,
        services=services,
        findings=[
            *(finding for entry, _ in tasks for finding in findings(entry, now, policy)),
            *(finding for _, found in services for finding in found),
        ],
        incidents=system.incidents.everything(),
        notifications=notifier.sent,
        scenarios=(),
    )


def _counted(
    events: Iterable[Captured | Unreadable], advance: Callable[[int], None]
) -> Iterator[Captured | Unreadable]:
    for found in events:
        advance(len(found.body) if isinstance(found, captures.Captured) else 0)
        yield found


def _task(ledger: Ledger, task_arn: str) -> tuple[LedgerEntry, Sequence[HistoryRow]]:
    entry = ledger.entry(task_arn)
    assert entry is not None, f"{task_arn} was recorded and is not in the ledger"  # noqa: S101 - the gate's promise
    return entry, ledger.history(task_arn)
