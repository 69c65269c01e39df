"""Services as a table: how many tasks run, the newest deployment, and what is wrong."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from reconciler.arns import cluster_name, revision
from reconciler.services.outcomes import histories

from ..terminal import OUTCOME_STYLE, SEVERITY_STYLE, literal
from ..times import age

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reconciler.findings.model import Finding
    from reconciler.model.service import ServiceRecord
    from reconciler.services.outcomes import History

TITLES = ("service", "cluster", "tasks", "below since", "newest deployment", "finding")


def table(judged: Sequence[tuple[ServiceRecord, Sequence[Finding]]], now: datetime) -> Table:
    """A row for each: one line for a program, in a terminal as many as its columns need, and nothing cut."""
    piped = not sys.stdout.isatty()
    rows = Table(box=None, pad_edge=False, header_style="dim")
    for title in TITLES:
        rows.add_column(title, overflow="fold", no_wrap=piped or title in ("tasks", "below since"))
    for record, found in judged:
        newest = next(iter(histories(record)), None)
        rows.add_row(
            literal(record.service),
            literal(cluster_name(record.cluster_arn) or record.cluster_arn),
            _tasks(record),
            _below(record, now, piped=piped),
            _deployment(newest, now, piped=piped) if newest else Text("-"),
            _findings(found, piped=piped),
        )
    return rows


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


def _below(record: ServiceRecord, now: datetime, *, piped: bool) -> Text:
    since = record.below_desired_since
    if since is None:
        return Text("-")
    return Text(_when(since, now, piped=piped), "yellow")


def _deployment(newest: History, now: datetime, *, piped: bool) -> Text:
    """`checkout:43 FAILED 12m 5s`: when it ended, or as long as it has not, when it began."""
    one = newest.deployment
    when = newest.ended_at or one.began.at
    named = literal(revision(one.task_definition_arn) or one.deployment_id)
    style = OUTCOME_STYLE.get(newest.outcome, "")
    outcome = Text.assemble((newest.outcome, style), " ", _when(when, now, piped=piped))
    return Text.assemble(named, " " if piped else "\n", outcome)


def _when(moment: datetime, now: datetime, *, piped: bool) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if piped else age(now, moment)


def _findings(found: Sequence[Finding], *, piped: bool) -> Text:
    """By their causes; by their kind where they have none."""
    if not found:
        return Text("-")
    causes = dict.fromkeys(each.cause or each.kind for each in found)
    highest = max((each.severity for each in found), key=lambda severity: severity.rank)
    named = Text(", " if piped else "\n").join(map(literal, causes))
    named.stylize(SEVERITY_STYLE.get(highest, ""))
    return named
