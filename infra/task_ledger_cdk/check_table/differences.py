"""What a table lacks to be the ledger's: each difference with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .layout import CLUSTER, INDEXES, PARTITION_KEY, SORT_KEY, STREAM, TIME_TO_LIVE, Index

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb.type_defs import (
        GlobalSecondaryIndexDescriptionTypeDef,
        KeySchemaElementTypeDef,
        ProjectionOutputTypeDef,
        TableDescriptionTypeDef,
        TimeToLiveDescriptionTypeDef,
    )

_RESTORE_AGAIN = "Keys never change: this is no table of a ledger, or not one of this version."
_INDEX_AGAIN = "Restore the table again with all its indexes: docs/restore.md."


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One part of the table that is not as the ledger needs it."""

    part: str
    found: str
    needed: str
    remedy: str


def differences(
    table: TableDescriptionTypeDef, time_to_live: TimeToLiveDescriptionTypeDef
) -> Sequence[Difference]:
    """Everything that keeps the functions from working on the table; empty when it fits."""
    name = table["TableName"]
    checked = (
        Difference(
            part="status",
            found=table["TableStatus"],
            needed="ACTIVE",
            remedy="Wait: it is being made or changed.",
        ),
        Difference(
            part="keys",
            found=_keys(table["KeySchema"], _types(table)),
            needed=f"{PARTITION_KEY} S, {SORT_KEY} S",
            remedy=_RESTORE_AGAIN,
        ),
        *_indexes(table),
        Difference(
            part="stream",
            found=_stream(table),
            needed=STREAM,
            remedy=f"aws dynamodb update-table --table-name {name} "
            f"--stream-specification StreamEnabled=true,StreamViewType={STREAM}",
        ),
        Difference(
            part="time to live",
            found=_attribute(time_to_live),
            needed=TIME_TO_LIVE,
            remedy=f"aws dynamodb update-time-to-live --table-name {name} "
            f"--time-to-live-specification Enabled=true,AttributeName={TIME_TO_LIVE}",
        ),
    )
    return [each for each in checked if each.found != each.needed]


def _indexes(table: TableDescriptionTypeDef) -> Iterator[Difference]:
    there = {each["IndexName"]: each for each in table.get("GlobalSecondaryIndexes", ())}
    for name, index in INDEXES.items():
        yield Difference(
            part=f"index {name}",
            found=_index(there[name], _types(table)) if name in there else "none",
            needed=_needed(index),
            remedy=_INDEX_AGAIN,
        )


def _needed(index: Index) -> str:
    projection = _projection(index.projection, index.attributes)
    return f"ACTIVE, {CLUSTER} S, {index.sort_key} N, {projection}"


def _index(found: GlobalSecondaryIndexDescriptionTypeDef, types: Mapping[str, str]) -> str:
    shown: ProjectionOutputTypeDef = found["Projection"]
    projection = _projection(shown.get("ProjectionType", "none"), shown.get("NonKeyAttributes", ()))
    return f"{found.get('IndexStatus')}, {_keys(found['KeySchema'], types)}, {projection}"


def _projection(kind: str, attributes: Sequence[str]) -> str:
    return " ".join([kind, *sorted(attributes)])


def _types(table: TableDescriptionTypeDef) -> Mapping[str, str]:
    return {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}


def _keys(schema: Sequence[KeySchemaElementTypeDef], types: Mapping[str, str]) -> str:
    """The partition key, then the sort key, each with its type."""
    in_order = sorted(schema, key=lambda each: each["KeyType"])  # HASH before RANGE
    return ", ".join(f"{each['AttributeName']} {types[each['AttributeName']]}" for each in in_order)


def _stream(table: TableDescriptionTypeDef) -> str:
    stream = table.get("StreamSpecification")
    return stream.get("StreamViewType", "none") if stream and stream["StreamEnabled"] else "none"


def _attribute(time_to_live: TimeToLiveDescriptionTypeDef) -> str:
    on = time_to_live.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    return time_to_live.get("AttributeName", "none") if on else "none"
