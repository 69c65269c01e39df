"""A scenario as a story: what happened when, what the ledger says at the end, and what was found."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.text import Text

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


def report(screen: Console, scenarios: Sequence[Played]) -> None:
    """One after the other, and last how many of them went as expected."""
    for place, played in enumerate(scenarios):
        if place:
            screen.print()
        _scenario(screen, played)
    if len(scenarios) > 1:
        failed = sum(not played.passed for played in scenarios)
        result = f"{failed} of them did not go as expected" if failed else "all went as expected"
        screen.print()
        screen.print(Text(f"{len(scenarios)} scenarios: {result}", "bold red" if failed else "bold"))


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
