"""What changed between two times, as two tables: by service or task family, and by task."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.text import Text

from ..stop_codes import in_short
from ..terminal import literal
from ..times import age, stamp
from .columns import Column, print_table
from .past import definition, definitions, named, owned, status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from reconciler.model.entry import LedgerEntry

    from ...lives.by_owner import OwnersDifference
    from ...lives.differences import Difference
    from ...lives.states import StateThen

    Moved = tuple[datetime | None, str, LedgerEntry, Text]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

OWNERS = (
    Column("owner", whole=False),
    Column("cluster", whole=False, weight=1),
    Column("tasks"),
    Column("began", right=True),
    Column("ended", right=True),
    Column("came and went", right=True, weight=2),
    Column("changed", right=True, weight=3),
    Column("definitions", whole=False),
)
TASKS = (
    Column("when"),
    Column("what"),
    Column("task"),
    Column("owner", whole=False),
    Column("cluster", whole=False, weight=1),
    Column("definition", whole=False, weight=2),
    Column("how", whole=False),
)


def table(
    screen: Console, owners: Sequence[OwnersDifference], found: Difference, now: datetime, limit: int
) -> int:
    """Prints both, the latest tasks first; returns how many tasks are beyond the limit."""
    piped = not screen.is_terminal
    print_table(screen, OWNERS, [_owner(one, piped=piped) for one in owners])
    moved = _moved(found)
    if moved:
        screen.print()
    print_table(screen, TASKS, [_row(one, now, piped=piped) for one in moved[:limit]])
    return max(len(moved) - limit, 0)


def _owner(one: OwnersDifference, *, piped: bool) -> tuple[Text, ...]:
    before, after = definitions(one.before), definitions(one.after)
    alike = before.plain == after.plain
    return (
        *owned(one.cluster_arn, one.owner, piped=piped),
        Text(f"{one.before.number} -> {one.after.number}"),
        *(Text(str(number)) for number in (one.began, one.ended, one.came_and_went, one.changed)),
        after if alike else before + Text(" -> ") + after,
    )


def _moved(found: Difference) -> Sequence[Moved]:
    """When each task did what, and how, the latest first; a change is last, as only its result has a time."""
    moved: list[Moved] = [(one.entry.began_at, "began", one.entry, status(one)) for one in found.began]
    moved += [(_closed_at(one.entry), "ended", one.entry, _stop(one.entry)) for one in found.ended]
    moved += [(_closed_at(one), "came and went", one, _stop(one)) for one in found.came_and_went]
    moved.sort(key=lambda one: one[0] or _LONG_AGO, reverse=True)
    changed = [(None, "changed", after.entry, _change(before, after)) for before, after in found.changed]
    return [*moved, *changed]


def _closed_at(entry: LedgerEntry) -> datetime | None:
    return entry.closed.at if entry.closed else None


def _stop(entry: LedgerEntry) -> Text:
    """The stop code, and ECS's reason; or that nobody saw it stop."""
    if entry.unobserved:
        return Text("its stop was not observed", "yellow")
    state = entry.state
    return literal(": ".join(filter(None, (in_short(state.stop_code), state.stopped_reason))))


def _change(before: StateThen, after: StateThen) -> Text:
    return Text.assemble(status(before), ", then ", status(after))


def _row(moved: Moved, now: datetime, *, piped: bool) -> tuple[Text, ...]:
    when, what, entry, how = moved
    shown = "-" if when is None else stamp(when) if piped else age(now, when)
    task, *owner = named(entry, piped=piped)
    return Text(shown), Text(what), task, *owner, literal(definition(entry.state.task_definition_arn)), how
