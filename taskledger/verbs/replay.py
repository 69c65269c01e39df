"""`taskledger replay`: saved events through the deployed use cases, here, with event time as the clock."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from reconciler.findings.rules import findings
from reconciler.findings.services.rules import live, service_findings

from ..output.options import PolicyFile
from ..output.terminal import note, print_json
from ..page.content import Chapter, Life
from ..page.file import html_option, write_page, written
from ..replay.document import document
from ..replay.run import replay_paths
from ..replay.story.milestones import milestones
from ..replay.story.report import report, report_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from reconciler.findings.policy import Policy
    from reconciler.model.entry import HistoryRow, LedgerEntry

    from ..replay.run import Replayed, SoFar
    from ..replay.scenario.player import Played

    Recorded = tuple[LedgerEntry, Sequence[HistoryRow]]


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.option(
    "--ledger",
    type=click.Choice(["dynamodb", "memory"]),
    default="memory",
    show_default=True,
    help="Where to keep the ledger: in memory, or as deployed in DynamoDB's emulation, which is far slower.",
)
@click.option(
    "--policy",
    type=PolicyFile(),
    metavar="FILE",
    help="Judge by this policy file, and show what it changes against the default.",
)
@html_option(required=False)
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="Show all there is, and the course of each scenario.",
)
def replay(
    paths: Sequence[str], *, ledger: str, policy: Policy | None, page: Path | None, **printed: bool
) -> None:
    """Run saved events and scenarios locally, as deployed.

    They go through the deployed use cases, and what these would have sent is shown.

    PATHS are files with one event, an array or one event a line, folders of such files, or - for standard
    input. Events may be wrapped as CloudWatch Logs, SQS or an EventBridge archive replay hand them out, and
    may stand among events of other kinds, which are skipped. Files that end in .toml are scenarios: scripts
    of what happens in a simulated ECS, with what is expected.

    Exits with 1 if any event was rejected, or an expectation of a scenario does not hold.
    """
    progress = _silent if printed["as_json"] else milestones()
    replayed = replay_paths(paths, policy, progress, in_memory=ledger == "memory")
    _print(replayed, below=1 if page else 0, **printed)
    if page:
        _write(page, list(_chapters(replayed)), quiet=printed["as_json"])
    sys.exit(1 if replayed.failed else 0)


def _write(page: Path, chapters: Sequence[Chapter], *, quiet: bool) -> None:
    """Events of other kinds alone are no error, with a page neither."""
    if not any(one.has_anything for one in chapters):
        note(f"{page} is not written: there is no task, deployment or incident to show.")
        return
    write_page(page, chapters)
    if not quiet:
        print(written(page))


def _print(replayed: Replayed, *, below: int, as_json: bool, verbose: bool) -> None:
    if as_json:
        print_json(document(replayed))
    elif verbose:
        report_all(replayed)
    else:
        report(replayed, below=below)


def _silent(_: SoFar) -> None:
    """Whoever wants JSON wants one document."""


def _chapters(replayed: Replayed) -> Iterator[Chapter]:
    """The saved events, and each scenario: they have clocks of their own."""
    yield Chapter(
        title="Saved events",
        now=replayed.now,
        ended_at=replayed.ended_at,
        policy=replayed.policy,
        lives=_lives(replayed.tasks, replayed.now, replayed.policy),
        services=replayed.services,
        incidents=replayed.incidents,
        messages=replayed.notifications,
    )
    yield from (_of_scenario(played, replayed.policy) for played in replayed.scenarios)


def _of_scenario(played: Played, policy: Policy) -> Chapter:
    """Its tasks and services are judged as of its end, as those of saved events are."""
    return Chapter(
        title=played.scenario.title,
        now=played.now,
        ended_at=played.ended_at,
        policy=policy,
        lives=_lives(played.tasks, played.now, policy),
        services=[(one, service_findings(live(one), played.now, policy)) for one in played.services],
        incidents=played.incidents,
        messages=played.notifications,
    )


def _lives(tasks: Sequence[Recorded], now: datetime, policy: Policy) -> list[Life]:
    return [Life(entry=entry, rows=rows, findings=findings(entry, now, policy)) for entry, rows in tasks]
