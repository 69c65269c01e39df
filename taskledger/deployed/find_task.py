"""Which task is meant by an ARN, an id, or the beginning of an id.

The ledger's key is the ARN, so an id is looked for under each ARN that it can have: those of its clusters, in
the new form and in the old. A beginning has no key; it is looked for in the indexes, and there only among the
open tasks and those that closed of late.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from reconciler.model.entry import LedgerEntry

    from .ledger import DeployedLedger

MOST_SHOWN = 10

_ARN = re.compile(r"arn:[^:\s]+:ecs:[^:\s]*:[^:\s]*:task/[^\s]+")
_ID = re.compile(r"[A-Za-z0-9_-]+")
_WHOLE_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def find_task(ledger: DeployedLedger, asked: str, closed_since: datetime) -> LedgerEntry:
    """The one task that is meant; ends the command with exit code 1 when none is, or more than one."""
    is_arn = bool(_ARN.fullmatch(asked))
    if not is_arn and not _ID.fullmatch(asked):
        raise click.UsageError(
            f'"{asked}" is neither the ARN of a task, nor an id, nor the beginning of one.'
        )
    clusters = ledger.clusters()
    found = ledger.entries([asked] if is_arn else _arns(asked, clusters))
    if not found and not is_arn and not _WHOLE_ID.fullmatch(asked):
        found = ledger.entries(_beginning_with(asked, ledger, clusters, closed_since))
    return _only(found, asked)


def _arns(task_id: str, clusters: Iterable[str]) -> list[str]:
    """All that the task can be called, each once: the old form is the same for all clusters of an account."""
    called = (beginning + task_id for cluster in clusters for beginning in _beginnings(cluster))
    return list(dict.fromkeys(called))


def _beginnings(cluster_arn: str) -> tuple[str, str]:
    """What stands before the id in the ARNs of the cluster's tasks, in both forms."""
    account, _, name = cluster_arn.partition(":cluster/")
    return f"{account}:task/{name}/", f"{account}:task/"


def _beginning_with(
    beginning: str, ledger: DeployedLedger, clusters: Iterable[str], closed_since: datetime
) -> list[str]:
    arns = (arn for cluster in clusters for arn in ledger.task_arns(cluster, closed_since))
    return sorted({arn for arn in arns if arn.rsplit("/", 1)[1].startswith(beginning)})


def _only(found: Mapping[str, LedgerEntry], asked: str) -> LedgerEntry:
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise click.ClickException(
            f'The ledger has no task "{asked}". A whole id or ARN finds any task, the beginning of an id '
            "only open tasks and those that closed since --since, by default in the last day."
        )
    raise click.ClickException(f'{len(found)} tasks can be meant by "{asked}": {_some(sorted(found))}')


def _some(arns: Sequence[str]) -> str:
    return ", ".join(arns[:MOST_SHOWN]) + (", ..." if len(arns) > MOST_SHOWN else "")
