"""Which events were not taken: those skipped by their detail-type, those rejected by their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from ...output.terminal import literal

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from rich.console import Console

    from ..delivery import Rejected


def print_skipped(screen: Console, skipped: Counter[str]) -> None:
    """`skipped: 7 ECS Container Instance State Change, 4 ...`, the most frequent first."""
    if skipped:
        parts = (f"{count:,} {detail_type}" for detail_type, count in skipped.most_common())
        screen.print(literal(f"skipped: {', '.join(parts)}"))


def print_rejected(screen: Console, rejected: Sequence[Rejected], most: int | None = None) -> None:
    """How many there are and where each is, or where the first of them are."""
    if not rejected:
        return
    screen.print()
    screen.print(Text(f"{len(rejected):,} rejected", "bold red"))
    for one in rejected[:most]:
        screen.print(literal(f"{one.place}  {one.field}: {one.error}"))
    if most is not None and len(rejected) > most:
        screen.print(Text(f"and {len(rejected) - most:,} more: -v shows all", "dim"))
