"""The JSON of an explanation: incidents, deployments and tasks as everywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.ports.services import NEWEST
from reconciler.services.outcomes import histories

from ...output import payload
from ...output.service_payload import deployment
from ..logs.report import document as log_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.findings.policy import Policy

    from ..answer import Answer
    from ..explanation import Explanation


def document(found: Answer, policy: Policy) -> dict[str, Any]:
    """What is wrong first, then what is behind it, then what is over."""
    explained, wrong = found.explained, found.explained.wrong
    incidents = sorted(explained.incidents, key=lambda one: (one not in wrong, not one.open))
    return {
        "cluster": explained.cluster_name,
        "service": found.service,
        "incidents": [payload.incident(one, explained.at, policy) for one in incidents],
        "deployments": list(_deployments(explained)),
        "tasks": [payload.task(explained.entries[arn]) for arn in found.tasks],
        "unknown": list(explained.unknown),
        "logs": [log_document(one) for one in found.logs],
    }


def _deployments(explained: Explanation) -> Iterator[dict[str, Any]]:
    for _, record in sorted(explained.records.items()):
        yield from (deployment(record, one) for one in histories(record)[:NEWEST])
