"""Services as a table: how many tasks run, the newest deployment, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.arns import cluster_name
from reconciler.services.outcomes import histories

from ..terminal import OUTCOME_STYLE, literal
from ..times import age, stamp
from .columns import Column, print_table
from .found import causes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from rich.console import Console

    from reconciler.findings.model import Finding
    from reconciler.model.service import ServiceRecord

    When = Callable[[datetime], str]

COLUMNS = (
    Column("service", whole=False),
    Column("cluster", whole=False, weight=1),
    Column("tasks"),
    Column("below since"),
    Column("deployment", whole=False, weight=2),
    Column("outcome"),
    Column("since"),
    Column("finding", whole=False),
)


def table(screen: Console, judged: Sequence[tuple[ServiceRecord, Sequence[Finding]]], now: datetime) -> None:
    """Prints a row for each, with ages; where it is piped, with times."""
    piped = not screen.is_terminal
    when = stamp if piped else (lambda moment: age(now, moment))
    rows = [(*_row(record, when), causes(found, piped=piped)) for record, found in judged]
    print_table(screen, COLUMNS, rows)


def _row(record: ServiceRecord, when: When) -> tuple[Text, ...]:
    since = record.below_desired_since
    return (
        literal(record.service),
        literal(cluster_name(record.cluster_arn) or record.cluster_arn),
        _tasks(record),
        Text(when(since), "yellow") if since else Text("-"),
        *_deployment(record, when),
    )


def _tasks(record: ServiceRecord) -> Text:
    """Running of desired; the status where it is not ACTIVE."""
    state = record.state
    if record.closed_at:
        return Text("deleted", "dim")
    if state is None:
        return Text("-")
    counts = f"{state.running_count}/{state.desired_count}"
    if state.status != "ACTIVE":
        return literal(f"{counts} {state.status}", "dim")
    return Text(counts, "yellow" if record.below_desired_since else "")


def _deployment(record: ServiceRecord, when: When) -> tuple[Text, ...]:
    """The newest: its task definition, its outcome, and when it ended, or as long as it has not, began."""
    newest = next(iter(histories(record)), None)
    if newest is None:
        return Text("-"), Text("-"), Text("-")
    one = newest.deployment
    return (
        literal(one.name),
        Text(newest.outcome, OUTCOME_STYLE.get(newest.outcome, "")),
        Text(when(newest.ended_at or one.began.at)),
    )
