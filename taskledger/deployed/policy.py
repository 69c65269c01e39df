"""The policy that a command judges by: that of `--policy FILE`, or the one that the deployed stack uses.

With mutes it is the one by which the stack publishes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reconciler.adapters.dynamodb.policy import DynamoMutes, DynamoPolicy
from reconciler.findings.policy import DEFAULT
from reconciler.ports.mutes import Mute

from ..output.options import PolicyFile
from ..output.terminal import note, note_unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

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
    stored = _stored(stack)
    if stored is None:
        note(
            f'Judged by the default policy, as no sweep has stored that of "{stack.name}" yet: run '
            "`taskledger sweep`, or name a policy file with --policy."
        )
    return stored or DEFAULT


def policy_with_mutes(stack: Stack, now: datetime, policy: Policy | None = None) -> Policy:
    """The policy, by default the one that the stack uses, with the mutes that are in force."""
    policy = policy or _stored(stack) or DEFAULT
    return policy.muting((one.scope, one.until) for one in mutes_in_force(stack, now))


def mutes_in_force(stack: Stack, now: datetime) -> Sequence[Mute]:
    """The mutes that last; of those that cannot be read, which are none, a line says what is wrong."""
    found = deployed_mutes(stack).ending_after(now)
    note_unreadable(one for one in found if not isinstance(one, Mute))
    return [one for one in found if isinstance(one, Mute)]


def deployed_mutes(stack: Stack) -> DynamoMutes:
    return DynamoMutes(stack.client("dynamodb"), stack.output("LedgerTableName"))


def _stored(stack: Stack) -> Policy | None:
    return DynamoPolicy(stack.client("dynamodb"), stack.output("LedgerTableName")).load()
