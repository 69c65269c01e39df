"""The JSON of an explanation: incidents, deployments and tasks as everywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.arns import cluster_name
from reconciler.ports.services import NEWEST
from reconciler.services.outcomes import histories

from ...output import payload
from ...output.service_payload import deployment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..explain import Explanation


def document(explained: Explanation, service: str | None, tasks: Collection[str] | None) -> dict[str, Any]:
    """What is wrong first, then what is behind it, then what is over; `tasks` are all where it is None."""
    wrong = explained.wrong
    incidents = sorted(explained.incidents, key=lambda one: (one not in wrong, not one.open))
    entries = explained.entries.items()
    return {
        "cluster": cluster_name(explained.cluster) or explained.cluster,
        "service": service,
        "incidents": [payload.incident(one, explained.at) for one in incidents],
        "deployments": list(_deployments(explained)),
        "tasks": [payload.task(entry) for arn, entry in entries if tasks is None or arn in tasks],
        "unknown": list(explained.unknown),
    }


def _deployments(explained: Explanation) -> Iterator[dict[str, Any]]:
    for _, record in sorted(explained.records.items()):
        yield from (deployment(record, one) for one in histories(record)[:NEWEST])
