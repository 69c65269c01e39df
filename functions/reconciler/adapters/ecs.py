"""The port `Tasks` on the ECS API: all pages, calls of a hundred, and `failures` read as answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from ..chunks import chunks
from ..errors import InvalidInput, TransientError
from ..model.protection import ProtectionAnswer
from ..model.task import Absence
from ..parsing.answer import parse_described_task, parse_protection_answer
from .aws import aws_errors, error_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mypy_boto3_ecs import ECSClient

    from ..model.task import TaskState
    from ..ports.ecs import Listing

MOST = 100  # tasks in one DescribeTasks or GetTaskProtection call, and in a page of a list (API reference)
T = TypeVar("T")


class EcsTasks:
    """Asks ECS through the client, whose own limits hold for each call."""

    def __init__(self, client: ECSClient) -> None:
        self._client = client

    def clusters(self) -> Sequence[str]:
        with aws_errors():
            return [arn for page in self._pages("list_clusters", "clusterArns") for arn in page]

    def list_tasks(self, cluster_arn: str, listing: Listing) -> Sequence[str]:
        asked = {"cluster": cluster_arn, "desiredStatus": listing.value}
        with aws_errors():
            return [arn for page in self._pages("list_tasks", "taskArns", **asked) for arn in page]

    def list_service(self, cluster_arn: str, service: str) -> Sequence[str]:
        asked = {"cluster": cluster_arn, "serviceName": service, "desiredStatus": "RUNNING"}
        with aws_errors():
            try:
                return [arn for page in self._pages("list_tasks", "taskArns", **asked) for arn in page]
            except ClientError as error:
                if error_code(error) == "ServiceNotFoundException":
                    return ()
                raise

    def describe(self, cluster_arn: str, task_arns: Sequence[str]) -> Mapping[str, TaskState | Absence]:
        answers = self._ask(
            task_arns,
            lambda arns: self._client.describe_tasks(cluster=cluster_arn, tasks=arns, include=["TAGS"]),
            "tasks",
            parse_described_task,
        )
        return {arn: _under(arn, answer) for arn, answer in answers.items()}

    def protection(
        self, cluster_arn: str, task_arns: Sequence[str]
    ) -> Mapping[str, ProtectionAnswer | Absence]:
        return self._ask(
            task_arns,
            lambda arns: self._client.get_task_protection(cluster=cluster_arn, tasks=arns),
            "protectedTasks",
            parse_protection_answer,
        )

    def _pages(self, operation: str, field: str, **asked: str) -> Iterator[Sequence[str]]:
        request: dict[str, Any] = {**asked, "maxResults": MOST}
        while True:
            page = getattr(self._client, operation)(**request)
            yield _arns(page, field)
            if not page.get("nextToken"):
                return
            request["nextToken"] = page["nextToken"]

    def _ask(
        self,
        task_arns: Sequence[str],
        call: Callable[[list[str]], Mapping[str, Any]],
        field: str,
        read: Callable[[object], T],
    ) -> Mapping[str, T | Absence]:
        answers: dict[str, T | Absence] = {}
        for chunk in chunks(task_arns, MOST):
            with aws_errors():
                response = call(list(chunk))
            _expect(response, field, "failures")
            by_id = dict(_answers(response, field, read))
            answers |= {arn: by_id.get(_task_id(arn), Absence.UNKNOWN) for arn in chunk}
        return answers


def _expect(response: Mapping[str, Any], *fields: str) -> None:
    """Raises for an empty answer: botocore makes one of a body that broke off, and says nothing."""
    if not any(name in response for name in fields):
        raise TransientError(f"ECS answered without {fields[0]}")


def _arns(page: Mapping[str, Any], field: str) -> Sequence[str]:
    """The ARNs on a page; one that is no text leaves the list incomplete, and so an error."""
    _expect(page, field)
    found = page[field]
    if not isinstance(found, list) or not all(isinstance(arn, str) for arn in found):
        raise TransientError(f"ECS answered with {field} that are no list of ARNs")
    return found


def _answers(
    response: Mapping[str, Any], field: str, read: Callable[[object], T]
) -> Iterator[tuple[str, T | Absence]]:
    """What the answer says, by task id: ECS may answer a long ARN for a short one and the other way round."""
    for arn, failure in _named(response.get("failures"), "arn"):
        missing = failure.get("reason") == "MISSING"
        yield _task_id(arn), Absence.MISSING if missing else Absence.UNKNOWN
    for arn, item in _named(response.get(field), "taskArn"):
        yield _task_id(arn), _read(item, read)


def _named(items: object, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The items that say of which task they are; the others say nothing of any."""
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping) and isinstance(arn := item.get(name), str):
            yield arn, item


def _read(item: object, read: Callable[[object], T]) -> T | Absence:
    """An item that cannot be read is no answer, and nothing is concluded from it."""
    try:
        return read(item)
    except InvalidInput:
        return Absence.UNKNOWN


def _under(arn: str, answer: TaskState | Absence) -> TaskState | Absence:
    """The state under the ARN that was asked for, which is the one that the ledger knows the task by."""
    if isinstance(answer, Absence) or answer.task_arn == arn:
        return answer
    return replace(answer, task_arn=arn)


def _task_id(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
