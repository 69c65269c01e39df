"""`taskledger replay`: saved events through the deployed use cases, here, with event time as the clock."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.errors import InvalidInput
from reconciler.findings.policy import DEFAULT
from reconciler.findings.policy_file import parse

from ..replay.report import report
from ..replay.run import document, replay_paths

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
    "--policy", "policy_file", metavar="FILE", help="Judge by this policy file, not by the defaults."
)
def replay(paths: Sequence[str], *, as_json: bool, ledger: str, policy_file: str | None) -> None:
    """Run saved events and scenarios through the deployed use cases, locally.

    PATHS are files with one event, an array or one event a line, folders of such files, or - for standard
    input. Events may be wrapped as CloudWatch Logs, SQS or an EventBridge archive replay hand them out.
    Files that end in .toml are scenarios: scripts of what happens in a simulated ECS, with what is expected.

    Exits with 1 if any event was rejected, or an expectation of a scenario does not hold.
    """
    policy = _policy(policy_file) if policy_file else DEFAULT
    replayed = replay_paths(paths, policy, in_memory=ledger == "memory")
    if as_json:
        click.echo(json.dumps(document(replayed), indent=2))
    else:
        report(replayed)
    sys.exit(1 if replayed.failed else 0)


def _policy(file: str) -> Policy:
    try:
        return parse(Path(file).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{file} cannot be read: {error}", param_hint="--policy") from error
    except InvalidInput as error:
        raise click.BadParameter(f"{file}: {error}", param_hint="--policy") from error
