"""The deployments of a task's service in the task's time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.services.outcomes import histories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.entry import LedgerEntry
    from reconciler.model.service import ServiceRecord
    from reconciler.services.outcomes import History

    from .ledger import DeployedServices


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDeployments:
    """What a task's service deployed: `own` is the deployment that started the task, None where unknown.

    `during` are those that began while the task lived, and its own, newest first.
    """

    record: ServiceRecord
    own: History | None
    during: Sequence[History]


def deployments_of(entry: LedgerEntry, services: DeployedServices) -> TaskDeployments | None:
    """None for a standalone task, and where nothing readable is known of the service."""
    state = entry.state
    if state.service is None:
        return None
    started_by = state.started_by or ""
    record = services.readable(state.cluster_arn, state.service, [started_by] if started_by else [])
    if record is None:
        return None
    began = state.created_at or entry.observed_at
    ended = entry.closed.at if entry.closed else None
    during = [
        one
        for one in histories(record)
        if one.deployment.deployment_id == started_by
        or (began <= one.deployment.began.at and (ended is None or one.deployment.began.at <= ended))
    ]
    own = next((one for one in during if one.deployment.deployment_id == started_by), None)
    return TaskDeployments(record=record, own=own, during=during)
