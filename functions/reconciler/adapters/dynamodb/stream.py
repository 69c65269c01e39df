"""Records of the table's stream, as Lambda delivers them, as changes of entries."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from ...errors import InvalidInput
from ...parsing.fields import required, timestamp
from ...ports.ledger import EntryChange
from .items import entry_items
from .items.values import reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...model.entry import LedgerEntry


def sequence_number(record: Mapping[str, Any]) -> str:
    """The record's place in its shard, by which Lambda knows where to begin again."""
    return str(record["dynamodb"]["SequenceNumber"])


def change(record: Mapping[str, Any]) -> EntryChange:
    """The change that a stream record holds; `InvalidInput` for one that is not of an entry.

    Its time is the stream's, so that a record brought again is judged as it was the first time.
    """
    fields = record["dynamodb"]
    if "NewImage" not in fields:
        raise InvalidInput("dynamodb.NewImage", "is missing")
    at = timestamp(fields, "ApproximateCreationDateTime", "dynamodb.")
    previous = fields.get("OldImage")
    return EntryChange(
        entry=_entry(fields["NewImage"], "dynamodb.NewImage"),
        previous=_entry(previous, "dynamodb.OldImage") if previous else None,
        at=required(at, "dynamodb.ApproximateCreationDateTime"),
    )


def _entry(image: Mapping[str, Any], path: str) -> LedgerEntry:
    try:
        with reading(image, "entry"):
            return entry_items.entry(_decoded(image))
    except InvalidInput as error:
        raise InvalidInput(path, error.problem) from error


def _decoded(value: Any) -> Any:  # noqa: ANN401 - DynamoDB's JSON, any depth
    """The image as the SDK would give it: JSON has no bytes, so binary values come as base64 text."""
    if isinstance(value, list):
        return [_decoded(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"B"} and isinstance(value["B"], str):
        return {"B": base64.b64decode(value["B"], validate=True)}
    return {name: _decoded(each) for name, each in value.items()}
