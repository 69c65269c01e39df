"""The public JSON of what ran at a time, and of what changed between two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.arns import cluster_name, service_of

from . import payload
from .payload import time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from reconciler.model.entry import LedgerEntry

    from ..lives.by_owner import OwnersDifference, Tasks
    from ..lives.differences import Difference
    from ..lives.states import StateThen

# Of a task's JSON what does not change in its life, the times it reaches in it, and how it ends.
_FACTS = (
    "taskArn",
    "clusterArn",
    "cluster",
    "group",
    "service",
    "taskDefinitionArn",
    "launchType",
    "capacityProviderName",
    "availabilityZone",
    "cpu",
    "memory",
    "ephemeralStorage",
    "cpuArchitecture",
    "platformFamily",
    "platformVersion",
    "startedBy",
    "createdAt",
)
_TIMES = {
    "connectivityAt": "connectivity_at",
    "pullStartedAt": "pull_started_at",
    "pullStoppedAt": "pull_stopped_at",
    "startedAt": "started_at",
    "stoppingAt": "stopping_at",
    "executionStoppedAt": "execution_stopped_at",
}
_END = ("stoppedAt", "stopCode", "stoppedReason", "closedAs")


def clusters(known_since: Mapping[str, datetime | None]) -> list[dict[str, Any]]:
    """Since when the ledger knows what ran in each cluster, at the latest; null where it knows nothing."""
    return [
        {"cluster": cluster_name(arn) or arn, "clusterArn": arn, "knownSince": time(known)}
        for arn, known in known_since.items()
    ]


def task_then(one: StateThen) -> dict[str, Any]:
    """The task as it was then; `endedAt` alone is of what came later."""
    state = one.entry.state
    reached = {name: getattr(state, field) for name, field in _TIMES.items()}
    times = {name: time(at) if at and at <= one.at else None for name, at in reached.items()}
    return _chosen(one.entry, _FACTS) | times | _state(one) | _ended(one.entry)


def differences(found: Difference, owners: Sequence[OwnersDifference]) -> dict[str, Any]:
    """The four lists of tasks, and what they come to for each service or task family."""
    return {
        "services": [_owner(one) for one in owners],
        "began": [task_then(one) for one in found.began],
        "ended": [task_then(one) | _chosen(one.entry, _END) for one in found.ended],
        "cameAndWent": [_chosen(one, (*_FACTS, *_TIMES, *_END)) | _ended(one) for one in found.came_and_went],
        "changed": [task_then(after) | {"before": _state(before)} for before, after in found.changed],
    }


def _state(one: StateThen) -> dict[str, Any]:
    return {
        "lastStatus": one.last_status,
        "desiredStatus": one.desired_status,
        "version": one.version,
        "inferred": one.inferred,
    }


def _ended(entry: LedgerEntry) -> dict[str, Any]:
    return {"endedAt": time(entry.closed.at) if entry.closed else None}


def _chosen(entry: LedgerEntry, names: Sequence[str]) -> dict[str, Any]:
    everything = payload.task(entry)
    return {name: everything[name] for name in names}


def _owner(one: OwnersDifference) -> dict[str, Any]:
    return {
        "cluster": cluster_name(one.cluster_arn) or one.cluster_arn,
        "clusterArn": one.cluster_arn,
        "group": one.owner,
        "service": service_of(one.owner),
        "before": _tasks(one.before),
        "after": _tasks(one.after),
        "began": one.began,
        "ended": one.ended,
        "cameAndWent": one.came_and_went,
        "changed": one.changed,
    }


def _tasks(counted: Tasks) -> dict[str, Any]:
    definitions = counted.definitions.items()
    return {
        "tasks": counted.number,
        "running": counted.running,
        "taskDefinitions": [{"taskDefinitionArn": arn, "tasks": number} for arn, number in definitions],
    }
