"""`taskledger replay`: saved events through the deployed handler, here, with event time as the clock."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import click

from reconciler.findings.rules import findings
from reconciler.gate import Currency, Verdict

from ..output import payload
from ..output.progress import reading
from ..replay import captures
from ..replay.delivery import Outcome, deliver
from ..replay.report import report
from ..replay.scenario import run as scenarios

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from reconciler.findings.model import Finding
    from reconciler.model.entry import HistoryRow, LedgerEntry
    from reconciler.ports.ledger import Ledger

    from ..replay.captures import Captured, Unreadable
    from ..replay.scenario.run import Played


@dataclass(frozen=True, slots=True)
class Replayed:
    """All that a replay has to tell; outcome, tasks and findings are those of saved events alone."""

    outcome: Outcome
    tasks: Sequence[tuple[LedgerEntry, Sequence[HistoryRow]]]
    findings: Sequence[Finding]
    scenarios: Sequence[Played]

    @property
    def failed(self) -> bool:
        return bool(self.outcome.rejected) or not all(played.passed for played in self.scenarios)


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.option(
    "--ledger",
    type=click.Choice(["dynamodb", "memory"]),
    default="dynamodb",
    show_default=True,
    help="Where to keep the ledger: DynamoDB's emulation as deployed, or memory for large captures.",
)
def replay(paths: Sequence[str], *, as_json: bool, ledger: str) -> None:
    """Run saved events and scenarios through the deployed handlers, locally.

    PATHS are files with one event, an array or one event a line, folders of such files, or - for standard
    input. Events may be wrapped as CloudWatch Logs, SQS or an EventBridge archive replay hand them out.
    Files that end in .toml are scenarios: scripts of what happens in a simulated ECS, with what is expected.

    Exits with 1 if any event was rejected, or an expectation of a scenario does not hold.
    """
    replayed = run(paths, in_memory=ledger == "memory")
    if as_json:
        click.echo(json.dumps(document(replayed), indent=2))
    else:
        report(replayed)
    sys.exit(1 if replayed.failed else 0)


def run(paths: Sequence[str], *, in_memory: bool) -> Replayed:
    from ..local.world import local_world  # noqa: PLC0415 - moto takes a second to import: not before --help

    found = list(captures.files(paths, (*captures.SUFFIXES, scenarios.SUFFIX)))
    scripts = [file for file in found if isinstance(file, str) and file.endswith(scenarios.SUFFIX)]
    events = [file for file in found if file not in scripts]
    with local_world(in_memory=in_memory) as world, reading(paths) as advance:
        outcome = deliver(_events(events, advance), world)
        tasks = [_task(world.services.ledger, task_arn) for task_arn in outcome.tasks]
        now = world.clock.now
    played = scenarios.play(scripts, outcome, in_memory=in_memory)
    wrong = [each for entry, _ in tasks for each in findings(entry, now)]
    return Replayed(outcome=outcome, tasks=tasks, findings=wrong, scenarios=played)


def document(replayed: Replayed) -> dict[str, Any]:
    """What `--json` prints: events, tasks and findings of scenarios among all others."""
    outcome, played = replayed.outcome, replayed.scenarios
    verdicts = sum((each.play.verdicts for each in played), outcome.verdicts)
    currency = sum((each.play.currency for each in played), outcome.currency)
    rejected = len(outcome.rejected)
    tasks = [*replayed.tasks, *(task for each in played for task in each.tasks)]
    found = [*replayed.findings, *(finding for each in played for finding in each.findings)]
    return {
        "events": {"read": verdicts.total() + rejected, "accepted": verdicts.total(), "rejected": rejected},
        "verdicts": {verdict: verdicts[verdict] for verdict in Verdict},
        "currency": {each: currency[each] for each in Currency},
        "tasks": [payload.task_with_history(entry, rows) for entry, rows in tasks],
        "findings": [payload.finding(each) for each in found],
        "notifications": [dict(message.document) for message in outcome.notifications],
        "scenarios": [scenarios.document(each) for each in played],
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
