"""The port `Tasks` on the ECS API: all pages, calls of a hundred, and `failures` read as answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..arns import task_id
from ..model.task import Absence
from ..parsing.answer import parse_described_task, parse_protection_answer
from .ecs_answers import Items, all_arns, ask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_ecs import ECSClient

    from ..model.protection import ProtectionAnswer
    from ..model.task import TaskState
    from ..ports.ecs import Listing

MOST = 100  # tasks in one DescribeTasks or GetTaskProtection call (API reference)
_TASKS = Items(MOST, "tasks", "taskArn", parse_described_task)
_PROTECTED_TASKS = Items(MOST, "protectedTasks", "taskArn", parse_protection_answer)


class EcsTasks:
    """Asks ECS through the client, whose own limits hold for each call."""

    def __init__(self, client: ECSClient) -> None:
        self._client = client

    def clusters(self) -> Sequence[str]:
        return all_arns(self._client, "list_clusters", "clusterArns")

    def list_tasks(self, cluster_arn: str, listing: Listing) -> Sequence[str]:
        asked = {"cluster": cluster_arn, "desiredStatus": listing.value}
        return all_arns(self._client, "list_tasks", "taskArns", **asked)

    def list_service(self, cluster_arn: str, service: str) -> Sequence[str]:
        return all_arns(
            self._client,
            "list_tasks",
            "taskArns",
            none_for=("ServiceNotFoundException",),
            cluster=cluster_arn,
            serviceName=service,
            desiredStatus="RUNNING",
        )

    def describe(self, cluster_arn: str, task_arns: Sequence[str]) -> Mapping[str, TaskState | Absence]:
        answers = ask(
            task_arns,
            lambda arns: self._client.describe_tasks(cluster=cluster_arn, tasks=arns, include=["TAGS"]),
            _TASKS,
        )
        return {arn: _under(arn, answer) for arn, answer in answers.items()}

    def protection(
        self, cluster_arn: str, task_arns: Sequence[str]
    ) -> Mapping[str, ProtectionAnswer | Absence]:
        return ask(
            task_arns,
            lambda arns: self._client.get_task_protection(cluster=cluster_arn, tasks=arns),
            _PROTECTED_TASKS,
        )


def _under(arn: str, answer: TaskState | Absence) -> TaskState | Absence:
    """The state under the ARN that was asked for, which is the one that the ledger knows the task by."""
    if isinstance(answer, Absence) or task_id(arn) is None:
        return answer
    return replace(answer, task_arn=arn)
