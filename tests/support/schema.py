"""Checks JSON against docs/notification.schema.json, with the keywords that it uses; another is an error."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "notification.schema.json").read_text("utf-8"))
_TYPES: Mapping[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
    "null": type(None),
}
_ABOUT = {"$schema", "title", "$defs", "examples"}


def violations(value: Any, schema: Any = SCHEMA, at: str = "") -> Iterator[str]:
    """What the schema has against the value, by its place in it."""
    for word, expected in schema.items():
        if word not in _ABOUT:
            yield from _RULES[word](value, expected, schema, at)


def _ref(value: Any, expected: str, _: Any, at: str) -> Iterator[str]:
    yield from violations(value, SCHEMA["$defs"][expected.removeprefix("#/$defs/")], at)


def _one_of(value: Any, expected: list[Any], _: Any, at: str) -> Iterator[str]:
    against = [list(violations(value, each, at)) for each in expected]
    if sum(not each for each in against) != 1:
        yield f"{at}: fits none or several: {min(against, key=len)}"


def _type(value: Any, expected: Any, _: Any, at: str) -> Iterator[str]:
    names = [expected] if isinstance(expected, str) else expected
    if isinstance(value, bool) or not any(isinstance(value, _TYPES[name]) for name in names):
        yield f"{at}: {value!r} is not {expected}"


def _enum(value: Any, expected: list[Any], _: Any, at: str) -> Iterator[str]:
    if value not in expected:
        yield f"{at}: {value!r} is none of {expected}"


def _pattern(value: Any, expected: str, _: Any, at: str) -> Iterator[str]:
    if isinstance(value, str) and not re.search(expected, value):
        yield f"{at}: {value!r} does not match {expected}"


def _minimum(value: Any, expected: int, _: Any, at: str) -> Iterator[str]:
    if isinstance(value, int | float) and value < expected:
        yield f"{at}: {value} is less than {expected}"


def _max_items(value: Any, expected: int, _: Any, at: str) -> Iterator[str]:
    if isinstance(value, list) and len(value) > expected:
        yield f"{at}: {len(value)} are more than {expected}"


def _min_items(value: Any, expected: int, _: Any, at: str) -> Iterator[str]:
    if isinstance(value, list) and len(value) < expected:
        yield f"{at}: {len(value)} are fewer than {expected}"


def _items(value: Any, expected: Any, _: Any, at: str) -> Iterator[str]:
    for index, each in enumerate(value):
        yield from violations(each, expected, f"{at}[{index}]")


def _required(value: Any, expected: list[str], _: Any, at: str) -> Iterator[str]:
    yield from (f"{at}.{name}: is missing" for name in expected if value is not None and name not in value)


def _properties(value: Any, expected: Any, _: Any, at: str) -> Iterator[str]:
    for name in expected.keys() & (value or {}).keys():
        yield from violations(value[name], expected[name], f"{at}.{name}")


def _no_others(value: Any, expected: bool, schema: Any, at: str) -> Iterator[str]:  # noqa: FBT001 - as the schema has it
    assert expected is False
    yield from (f"{at}.{name}: is not in the schema" for name in value.keys() - schema["properties"].keys())


_RULES = {
    "$ref": _ref,
    "oneOf": _one_of,
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "minimum": _minimum,
    "maxItems": _max_items,
    "minItems": _min_items,
    "items": _items,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _no_others,
}
