"""Whom a question is about: a task, a service or a whole cluster, by what a person wrote; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.arns import cluster_arn, cluster_name, cluster_of_service, service_name, task_id

from ..deployed.tasks.find import is_task_arn, is_whole_id

DEFAULT_CLUSTER = "default"


class Sort(StrEnum):
    TASK = "task"
    SERVICE = "service"
    CLUSTER = "cluster"


class Contradiction(ValueError):
    """What is asked about names another cluster than the option does."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about, as ECS is to be asked, and in which cluster, by name or ARN."""

    sort: Sort
    name: str
    cluster: str


def subject(wanted: str | None, cluster: str | None) -> Subject:
    """A task's id or ARN is a task, all else a service; an ARN names its cluster, as `CLUSTER/SERVICE` does.

    Raises `Contradiction` where the option names another cluster.
    """
    if wanted is None:
        return Subject(Sort.CLUSTER, "", cluster or DEFAULT_CLUSTER)
    sort, name, named = _read(wanted)
    if named and cluster and named not in (cluster, cluster_name(cluster)) and cluster != cluster_name(named):
        raise Contradiction(f"{wanted} is of the cluster {cluster_name(named) or named}, not of {cluster}.")
    return Subject(sort, name, named or cluster or DEFAULT_CLUSTER)


def _read(wanted: str) -> tuple[Sort, str, str | None]:
    if is_task_arn(wanted):
        return Sort.TASK, wanted, _cluster_of_task(wanted)
    if is_whole_id(wanted):
        return Sort.TASK, wanted, None
    if name := service_name(wanted):
        return Sort.SERVICE, name, cluster_of_service(wanted)
    named, _, name = wanted.rpartition("/")
    return Sort.SERVICE, name, named or None


def _cluster_of_task(task_arn: str) -> str | None:
    """The ARN of its cluster; None in an ARN of the older form."""
    path = task_arn.partition(":task/")[2]
    name = path.removesuffix(task_id(task_arn) or "").rstrip("/")
    return cluster_arn(name, beside=task_arn) if name else None
