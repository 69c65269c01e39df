"""`taskledger replay`: saved events through the deployed use cases, here, with event time as the clock."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ..output.options import PolicyFile
from ..output.terminal import print_json
from ..replay.document import document
from ..replay.run import replay_paths
from ..replay.story.milestones import milestones
from ..replay.story.report import report, report_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.findings.policy import Policy

    from ..replay.run import SoFar


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
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="Show all there is, and the course of each scenario.",
)
def replay(paths: Sequence[str], *, as_json: bool, ledger: str, policy: Policy | None, verbose: bool) -> None:
    """Run saved events and scenarios locally, as deployed.

    They go through the deployed use cases, and what these would have sent is shown.

    PATHS are files with one event, an array or one event a line, folders of such files, or - for standard
    input. Events may be wrapped as CloudWatch Logs, SQS or an EventBridge archive replay hand them out, and
    may stand among events of other kinds, which are skipped. Files that end in .toml are scenarios: scripts
    of what happens in a simulated ECS, with what is expected.

    Exits with 1 if any event was rejected, or an expectation of a scenario does not hold.
    """
    progress = _silent if as_json else milestones()
    replayed = replay_paths(paths, policy, progress, in_memory=ledger == "memory")
    if as_json:
        print_json(document(replayed))
    elif verbose:
        report_all(replayed)
    else:
        report(replayed)
    sys.exit(1 if replayed.failed else 0)


def _silent(_: SoFar) -> None:
    """Whoever wants JSON wants one document."""
