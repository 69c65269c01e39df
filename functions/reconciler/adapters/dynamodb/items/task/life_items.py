"""The phases and the size of a task in as few bytes as they take: an entry has 1 KB for all that it holds.

`phases` are four times, each as milliseconds in four bytes, counted from a time that the entry has anyway.
`size` is a list of `cpu`, `memory`, `ephemeralStorage`, `cpuArchitecture`, `platformVersion` and
`platformFamily`. What is unknown at the end is left out. An entry of version 0.1.0 has neither.
"""

from __future__ import annotations

import struct
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..values import milliseconds, moment, number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from .....model.task import TaskState
    from ..values import Item, Value

# Attribute where a time is too far from what it is counted from, the field that holds it, and that other.
_PHASES = (
    ("connectivityAt", "connectivity_at", "created_at"),
    ("pullStartedAt", "pull_started_at", "created_at"),
    ("pullStoppedAt", "pull_stopped_at", "created_at"),
    ("executionStoppedAt", "execution_stopped_at", "stopping_at"),
)
_SIZE = ("cpu", "memory", "ephemeral_storage", "cpu_architecture", "platform_version", "platform_family")
_MILLISECOND = timedelta(milliseconds=1)
_FARTHEST = 2**31 - 1
_UNKNOWN = -(2**31)

ATTRIBUTES = ("phases", "size", *(name for name, _, _ in _PHASES))


def life_values(state: TaskState) -> dict[str, Value]:
    """The attributes that hold the phases and the size; none where nothing of them is known."""
    values: dict[str, Value] = {}
    offsets = []
    for name, field, other in _PHASES:
        time, since = getattr(state, field), getattr(state, other)
        offset = _offset(time, since)
        offsets.append(_UNKNOWN if offset is None else offset)
        if time is not None and offset is None:
            values[name] = milliseconds(time)
    while offsets and offsets[-1] == _UNKNOWN:
        offsets.pop()
    if offsets:
        values["phases"] = {"B": struct.pack(f">{len(offsets)}i", *offsets)}
    if size := _size([getattr(state, field) for field in _SIZE]):
        values["size"] = {"L": size}
    return values


def life_fields(item: Item, known: Mapping[str, Any]) -> dict[str, Any]:
    """The phases and the size, by their fields; `known` are the times that phases are counted from."""
    packed = bytes(item["phases"]["B"]) if "phases" in item else b""
    offsets = struct.unpack(f">{len(packed) // 4}i", packed)
    fields: dict[str, Any] = {
        field: known[other] + offset * _MILLISECOND
        for (_, field, other), offset in zip(_PHASES, offsets, strict=False)
        if offset != _UNKNOWN
    }
    fields |= {field: moment(item[name]) for name, field, _ in _PHASES if name in item}
    size = item["size"]["L"] if "size" in item else ()
    return fields | {field: _read(value) for field, value in zip(_SIZE, size, strict=False)}


def _offset(time: datetime | None, since: datetime | None) -> int | None:
    """Milliseconds from the one to the other; None where they do not fit, or either is unknown."""
    if time is None or since is None:
        return None
    offset = (time - since) // _MILLISECOND
    return offset if -_FARTHEST <= offset <= _FARTHEST else None


def _size(parts: list[int | str | None]) -> list[Value]:
    while parts and parts[-1] is None:
        parts.pop()
    return [_part(part) for part in parts]


def _part(part: int | str | None) -> Value:
    if part is None:
        return {"NULL": True}
    return number(part) if isinstance(part, int) else {"S": part}


def _read(value: Value) -> int | str | None:
    return int(value["N"]) if "N" in value else value.get("S")
