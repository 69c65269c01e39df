"""The service with a given name, ARN, or `cluster/service`.

An ARN in the older form names no cluster: like a name, it is looked up in each, in its account and Region.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from reconciler.arns import account, cluster_name, cluster_of_service, region, service_name

from ..tasks.find import NotFound, is_whole_id
from ..tasks.query import is_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.service import ServiceRecord

    from .ledger import DeployedServices

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")


def find_service(services: DeployedServices, clusters: Sequence[str], wanted: str) -> ServiceRecord | None:
    """The one such service; None where there is none and `wanted` may be of a task.

    Ends the command with exit code 1 when there is more than one, or none though only a service can be meant.
    """
    asked = (services.service(*place) for place in _places(clusters, wanted))
    found = [record for record in asked if record]
    if len(found) > 1:
        names = ", ".join(f"{cluster_name(one.cluster_arn)}/{one.service}" for one in found)
        raise click.ClickException(f'{len(found)} services match "{wanted}": {names}')
    if not found and _is_no_task(wanted):
        raise NotFound(f'The ledger has no service "{wanted}": `taskledger services` lists those it has.')
    return found[0] if found else None


def _places(clusters: Sequence[str], wanted: str) -> Iterator[tuple[str, str]]:
    """The clusters in which it can be, each with its name there."""
    if (name := service_name(wanted)) and (cluster_arn := cluster_of_service(wanted)):
        yield cluster_arn, name
    elif name:
        yield from ((one, name) for one in clusters if _home(one) == _home(wanted))
    elif not wanted.startswith("arn:") and not is_whole_id(wanted):
        cluster, _, name = wanted.rpartition("/")
        known = (one for one in clusters if not cluster or is_named(one, cluster))
        yield from ((one, name) for one in known if _NAME.fullmatch(name))


def _is_no_task(wanted: str) -> bool:
    cluster, slash, name = wanted.partition("/")
    return bool(service_name(wanted) or (slash and _NAME.fullmatch(cluster) and _NAME.fullmatch(name)))


def _home(arn: str) -> tuple[str | None, str | None]:
    return account(arn), region(arn)
