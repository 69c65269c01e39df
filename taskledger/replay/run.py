"""A whole replay: saved events, a day of the watch after them, then scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.findings.rules import findings
from reconciler.findings.services.rules import live, service_findings

from ..local.maintenance import watch_for_a_day
from ..local.memory_incidents import MemoryNotifier
from ..local.system import local_system
from ..output.progress import reading
from ..simulator.api.ecs import SimulatedEcs
from ..simulator.engine.clock import Clock
from . import captures
from .delivery import Outcome, deliver, expect_any
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
    incidents and notifications are those of `ended_at`, a day later, when the watch has done what was left.
    """

    outcome: Outcome
    now: datetime
    ended_at: datetime
    tasks: Sequence[tuple[LedgerEntry, Sequence[HistoryRow]]]
    services: Sequence[tuple[ServiceRecord, Sequence[Finding]]]
    findings: Sequence[Finding]
    incidents: Sequence[Incident]
    notifications: Sequence[SentMessage]
    scenarios: Sequence[Played]

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
    paths: Sequence[str], policy: Policy, progress: Callable[[SoFar], None], *, in_memory: bool
) -> Replayed:
    """What becomes of the events and scenarios in these files and folders, judged by the policy.

    `progress` is called again and again while events are read. Raises `Unusable` if there is nothing to read.
    """
    found = captures.files(paths, (*captures.SUFFIXES, player.SUFFIX))
    scripts = [file for file in found if file.endswith(player.SUFFIX)]
    events = [file for file in found if file not in scripts]
    clock = Clock(datetime(1970, 1, 1, tzinfo=UTC))
    ecs, notifier = SimulatedEcs(clock), MemoryNotifier(lambda: clock.now)
    local = local_system(ecs, clock, policy, notifier, in_memory=in_memory)
    with local as system, reading(paths) as advance:
        outcome = deliver(
            _events(events, advance),
            system,
            ecs,
            lambda one: progress(SoFar(one.read, clock.now, len(one.tasks), len(notifier.sent))),
        )
        if not scripts:
            expect_any(outcome.read, outcome.rejected)
        now = clock.now
        tasks = [_task(system.ledger, task_arn) for task_arn in outcome.tasks]
        services = [
            (record, service_findings(live(record), now, policy)) for record in system.services.everything()
        ]
        watch_for_a_day(system)
    return Replayed(
        outcome=outcome,
        now=now,
        ended_at=clock.now,
        tasks=tasks,
        services=services,
        findings=[
            *(finding for entry, _ in tasks for finding in findings(entry, now, policy)),
            *(finding for _, found in services for finding in found),
        ],
        incidents=system.incidents.everything(),
        notifications=notifier.sent,
        scenarios=player.play_all(scripts, outcome, policy, in_memory=in_memory),
    )


def _events(files: Iterable[str], advance: Callable[[int], None]) -> Iterator[Captured | Unreadable]:
    for file in files:
        for found in captures.read(file):
            advance(len(found.body) if isinstance(found, captures.Captured) else 0)
            yield found


def _task(ledger: Ledger, task_arn: str) -> tuple[LedgerEntry, Sequence[HistoryRow]]:
    entry = ledger.entry(task_arn)
    assert entry is not None, f"{task_arn} was recorded and is not in the ledger"  # noqa: S101 - the gate's promise
    return entry, ledger.history(task_arn)
