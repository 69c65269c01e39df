"""Records of the table's stream, as Lambda delivers them, as changes of entries and of services."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, TypeVar

from ...errors import InvalidInput
from ...parsing.fields import required, timestamp
from ...ports.ledger import EntryChange
from ...ports.services import ServiceChange
from .items import service_items
from .items.task import entry_items
from .items.values import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from .items.values import Item

T = TypeVar("T")


def sequence_number(record: Mapping[str, Any]) -> str:
    """The record's place in its shard, by which Lambda knows where to begin again."""
    return str(record["dynamodb"]["SequenceNumber"])


def is_of_service(record: Mapping[str, Any]) -> bool:
    """Whether the record is of a service's row; else it is of an entry, or of nothing that is read here."""
    try:
        return str(record["dynamodb"]["Keys"]["pk"]["S"]).startswith(service_items.PREFIX)
    except (KeyError, TypeError):
        return False


def change(record: Mapping[str, Any]) -> EntryChange:
    """The change that a stream record holds; `InvalidInput` for one that is not of an entry.

    Its time is the stream's, so that a record brought again is judged as it was the first time.
    """
    entry, previous = _images(record, entry_items.entry, "entry")
    return EntryChange(entry=entry, previous=previous, at=_at(record))


def service_change(record: Mapping[str, Any]) -> ServiceChange:
    """The same of a service; `InvalidInput` for a record that is not of one."""
    after, previous = _images(record, service_items.service, "service")
    return ServiceChange(record=after, previous=previous, at=_at(record))


def _images(record: Mapping[str, Any], read: Callable[[Item], T], what: str) -> tuple[T, T | None]:
    """What the record's row holds, and what it held before."""
    fields = record["dynamodb"]
    after = required(fields.get("NewImage"), "dynamodb.NewImage")
    previous = fields.get("OldImage")
    return (
        _image(after, read, what, "dynamodb.NewImage"),
        _image(previous, read, what, "dynamodb.OldImage") if previous else None,
    )


def _image(image: Item, read: Callable[[Item], T], what: str, path: str) -> T:
    try:
        with reading(image, what):
            return read(_decoded(image))
    except InvalidInput as error:
        raise InvalidInput(path, error.problem) from error


def _at(record: Mapping[str, Any]) -> datetime:
    at = timestamp(record["dynamodb"], "ApproximateCreationDateTime", "dynamodb.")
    return required(at, "dynamodb.ApproximateCreationDateTime")


def _decoded(value: Any) -> Any:  # noqa: ANN401 - DynamoDB's JSON, any depth
    """The image as the SDK would give it: JSON has no bytes, so binary values come as base64 text."""
    if isinstance(value, list):
        return [_decoded(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"B"} and isinstance(value["B"], str):
        return {"B": base64.b64decode(value["B"], validate=True)}
    return {name: _decoded(each) for name, each in value.items()}
