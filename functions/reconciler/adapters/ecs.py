"""The port `Tasks` on the ECS API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidInput
from ..model import Absence, TaskState
from ..wire import described
from .aws import aws_errors, chunks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import DescribeTasksResponseTypeDef

MAX_DESCRIBED = 100  # tasks in one DescribeTasks call (API reference)


class EcsTasks:
    """Asks DescribeTasks, with tags, in calls of a hundred; `failures` inside its answers are answers too."""

    def __init__(self, client: ECSClient) -> None:
        self._client = client

    def describe(self, cluster_arn: str, task_arns: Sequence[str]) -> Mapping[str, TaskState | Absence]:
        answers: dict[str, TaskState | Absence] = {}
        for chunk in chunks(task_arns, MAX_DESCRIBED):
            with aws_errors():
                response = self._client.describe_tasks(
                    cluster=cluster_arn, tasks=list(chunk), include=["TAGS"]
                )
            told = dict(_answers(response))
            answers |= {arn: told.get(_task_id(arn), Absence.UNKNOWN) for arn in chunk}
        return answers


def _answers(response: DescribeTasksResponseTypeDef) -> Iterator[tuple[str, TaskState | Absence]]:
    """What the answer says, by task id: ECS may answer a long ARN for a short one and the other way round."""
    for failure in response.get("failures", ()):
        missing = failure.get("reason") == "MISSING"
        yield _task_id(failure.get("arn", "")), Absence.MISSING if missing else Absence.UNKNOWN
    for item in response.get("tasks", ()):
        yield _task_id(item.get("taskArn", "")), _state(item)


def _state(item: object) -> TaskState | Absence:
    try:
        return described(item)
    except InvalidInput:
        return Absence.UNKNOWN


def _task_id(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
