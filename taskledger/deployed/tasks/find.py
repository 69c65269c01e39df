"""The task with a given ARN, id, or beginning of an id.

The ledger's key is the ARN, so an id is looked up under each ARN that it can have: in each cluster, in the
new form and in the old. A beginning has no key; it is looked up in the indexes, among the open tasks and
those that closed recently.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from reconciler.arns import cluster_name, task_id

from ...output.options import since_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from reconciler.model.entry import LedgerEntry

    from ..ledger import DeployedLedger

MOST_SHOWN = 10

closed_since_option = since_option("How far back to search closed tasks for the beginning of an id.")

_ARN = re.compile(r"arn:[^:\s]+:ecs:[^:\s]*:[^:\s]*:task/[^\s]+")
_ID = re.compile(r"[A-Za-z0-9_-]+")
_WHOLE_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class NotFound(click.ClickException):
    """The ledger has nothing of that name: exit code 1."""


def find_task(ledger: DeployedLedger, wanted: str, closed_since: datetime) -> LedgerEntry:
    """The one such task; ends the command with exit code 1 when there is none, or more than one."""
    is_arn = is_task_arn(wanted)
    if not is_arn and not _ID.fullmatch(wanted):
        raise click.UsageError(
            f'"{wanted}" is neither the ARN of a task, nor an id, nor the beginning of one.'
        )
    clusters = ledger.clusters()
    found = ledger.entries([wanted] if is_arn else _arns(wanted, clusters))
    if not found and not is_arn and not is_whole_id(wanted):
        found = ledger.entries(_beginning_with(wanted, ledger, clusters, closed_since))
    return _only(found, wanted)


def is_task_arn(wanted: str) -> bool:
    return bool(_ARN.fullmatch(wanted))


def is_whole_id(wanted: str) -> bool:
    return bool(_WHOLE_ID.fullmatch(wanted))


def _arns(wanted: str, clusters: Iterable[str]) -> list[str]:
    """All ARNs that the task can have, each once: the old form is the same for all clusters of an account."""
    arns = (beginning + wanted for cluster in clusters for beginning in _beginnings(cluster))
    return list(dict.fromkeys(arns))


def _beginnings(cluster_arn: str) -> tuple[str, str]:
    """What stands before the id in the ARNs of the cluster's tasks, in both forms."""
    name = cluster_name(cluster_arn)
    account = cluster_arn.removesuffix(f":cluster/{name}")
    return f"{account}:task/{name}/", f"{account}:task/"


def _beginning_with(
    beginning: str, ledger: DeployedLedger, clusters: Iterable[str], closed_since: datetime
) -> list[str]:
    arns = (arn for cluster in clusters for arn in ledger.task_arns(cluster, closed_since))
    return sorted({arn for arn in arns if (task_id(arn) or "").startswith(beginning)})


def _only(found: Mapping[str, LedgerEntry], wanted: str) -> LedgerEntry:
    if len(found) == 1:
        return next(iter(found.values()))
    if not found:
        raise NotFound(
            f'The ledger has no task "{wanted}". A whole id or ARN finds any task, the beginning of an id '
            "only open tasks and those that closed since --since, by default in the last day."
        )
    raise click.ClickException(f'{len(found)} tasks match "{wanted}": {_some(sorted(found))}')


def _some(arns: Sequence[str]) -> str:
    return ", ".join(arns[:MOST_SHOWN]) + (", ..." if len(arns) > MOST_SHOWN else "")
