"""A whole replay: saved events, then scenarios, and the JSON of what came of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reconciler.findings.rules import findings
from reconciler.findings.services.rules import live, service_findings
from reconciler.gate import Currency, Verdict

from ..local.memory_incidents import MemoryNotifier
from ..local.system import local_system
from ..output import payload
from ..output.progress import reading
from ..output.service_payload import service
from ..simulator.api.ecs import SimulatedEcs
from ..simulator.engine.clock import Clock
from . import captures
from .delivery import Outcome, deliver
from .scenario import player

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from reconciler.findings.model import Finding
    from reconciler.findings.policy import Policy
    from reconciler.incidents.model import Incident
    from reconciler.model.entry import HistoryRow, LedgerEntry
    from reconciler.model.service import ServiceRecord
    from reconciler.notifications.message import Message
    from reconciler.ports.ledger import Ledger

    from .captures import Captured, Unreadable
    from .scenario.player import Played


@dataclass(frozen=True, slots=True)
class Replayed:
    """All that came of a replay; all but `scenarios` is of saved events alone.

    `services` are judged as of `now`, when the replay ended; `findings` are those of tasks and services.
    """

    outcome: Outcome
    now: datetime
    tasks: Sequence[tuple[LedgerEntry, Sequence[HistoryRow]]]
    services: Sequence[tuple[ServiceRecord, Sequence[Finding]]]
    findings: Sequence[Finding]
    incidents: Sequence[Incident]
    notifications: Sequence[Message]
    scenarios: Sequence[Played]

    @property
    def failed(self) -> bool:
        return bool(self.outcome.rejected) or not all(played.passed for played in self.scenarios)


def replay_paths(paths: Sequence[str], policy: Policy, *, in_memory: bool) -> Replayed:
    """What becomes of the events and scenarios in these files and folders, judged by the policy."""
    found = list(captures.files(paths, (*captures.SUFFIXES, player.SUFFIX)))
    scripts = [file for file in found if isinstance(file, str) and file.endswith(player.SUFFIX)]
    events = [file for file in found if file not in scripts]
    clock = Clock(datetime(1970, 1, 1, tzinfo=UTC))
    ecs, notifier = SimulatedEcs(clock), MemoryNotifier()
    local = local_system(ecs, clock, policy, notifier, in_memory=in_memory)
    with local as system, reading(paths) as advance:
        outcome = deliver(_events(events, advance), system, ecs)
        tasks = [_task(system.ledger, task_arn) for task_arn in outcome.tasks]
        services = [
            (record, service_findings(live(record), clock.now, policy))
            for record in system.services.everything()
        ]
    return Replayed(
        outcome=outcome,
        now=clock.now,
        tasks=tasks,
        services=services,
        findings=[
            *(finding for entry, _ in tasks for finding in findings(entry, clock.now, policy)),
            *(finding for _, found in services for finding in found),
        ],
        incidents=system.incidents.everything(),
        notifications=notifier.sent,
        scenarios=player.play_all(scripts, outcome, policy, in_memory=in_memory),
    )


def document(replayed: Replayed) -> dict[str, Any]:
    """What `--json` prints: events, tasks and findings of scenarios among all others."""
    outcome, played = replayed.outcome, replayed.scenarios
    counted = [outcome, *(each.play.counts for each in played)]
    verdicts = sum((each.verdicts for each in counted), Counter[str]())
    currency = sum((each.currency for each in counted), Counter[str]())
    accepted = sum(each.accepted for each in counted)
    rejected, skipped = len(outcome.rejected), outcome.skipped.total()
    tasks = [*replayed.tasks, *(task for each in played for task in each.tasks)]
    services = [
        *(record for record, _ in replayed.services),
        *(record for each in played for record in each.services),
    ]
    found = [*replayed.findings, *(finding for each in played for finding in each.findings)]
    of_scenarios = (incident for each in played for incident in each.incidents)
    return {
        "events": {"read": accepted + rejected + skipped, "accepted": accepted, "rejected": rejected},
        "verdicts": {verdict: verdicts[verdict] for verdict in Verdict},
        "currency": {each: currency[each] for each in Currency},
        "tasks": [payload.task_with_history(entry, rows) for entry, rows in tasks],
        "services": [service(record) for record in services],
        "findings": [payload.finding(each) for each in found],
        "incidents": [
            *(payload.incident(each, replayed.now) for each in replayed.incidents),
            *(payload.incident(each, each.noted_at) for each in of_scenarios),
        ],
        "notifications": [dict(message.document) for message in replayed.notifications],
        "skipped": dict(sorted(outcome.skipped.items())),
        "scenarios": [player.document(each) for each in played],
        "rejected": [asdict(each) for each in outcome.rejected],
    }


def _events(
    files: Iterable[str | Unreadable], advance: Callable[[int], None]
) -> Iterator[Captured | Unreadable]:
    for file in files:
        if isinstance(file, captures.Unreadable):
            yield file
            continue
        for found in captures.read(file):
            advance(len(found.body) if isinstance(found, captures.Captured) else 0)
            yield found


def _task(ledger: Ledger, task_arn: str) -> tuple[LedgerEntry, Sequence[HistoryRow]]:
    entry = ledger.entry(task_arn)
    assert entry is not None, f"{task_arn} was recorded and is not in the ledger"  # noqa: S101 - the gate's promise
    return entry, ledger.history(task_arn)
