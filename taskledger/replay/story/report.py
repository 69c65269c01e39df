"""What a replay shows to people: one screen, and a count of what has no place on it; or all of it.

    counts         events, verdicts, currency, what was skipped
    policy         what another policy than the default changes
    incidents      those of the highest severity first, and how many messages there would have been
    tasks          by what went wrong
    services       those with which something is wrong
    scenarios      a line each
    rejected       by file, index and field

As long as there is place for it, each incident is explained and each message listed.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from ...output.tables.services import table as services_table
from ...output.terminal import console
from ..scenario import report as scenario_report
from .comparison import print_comparison
from .counts import print_counts, several, totals
from .findings import print_findings
from .incidents import by_severity, print_incidents, print_messages, print_words
from .refused import print_rejected
from .tasks import by_fault, print_tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from reconciler.findings.model import Finding
    from reconciler.model.service import ServiceRecord

    from ..run import Replayed

LINES = 39  # one less than the screen has, for the prompt
MOST_ROWS = 30
MOST_REJECTED = 10


@dataclass(frozen=True, slots=True)
class _Cut:
    """How many rows the tables have, and whether incidents are explained and messages listed."""

    incidents: int
    others: int
    words: bool = False
    messages: bool = False


def report(replayed: Replayed, *, below: int = 0) -> None:
    """The most that fits on one screen with so many lines below it; where nothing does, the least."""
    screen = console()
    screen.file.write(_drawn(screen, replayed, _most_that_fits(screen, replayed, LINES - below)))


def report_all(replayed: Replayed) -> None:
    """Every incident, finding, message, task and service, each scenario's course, and what was rejected."""
    screen = console()
    if _has_events(replayed):
        print_counts(screen, replayed)
        screen.print(totals(replayed))
        if replayed.comparison:
            print_comparison(screen, replayed.comparison)
        print_words(screen, by_severity(replayed.incidents), replayed.ended_at, replayed.policy)
        print_findings(screen, replayed.findings)
        print_messages(screen, replayed.notifications)
        print_tasks(screen, by_fault(replayed))
        _services(screen, replayed, [one for one in replayed.services if one[1] or one[0].deployments])
    _apart(screen, replayed)
    scenario_report.report(screen, replayed.scenarios)
    print_rejected(screen, replayed.outcome.rejected)


def _most_that_fits(screen: Console, replayed: Replayed, room: int) -> _Cut:
    def lines(cut: _Cut) -> int:
        return _drawn(screen, replayed, cut).count("\n")

    if max(len(replayed.incidents), len(replayed.notifications)) <= MOST_ROWS:
        for words in (True, False):
            whole = _Cut(MOST_ROWS, MOST_ROWS, words=words, messages=True)
            if lines(whole) <= room:
                return whole
    cuts = [_Cut((rows + 1) // 2, rows // 2) for rows in range(2, 2 * MOST_ROWS + 1)]
    return cuts[max(bisect_right(cuts, room, key=lines) - 1, 0)]


def _drawn(screen: Console, replayed: Replayed, cut: _Cut) -> str:
    with screen.capture() as captured:
        _story(screen, replayed, cut)
    return captured.get()


def _story(screen: Console, replayed: Replayed, cut: _Cut) -> None:
    if _has_events(replayed):
        _events(screen, replayed, cut)
    _apart(screen, replayed)
    if replayed.scenarios:
        scenario_report.summary(screen, replayed.scenarios)
    print_rejected(screen, replayed.outcome.rejected, MOST_REJECTED)


def _events(screen: Console, replayed: Replayed, cut: _Cut) -> None:
    incidents, tasks = by_severity(replayed.incidents), by_fault(replayed)
    unwell = [one for one in replayed.services if one[1]]
    print_counts(screen, replayed)
    screen.print(totals(replayed))
    if replayed.comparison:
        print_comparison(screen, replayed.comparison, cut.incidents)
        screen.print()
    print_incidents(screen, incidents[: cut.incidents])
    if cut.words:
        print_words(screen, incidents, replayed.ended_at, replayed.policy)
    if cut.messages:
        print_messages(screen, replayed.notifications)
    print_tasks(screen, tasks[: cut.others])
    _services(screen, replayed, unwell[: cut.others])
    left = {
        "incident": len(incidents) - cut.incidents,
        "message": 0 if cut.messages else len(replayed.notifications),
        "task": len(tasks) - cut.others,
        "service": len(unwell) - cut.others,
    }
    if more := [several(number, thing) for thing, number in left.items() if number > 0]:
        screen.print(Text(f"not shown: {', '.join(more)}; -v shows all", "dim"))


def _has_events(replayed: Replayed) -> bool:
    return replayed.outcome.read > 0 or not replayed.scenarios


def _apart(screen: Console, replayed: Replayed) -> None:
    if _has_events(replayed) and replayed.scenarios:
        screen.print()


def _services(
    screen: Console, replayed: Replayed, judged: Sequence[tuple[ServiceRecord, Sequence[Finding]]]
) -> None:
    if judged:
        screen.print()
        services_table(screen, judged, replayed.now)
