"""An audit for people: a summary of each cluster, the differences, and how much events missed."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.arns import service_name, task_id

from ..deployed.advice import advice
from ..output.tables.columns import Column, print_table
from ..output.terminal import console, literal, short_id
from .payload import value_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from .clusters import Audit, ClusterAudit
    from .difference import Difference, Value

COLUMNS = (
    Column("task or service"),
    Column("field"),
    Column("ledger", whole=False),
    Column("ECS", whole=False),
    Column("likely cause", whole=False),
)
MISSED = (
    Column("cluster", whole=False),
    Column("tasks", right=True),
    Column("by event", right=True),
    Column("by description only", right=True),
    Column("missing", right=True),
    Column("before the first", right=True),
    Column("entries by description", right=True),
)
MOST = 200  # differences shown to people; --json has them all


def report(found: Audit) -> None:
    screen = console()
    for cluster in found.clusters:
        screen.print(_summary(cluster))
    _differences(screen, found)
    _missed_events(screen, found.clusters)
    for error in found.errors:
        screen.print(literal(f"not all clusters are known: {advice(error)}", "bold red"))
    screen.print(_end(found))


def _summary(cluster: ClusterAudit) -> Text:
    """`shop: 9 tasks and 2 services compared, 1 with unexplained differences (1 MISSED)`."""
    services = f" and {_plural(len(cluster.services), 'service')}" if cluster.services else ""
    compared = f": {_plural(len(cluster.tasks), 'task')}{services} compared"
    text = Text.assemble(literal(cluster.name, "bold"), compared)
    ways = ", ".join(f"{number} {kind}" for kind, number in sorted(cluster.kinds.items()))
    if cluster.unexplained:
        text.append(f", {cluster.unexplained} with unexplained differences", "bold red")
    if cluster.explained:
        text.append(f", {cluster.explained} with explained differences only")
    text.append(f" ({ways})" if ways else ", all agree" if cluster.tasks or cluster.services else "")
    if cluster.unknown:
        text.append(f"; ECS gave no answer for {cluster.unknown}", "bold red")
    if cluster.error:
        text.append_text(literal(f"; failed: {advice(cluster.error)}", "bold red"))
    return text


def _differences(screen: Console, found: Audit) -> None:
    """A table, first of what is not explained."""
    rows = sorted(
        (each for cluster in found.clusters for each in cluster.differences),
        key=lambda each: each.kind.explained,
    )
    if not rows:
        return
    screen.print()
    piped = not screen.is_terminal
    print_table(screen, COLUMNS, [_row(each, piped=piped) for each in rows[:MOST]])
    if len(rows) > MOST:
        screen.print(Text(f"and {len(rows) - MOST} more differences: --json has them all", "dim"))


def _row(each: Difference, *, piped: bool) -> Sequence[Text]:
    arn = each.subject_arn
    found = task_id(arn) or service_name(arn) or arn
    return (
        literal(found if piped else short_id(found)),
        literal(each.field),
        literal(_text(each.ledger)),
        literal(_text(each.ecs)),
        Text(f"{each.kind}: {each.kind.cause}", "dim" if each.kind.explained else "bold red"),
    )


def _text(value: Value) -> str:
    found = value_of(value)
    if found is None:
        return "-"
    return found if isinstance(found, str) else json.dumps(found)


def _missed_events(screen: Console, clusters: Sequence[ClusterAudit]) -> None:
    found = {cluster.name: cluster.missed for cluster in clusters if cluster.missed}
    if not found:
        return
    rows = []
    for name, missed in found.items():
        numbers = [number for number in asdict(missed).values() if not isinstance(number, bool)]
        rows.append((literal(name), *(Text(f"{number:,}") for number in numbers)))
    screen.print()
    screen.print(Text("versions of tasks, by their source", "dim"))
    print_table(screen, MISSED, rows)
    if sampled := [name for name, missed in found.items() if missed.sampled]:
        names = ", ".join(sampled)
        screen.print(
            literal(f"Of {names} only the newest tasks are counted: --history all counts all.", "dim")
        )


def _end(found: Audit) -> Text:
    if found.unexplained:
        differ = f"{_unexplained(found)} with differences that are not explained"
        return Text(f"\n{differ}{'; and not all could be compared' if found.incomplete else ''}.", "bold red")
    if found.incomplete:
        return Text("\nNot all could be compared.", "bold red")
    if not found.clusters:
        return Text("There is no cluster to audit.")
    return Text("\nThe ledger agrees with ECS, or the difference is explained.")


def _unexplained(found: Audit) -> str:
    """How many tasks and services differ without an explanation: `2 tasks and 1 service`."""
    wrong = [one for cluster in found.clusters for one in cluster.differences if not one.kind.explained]
    counts = {
        "task": len({one.task_arn for one in wrong if one.task_arn}),
        "service": len({one.service_arn for one in wrong if one.service_arn}),
    }
    return " and ".join(_plural(number, thing) for thing, number in counts.items() if number)


def _plural(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
