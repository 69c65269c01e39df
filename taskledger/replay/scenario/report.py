"""Scenarios, a line each; or as a story: what happened when, the ledger at the end, and what was found."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.text import Text

from ...output.tables.columns import Column, print_table
from ...output.tables.incidents import happened
from ...output.terminal import fault_heading, indented, literal
from .words import entry_words, incident_words, service_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from .moment import Moment
    from .player import Played

_STYLES = {
    "fault": "magenta",
    "sweep": "cyan",
    "watch": "cyan",
    "finding": "yellow",
    "message": "yellow",
    "check": "green",
}


MOST_LINES = 25


def summary(screen: Console, scenarios: Sequence[Played]) -> None:
    """A line each, those first that did not go as expected; below them what was expected and is not so."""
    failed = [played for played in scenarios if not played.passed]
    in_order = [*failed, *(played for played in scenarios if played.passed)]
    columns = (
        Column(_number(scenarios) + ("" if failed else ", all as expected")),
        Column("worst incident", weight=1),
        Column("incidents", right=True),
        Column("messages", right=True),
    )
    print_table(screen, columns, [_row(played) for played in in_order[:MOST_LINES]])
    if len(in_order) > MOST_LINES:
        screen.print(Text(f"and {len(in_order) - MOST_LINES} more: -v shows all", "dim"))
    for played in failed:
        screen.print(_missed(played))
    if failed:
        _result(screen, scenarios)


def report(screen: Console, scenarios: Sequence[Played]) -> None:
    """One after the other, and last how many of them went as expected."""
    for place, played in enumerate(scenarios):
        if place:
            screen.print()
        _scenario(screen, played)
    if len(scenarios) > 1:
        screen.print()
        _result(screen, scenarios)


def _result(screen: Console, scenarios: Sequence[Played]) -> None:
    failed = sum(not played.passed for played in scenarios)
    result = f"{failed} of them did not go as expected" if failed else "all went as expected"
    screen.print(Text(f"{_number(scenarios)}: {result}", "bold red" if failed else "bold"))


def _number(scenarios: Sequence[Played]) -> str:
    return f"{len(scenarios)} scenario{'' if len(scenarios) == 1 else 's'}"


def _row(played: Played) -> tuple[Text, ...]:
    """What it came to; all incidents and messages are those of its end and of the day after it."""
    worst = max(played.incidents, key=lambda one: one.highest_severity.rank, default=None)
    return (
        literal(played.scenario.title, "" if played.passed else "bold red"),
        happened(worst) if worst else Text("-"),
        Text(f"{len(played.incidents)}"),
        Text(f"{len(played.notifications)}"),
    )


def _missed(played: Played) -> Text:
    """`A title: web: version is 2, expected 9`."""
    wrong = "; ".join(moment.text for moment in played.play.moments if moment.wrong)
    return literal(f"{played.scenario.title}: {wrong}", "bold red")


def _scenario(screen: Console, played: Played) -> None:
    screen.print(
        Text.assemble(literal(played.scenario.title, "bold"), literal(f"  {played.scenario.file}", "dim"))
    )
    for line in _lines(played.scenario.story):
        screen.print(indented(line, "dim"))
    for moment in played.play.moments:
        screen.print(_moment(moment, among=played.play.moments))
    screen.print(Text("  the ledger at the end", "dim"))
    for entry in (*_entries(played), *_records(played)):
        screen.print(entry)
    _findings(screen, played)
    for incident in _incidents(played):
        screen.print(incident)
    screen.print(_verdict(played))


def _lines(story: str) -> Sequence[str]:
    """As the file breaks it; a terminal breaks it anew, by its own width."""
    lines = story.strip().splitlines()
    return [" ".join(lines)] if sys.stdout.isatty() else lines


def _moment(moment: Moment, *, among: Sequence[Moment]) -> Text:
    """A line with its time, and with its day where they are not all of one."""
    one_day = among[0].at.date() == among[-1].at.date()
    style = "bold red" if moment.wrong else _STYLES.get(moment.by, "")
    time = f"{moment.at:%H:%M:%S}" if one_day else f"{moment.at:%d %b %H:%M:%S}"
    by = literal(f"{moment.by:<7}", style)
    return Text.assemble(
        (f"  {time}  ", "dim"), by, "  ", literal(moment.text, style if moment.wrong else "")
    )


def _entries(played: Played) -> Iterator[Text]:
    for entry, rows in played.tasks:
        versions = ", ".join(map(str, sorted({row.version for row in rows})))
        name = played.play.name(entry.state.task_arn)
        words = literal(f": {entry_words(entry)}; versions seen: {versions}")
        yield Text.assemble("  ", literal(name, "bold"), words)


def _records(played: Played) -> Iterator[Text]:
    for record in played.services:
        yield Text.assemble("  ", literal(record.service, "bold"), literal(f": {service_words(record)}"))


def _incidents(played: Played) -> Iterator[Text]:
    for incident in played.incidents:
        heading = fault_heading(incident.severity, incident.key.kind, incident.cause)
        words = literal(f"  {incident.key.owner.partition(':')[2]}: {incident_words(incident)}")
        yield Text.assemble("  incident  ", heading, words)


def _findings(screen: Console, played: Played) -> None:
    for found in played.findings:
        heading = fault_heading(found.severity, found.kind, found.cause)
        screen.print(Text.assemble("  ", heading, literal(f"  {played.play.name(found.subject_arn)}")))
        screen.print(indented(found.summary))
        screen.print(indented(found.remedy, "dim"))


def _verdict(played: Played) -> Text:
    failures, checked = played.play.failures, played.play.expectations
    if not failures:
        return Text(f"  all {checked} expectations hold", "green")
    which = ", ".join(f"{failure.field} of {failure.task} in steps[{failure.index}]" for failure in failures)
    return literal(f"  {len(failures)} of {checked} expectations do not hold: {which}", "bold red")
