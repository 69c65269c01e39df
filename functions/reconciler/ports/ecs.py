"""What ECS is asked."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from ..model.protection import ProtectionAnswer
from ..model.task import Absence, TaskState


class Listing(StrEnum):
    """Which tasks to list, by desiredStatus; together they are all that ListTasks shows."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


class Tasks(Protocol):
    """The tasks that ECS knows now."""

    def clusters(self) -> Sequence[str]:
        """The ARNs of all clusters."""

    def list_tasks(self, cluster_arn: str, listing: Listing) -> Sequence[str]:
        """The ARNs of the cluster's tasks of that listing: all of them, or an error.

        Raises `ClusterNotFound` for a cluster that ECS does not know.
        """

    def list_service(self, cluster_arn: str, service: str) -> Sequence[str]:
        """The ARNs of the service's tasks that are to run; empty for a service that ECS does not know."""

    def describe(self, cluster_arn: str, task_arns: Sequence[str]) -> Mapping[str, TaskState | Absence]:
        """The state of each task asked for, MISSING where ECS knows none, UNKNOWN where it did not say.

        Any number of tasks of one cluster.
        """

    def protection(
        self, cluster_arn: str, task_arns: Sequence[str]
    ) -> Mapping[str, ProtectionAnswer | Absence]:
        """The scale-in protection of each task asked for; any number of tasks of one cluster."""
