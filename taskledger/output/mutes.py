"""Mutes for programs and for people: what is muted, until when, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from reconciler.findings.policy_rules import SCOPE, scope_table

from .payload import time
from .tables.columns import Column, print_table
from .terminal import literal
from .times import stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from reconciler.ports.mutes import Mute

COLUMNS = (
    Column("mute"),
    Column("muted", whole=False),
    Column("until"),
    Column("since", weight=1),
    Column("note", whole=False),
)


def document(mute: Mute) -> dict[str, Any]:
    named = scope_table(mute.scope)
    return {
        "muteId": mute.mute_id,
        **{name: named.get(name) for name in SCOPE},
        "until": time(mute.until),
        "createdAt": time(mute.created_at),
        "note": mute.note,
    }


def words(mute: Mute) -> str:
    """`service search, cluster shop`: what it is of, all that it names together."""
    named = scope_table(mute.scope)
    return ", ".join(f"{name} {named[name]}" for name in reversed(SCOPE) if name in named)


def table(screen: Console, mutes: Sequence[Mute]) -> None:
    print_table(screen, COLUMNS, [_row(one) for one in mutes])


def _row(one: Mute) -> tuple[Text, ...]:
    return (
        literal(one.mute_id),
        literal(words(one)),
        Text(stamp(one.until)),
        Text(stamp(one.created_at)),
        literal(one.note or "-"),
    )
