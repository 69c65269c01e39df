"""What ECS answers, read with care: whole lists, calls in chunks, and `failures` inside of a good answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from botocore.exceptions import ClientError

from ..chunks import chunks
from ..errors import InvalidInput, TransientError
from ..model.task import Absence
from .aws import aws_errors, error_code

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from mypy_boto3_ecs import ECSClient

MOST = 100  # of what a page of any list holds (API reference)
T = TypeVar("T")


def all_items(
    client: ECSClient, operation: str, field: str, *, none_for: Collection[str] = (), **asked: object
) -> list[Any]:
    """What a list holds on all of its pages, or an error; nothing for errors of the codes `none_for`."""
    with aws_errors():
        try:
            return [item for page in _pages(client, operation, field, asked) for item in page]
        except ClientError as error:
            if error_code(error) in none_for:
                return []
            raise


def all_arns(
    client: ECSClient, operation: str, field: str, *, none_for: Collection[str] = (), **asked: object
) -> Sequence[str]:
    """The same of a list of ARNs; one that is no text leaves the list incomplete, and so is an error."""
    found = all_items(client, operation, field, none_for=none_for, **asked)
    if not all(isinstance(arn, str) for arn in found):
        raise TransientError(f"ECS answered with {field} that are no ARNs")
    return found


@dataclass(frozen=True, slots=True)
class Items(Generic[T]):
    """What a call describes: at most so many at once, in which list, by which ARN, and read by what."""

    most: int
    field: str
    arn_field: str
    read: Callable[[object], T]


def ask(
    arns: Sequence[str], call: Callable[[list[str]], Mapping[str, Any]], items: Items[T]
) -> Mapping[str, T | Absence]:
    """What ECS says of each ARN asked for, MISSING where it knows none, UNKNOWN where it did not say."""
    answers: dict[str, T | Absence] = {}
    for chunk in chunks(arns, items.most):
        with aws_errors():
            response = call(list(chunk))
        _expect(response, items.field, "failures")
        said = _answers(response, items)
        by_arn = dict(said)
        by_id = {_last(arn): answer for arn, answer in by_arn.items()}
        answers |= {arn: by_arn.get(arn, by_id.get(_last(arn), Absence.UNKNOWN)) for arn in chunk}
    return answers


def named(items: object, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The items that say of what they are; the others say nothing of anything."""
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping) and isinstance(arn := item.get(name), str):
            yield arn, item


def read_item(item: object, read: Callable[[object], T]) -> T | Absence:
    """An item that cannot be read is no answer, and nothing is concluded from it."""
    try:
        return read(item)
    except InvalidInput:
        return Absence.UNKNOWN


def _pages(client: ECSClient, operation: str, field: str, asked: Mapping[str, object]) -> Iterator[list[Any]]:
    request: dict[str, Any] = {**asked, "maxResults": MOST}
    while True:
        page = getattr(client, operation)(**request)
        _expect(page, field)
        if not isinstance(page[field], list):
            raise TransientError(f"ECS answered with {field} that are no list")
        yield page[field]
        if not page.get("nextToken"):
            return
        request["nextToken"] = page["nextToken"]


def _expect(response: Mapping[str, Any], *fields: str) -> None:
    """Raises for an empty answer: botocore makes one of a body that broke off, and says nothing."""
    if not any(name in response for name in fields):
        raise TransientError(f"ECS answered without {fields[0]}")


def _answers(response: Mapping[str, Any], items: Items[T]) -> Iterator[tuple[str, T | Absence]]:
    """What the answer says, by ARN: a long one may answer for a short one, and the other way round."""
    for arn, failure in named(response.get("failures"), "arn"):
        missing = failure.get("reason") == "MISSING"
        yield arn, Absence.MISSING if missing else Absence.UNKNOWN
    for arn, item in named(response.get(items.field), items.arn_field):
        yield arn, read_item(item, items.read)


def _last(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
