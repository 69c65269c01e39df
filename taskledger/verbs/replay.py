"""`taskledger replay`: saved events through the deployed use cases, here, with event time as the clock."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from reconciler.findings.policy import DEFAULT

from ..output.options import PolicyFile
from ..output.terminal import print_json
from ..replay.document import document
from ..replay.report import report
from ..replay.run import replay_paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.findings.policy import Policy


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
@click.option(
    "--policy", type=PolicyFile(), metavar="FILE", help="Judge by this policy file, not by the defaults."
)
def replay(paths: Sequence[str], *, as_json: bool, ledger: str, policy: Policy | None) -> None:
    """Run saved events and scenarios through the deployed use cases, locally, and show what they would send.

    PATHS are files with one event, an array or one event a line, folders of such files, or - for standard
    input. Events may be wrapped as CloudWatch Logs, SQS or an EventBridge archive replay hand them out.
    Files that end in .toml are scenarios: scripts of what happens in a simulated ECS, with what is expected.

    Exits with 1 if any event was rejected, or an expectation of a scenario does not hold.
    """
    policy = policy or DEFAULT
    replayed = replay_paths(paths, policy, in_memory=ledger == "memory")
    if as_json:
        print_json(document(replayed, policy))
    else:
        report(replayed)
    sys.exit(1 if replayed.failed else 0)
