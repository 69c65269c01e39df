"""What ran at a time, as two tables: by service or task family, and by task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.arns import cluster_name, revision
from reconciler.findings.model import owner
from reconciler.notifications.fault_words import owner_name

from ..terminal import STATUS_STYLE, literal, short_id
from ..times import age, stamp
from .columns import Column, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from reconciler.model.entry import LedgerEntry

    from ...lives.by_owner import Tasks
    from ...lives.states import StateThen

OWNERS = (
    Column("owner", whole=False),
    Column("cluster", whole=False, weight=1),
    Column("tasks", right=True),
    Column("running", right=True),
    Column("definitions", whole=False),
)
TASKS = (
    Column("task"),
    Column("owner", whole=False),
    Column("cluster", whole=False, weight=1),
    Column("definition", whole=False, weight=3),
    Column("status"),
    Column("since"),
    Column("ended", weight=2),
    Column("inferred", weight=4),
)


def table(
    screen: Console,
    owners: Mapping[tuple[str, str], Tasks],
    states: Sequence[StateThen],
) -> None:
    """Prints both; ages are as of that time, `ended` how long after it; where it is piped, times."""
    piped = not screen.is_terminal
    counted = [
        (*owned(*key, piped=piped), Text(str(one.number)), Text(str(one.running)), definitions(one))
        for key, one in owners.items()
    ]
    print_table(screen, OWNERS, counted)
    if counted and states:
        screen.print()
    print_table(screen, TASKS, [_row(one, piped=piped) for one in states])


def owned(cluster_arn: str, owned_by: str, *, piped: bool) -> tuple[Text, Text]:
    """An owner and its cluster, by their names; `service:NAME` where it is piped."""
    name = owned_by if piped else owner_name(owned_by)
    return literal(name), literal(cluster_name(cluster_arn) or cluster_arn)


def definitions(counted: Tasks) -> Text:
    """`checkout:42`; where there are several, with how many tasks are of each."""
    several = len(counted.definitions) > 1
    named = [
        f"{definition(arn)} ({number})" if several else definition(arn)
        for arn, number in counted.definitions.items()
    ]
    return literal(", ".join(named) or "-")


def definition(arn: str | None) -> str:
    """`checkout:42`; `-` where ECS names none."""
    return revision(arn) or arn or "-"


def status(one: StateThen) -> Text:
    """The last status, and of a task that was to stop that it was."""
    last = one.last_status or "not known"
    text = literal(last, STATUS_STYLE.get(last, ""))
    if one.desired_status in (None, "RUNNING", one.last_status):
        return text
    return text.append_text(literal(f" -> {one.desired_status}"))


def named(entry: LedgerEntry, *, piped: bool) -> tuple[Text, Text, Text]:
    """The task, whole where it is piped, with its owner and its cluster."""
    state = entry.state
    task = literal(state.task_id if piped else short_id(state.task_id))
    return task, *owned(state.cluster_arn, owner(state.group, state.task_definition_arn), piped=piped)


def _row(one: StateThen, *, piped: bool) -> tuple[Text, ...]:
    entry, closed = one.entry, one.entry.closed
    since = entry.state.created_at or entry.observed_at
    ended = "-" if closed is None else stamp(closed.at) if piped else f"{age(closed.at, one.at)} after"
    return (
        *named(entry, piped=piped),
        literal(definition(entry.state.task_definition_arn)),
        status(one),
        Text(stamp(since) if piped else age(one.at, since)),
        Text(ended),
        Text("yes" if one.inferred else "-"),
    )
