"""How many events there were, what became of them and what was found: the same totals as in the JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.gate import Currency, Verdict

from .refused import print_skipped

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from rich.console import Console

    from ..run import Replayed


def print_counts(screen: Console, replayed: Replayed) -> None:
    """Events and tasks, then verdicts and currency, then what was skipped, if anything was."""
    outcome = replayed.outcome
    refused = Text(f"{len(outcome.rejected):,} rejected", "bold red" if outcome.rejected else "")
    screen.print(
        Text.assemble(
            (f"{several(outcome.read, 'event')} of {several(len(replayed.tasks), 'task')}", "bold"),
            f": {outcome.accepted:,} accepted, ",
            refused,
            f", {outcome.skipped.total():,} skipped" if outcome.skipped else "",
        )
    )
    screen.print(_counted("verdicts", Verdict, outcome.verdicts))
    screen.print(_counted("currency", Currency, outcome.currency))
    print_skipped(screen, outcome.skipped)


def totals(replayed: Replayed) -> Text:
    """`28 findings, 26 incidents, would have sent 27 messages`."""
    sent = len(replayed.notifications)
    parts = (
        several(len(replayed.findings), "finding"),
        several(len(replayed.incidents), "incident"),
        f"would have sent {several(sent, 'message') if sent else 'no message'}",
    )
    return Text(", ".join(parts), "bold")


def several(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _counted(title: str, names: Iterable[str], counts: Counter[str]) -> Text:
    parts = (Text(f"{name} {counts[name]:,}", "" if counts[name] else "dim") for name in names)
    return Text("  ").join((Text(title, "dim"), *parts))
