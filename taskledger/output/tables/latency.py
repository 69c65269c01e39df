"""How long tasks took to start and stop: a table a service, its newest revision against the one before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.arns import cluster_name, revision, task_id
from reconciler.notifications.fault_words import owner_name

from ..terminal import literal, short_id
from ..times import lasted, seconds
from .columns import EMPTY, Column, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from ...lives.latency import Durations, OwnerLatency, RevisionLatency

_NUMBERS = (
    Column("tasks", right=True, weight=3),
    Column("p50", right=True),
    Column("p90", right=True),
    Column("p99", right=True, weight=2),
    Column("slowest", right=True),
    Column("slowest task"),
)
COLUMNS = (
    Column("phase"),
    *_NUMBERS,
    Column("before", right=True, weight=1),  # its p50
    Column("change", right=True, weight=4),
)
PIPED = (Column("owner"), Column("cluster"), Column("revision"), Column("phase"), *_NUMBERS)


def table(screen: Console, found: Sequence[OwnerLatency]) -> None:
    """Prints a table for each; where it is piped, one of all with a line for each revision and phase."""
    if not screen.is_terminal:
        print_table(screen, PIPED, [row for one in found for row in _piped(one)])
        return
    for place, one in enumerate(found):
        if place:
            screen.print()
        screen.print(_heading(one))
        print_table(screen, COLUMNS, list(_rows(*one.revisions[:2])))


def _piped(one: OwnerLatency) -> Iterator[tuple[Text, ...]]:
    """In seconds, as programs count."""
    for each in one.revisions:
        names = (literal(one.owner), literal(_cluster(one)), literal(_name(each)))
        for phase, took in each.durations.items():
            if took:
                yield (*names, Text(phase), *_numbers(took, piped=True))


def _heading(one: OwnerLatency) -> Text:
    """`checkout (shop)  checkout:43, 24 tasks; before it checkout:42, 31 tasks`."""
    newest, *older = (f"{_name(each)}, {_tasks(each.lives)}" for each in one.revisions)
    before = f"; before it {older[0]}" if older else ""
    where = f" ({_cluster(one)})  "
    return Text.assemble(literal(owner_name(one.owner), "bold"), literal(where), literal(newest + before))


def _rows(newest: RevisionLatency, before: RevisionLatency | None = None) -> Iterator[tuple[Text, ...]]:
    for phase, took in newest.durations.items():
        earlier = before.durations[phase] if before else None
        if took or earlier:
            change = (_p50(earlier), _change(took, earlier))
            yield (Text(phase), *_numbers(took, piped=False), *change)


def _numbers(took: Durations | None, *, piped: bool) -> tuple[Text, ...]:
    if took is None:
        return (Text(EMPTY),) * len(_NUMBERS)
    shown = _in_seconds if piped else lasted
    spans = (took.p50, took.p90, took.p99, took.slowest)
    task = task_id(took.slowest_task_arn) or took.slowest_task_arn
    return (
        Text(f"{took.number}" if piped else f"{took.number:,}"),
        *(Text(shown(span)) for span in spans),
        literal(task if piped else short_id(task)),
    )


def _p50(took: Durations | None) -> Text:
    return Text(lasted(took.p50) if took else EMPTY)


def _change(took: Durations | None, earlier: Durations | None) -> Text:
    """How much longer the half of them takes now, or how much less."""
    if not took or not earlier:
        return Text(EMPTY)
    change = lasted(abs(took.p50 - earlier.p50))
    sign = "" if change == lasted(timedelta(0)) else "+" if took.p50 > earlier.p50 else "-"
    return Text(f"{sign}{change}")


def _in_seconds(took: timedelta) -> str:
    return f"{seconds(took):.3f}"


def _name(each: RevisionLatency) -> str:
    return revision(each.task_definition_arn) or each.task_definition_arn or "no revision"


def _cluster(one: OwnerLatency) -> str:
    return cluster_name(one.cluster_arn) or one.cluster_arn


def _tasks(number: int) -> str:
    return f"{number:,} {'task' if number == 1 else 'tasks'}"
