"""What a replay shows to people: counts, a table of tasks, what was found, published and refused."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from reconciler.gate import Currency, Verdict

from ..output.payload import missing_versions
from ..output.tables.services import table as services_table
from ..output.terminal import (
    STATUS_STYLE,
    console,
    fault_heading,
    indented,
    literal,
    print_grid,
    short_id,
)
from .scenario import report as scenario_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from reconciler.findings.model import Finding
    from reconciler.model.entry import HistoryRow, LedgerEntry

    from ..local.memory_incidents import SentMessage
    from .delivery import Rejected
    from .run import Replayed

MOST_TASKS = 60  # more are for --json: nobody reads a table of a thousand rows
MOST_MESSAGES = 20


def report(replayed: Replayed) -> None:
    screen = console()
    saved = replayed.outcome.read > 0 or not replayed.scenarios
    if saved:
        _counts(screen, replayed)
        _tasks(screen, replayed.tasks)
        _services(screen, replayed)
        _findings(screen, replayed.findings)
        _messages(screen, replayed.notifications)
    if saved and replayed.scenarios:
        screen.print()
    scenario_report.report(screen, replayed.scenarios)
    _rejected(screen, replayed.outcome.rejected)


def _counts(screen: Console, replayed: Replayed) -> None:
    outcome = replayed.outcome
    refused = Text(f"{len(outcome.rejected)} rejected", "bold red" if outcome.rejected else "")
    screen.print(
        Text.assemble(
            (f"{_several(outcome.read, 'event')} of {_several(len(replayed.tasks), 'task')}", "bold"),
            f": {outcome.accepted} accepted, ",
            refused,
            f", {outcome.skipped.total()} skipped" if outcome.skipped else "",
        )
    )
    screen.print(_counted("verdicts", Verdict, outcome.verdicts))
    screen.print(_counted("currency", Currency, outcome.currency))
    if outcome.skipped:
        screen.print(_counted("skipped", sorted(outcome.skipped), outcome.skipped))


def _counted(title: str, names: Iterable[str], counts: Counter[str]) -> Text:
    line = Text(f"{title}  ", "dim")
    for name in names:
        line.append(f"{name} {counts[name]}  ", "" if counts[name] else "dim")
    return line


def _tasks(screen: Console, tasks: Sequence[tuple[LedgerEntry, Sequence[HistoryRow]]]) -> None:
    if not tasks:
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("task", "of", "cluster", "status", "versions", "stop code"):
        table.add_column(title, no_wrap=True)
    for entry, rows in tasks[:MOST_TASKS]:
        state = entry.state
        table.add_row(
            literal(short_id(state.task_id)),
            literal(state.group or "-"),
            literal(state.cluster),
            literal(state.last_status, STATUS_STYLE.get(state.last_status, "")),
            _versions([row.version for row in rows]),
            literal(state.stop_code or "-"),
        )
    screen.print()
    screen.print(table)
    if len(tasks) > MOST_TASKS:
        screen.print(Text(f"and {len(tasks) - MOST_TASKS} more tasks: --json has them all", "dim"))


def _versions(versions: Sequence[int]) -> Text:
    """The versions as ranges; marked where some between them are missing."""
    seen = sorted(set(versions))
    runs = [
        [version for _, version in run] for _, run in groupby(enumerate(seen), lambda pair: pair[1] - pair[0])
    ]
    ranges = ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
    return Text(ranges, "yellow" if missing_versions(seen) else "")


def _services(screen: Console, replayed: Replayed) -> None:
    """A table of the services that were deployed, or with which something is wrong."""
    judged = [(record, found) for record, found in replayed.services if found or record.deployments]
    if judged:
        screen.print()
        screen.print(Text(_several(len(judged), "service"), "bold"))
        services_table(screen, judged, replayed.now)


def _findings(screen: Console, found: Sequence[Finding]) -> None:
    screen.print()
    screen.print(Text(_several(len(found), "finding"), "bold"))
    for finding in found:
        of = literal(f"  {finding.group or '-'}  {short_id(finding.subject_arn.rpartition('/')[2])}")
        screen.print(fault_heading(finding.severity, finding.kind, finding.cause).append_text(of))
        screen.print(indented(finding.summary))
        screen.print(indented(finding.remedy, "dim"))


def _messages(screen: Console, sent: Sequence[SentMessage]) -> None:
    """When each would have been published, in event time, and its subject."""
    title = f"would have sent {_several(len(sent), 'message') if sent else 'no message'}"
    lines = [(Text(f"{one.at:%Y-%m-%d %H:%M:%S}", "dim"), one.message.subject) for one in sent]
    screen.print()
    screen.print(Text(title, "bold"))
    print_grid(screen, "", lines[:MOST_MESSAGES])
    if len(sent) > MOST_MESSAGES:
        screen.print(Text(f"and {len(sent) - MOST_MESSAGES:,} more: --json has them all", "dim"))


def _rejected(screen: Console, rejected: Sequence[Rejected]) -> None:
    if not rejected:
        return
    screen.print()
    screen.print(Text(f"{len(rejected)} rejected", "bold red"))
    for one in rejected:
        screen.print(literal(f"{one.file}[{one.index}]  {one.field}: {one.error}"))


def _several(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
