"""The policy that a command judges by: that of `--policy FILE`, or the one that the deployed stack uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.adapters.dynamodb.policy import DynamoPolicy
from reconciler.findings.policy import DEFAULT

from ..output.options import PolicyFile
from ..output.terminal import note

if TYPE_CHECKING:
    from reconciler.findings.policy import Policy

    from .stack import Stack

policy_option = click.option(
    "--policy",
    type=PolicyFile(),
    metavar="FILE",
    help="Judge by this policy file.  [default: the policy that the deployed stack uses]",
)


def policy_in_force(stack: Stack) -> Policy:
    """What the last sweep stored; the defaults, with a line that says so, where none has yet."""
    stored = DynamoPolicy(stack.client("dynamodb"), stack.output("LedgerTableName")).load()
    if stored is None:
        note(
            f'Judged by the default policy, as no sweep has stored that of "{stack.name}" yet: run '
            "`taskledger sweep`, or name a policy file with --policy."
        )
    return stored or DEFAULT
