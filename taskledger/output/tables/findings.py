"""Findings as a table, a row for all that are of one owner, kind and cause."""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.arns import cluster_name, revision, task_id
from reconciler.incidents.reported import key_of
from reconciler.notifications.fault_words import owner_name, title

from ..terminal import SEVERITY_STYLE, indented, literal, short_id
from ..times import age, stamp
from .columns import Column, print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from rich.console import Console

    from reconciler.findings.model import Finding
    from reconciler.incidents.reported import IncidentKey

    Group = Sequence[Finding]

COLUMNS = (
    Column("severity"),
    Column("owner", whole=False),
    Column("cluster", whole=False, weight=1),
    Column("what", whole=False),
    Column("count", right=True),
    Column("first", weight=2),
    Column("last"),
    Column("latest"),
)
NEXT = Column("next", whole=False)  # only where it is piped: in a terminal it stands below the table


def grouped(found: Iterable[Finding]) -> Sequence[Group]:
    """Those that are one incident's together, the latest fault first."""
    groups: dict[IncidentKey, list[Finding]] = defaultdict(list)
    for one in sorted(found, key=attrgetter("occurred_at"), reverse=True):
        groups[key_of(one)].append(one)
    return list(groups.values())


def table(screen: Console, groups: Sequence[Group], now: datetime) -> None:
    """Prints a row for each and, once for each sort of fault, what to look at next."""
    if not screen.is_terminal:
        rows = [(*_row(one, stamp), _subject(one[0], piped=True), literal(one[0].remedy)) for one in groups]
        print_table(screen, (*COLUMNS, NEXT), rows)
        return
    rows = [(*_row(one, lambda at: age(now, at)), _subject(one[0], piped=False)) for one in groups]
    print_table(screen, COLUMNS, rows)
    _print_remedies(screen, groups)


def _row(group: Group, when: Callable[[datetime], str]) -> tuple[Text, ...]:
    latest = group[0]
    severity = max((one.severity for one in group), key=lambda severity: severity.rank)
    return (
        literal(severity, SEVERITY_STYLE.get(severity, "")),
        literal(owner_name(latest.owner)),
        literal(cluster_name(latest.cluster_arn) or latest.cluster_arn),
        literal(title(latest.kind, latest.cause)),
        Text(f"{len(group):,}"),
        Text(when(group[-1].occurred_at)),
        Text(when(latest.occurred_at)),
    )


def _subject(finding: Finding, *, piped: bool) -> Text:
    """The task, by the start of its id; of a service what it deployed, `-` where that is not the fault."""
    if finding.task_arn:
        found = task_id(finding.task_arn) or finding.task_arn
        return literal(found if piped else short_id(found))
    if finding.deployment_id is None:
        return Text("-")
    deployed = None if piped else revision(finding.task_definition_arn)
    return literal(deployed or finding.deployment_id)


def _print_remedies(screen: Console, groups: Sequence[Group]) -> None:
    owners: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for latest, *_ in groups:
        owners[title(latest.kind, latest.cause), latest.remedy][owner_name(latest.owner)] = None
    for (what, remedy), names in owners.items():
        screen.print()
        screen.print(Text.assemble(literal(what, "bold"), literal(f" ({', '.join(names)})")))
        screen.print(indented(remedy))
