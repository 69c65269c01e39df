"""As much of JSON Schema as docs/notification.schema.json says things in; an unknown word is an error."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "notification.schema.json").read_text("utf-8"))
_TYPES = {"string": str, "integer": int, "array": list, "object": dict, "null": type(None)}
_ABOUT = {"$schema", "title", "$defs"}


def violations(value: Any, schema: Any = SCHEMA, at: str = "") -> Iterator[str]:
    """What the schema has against the value, by its place in it."""
    for word, asked in schema.items():
        if word not in _ABOUT:
            yield from _RULES[word](value, asked, schema, at)


def _ref(value: Any, asked: str, _: Any, at: str) -> Iterator[str]:
    yield from violations(value, SCHEMA["$defs"][asked.removeprefix("#/$defs/")], at)


def _one_of(value: Any, asked: list[Any], _: Any, at: str) -> Iterator[str]:
    against = [list(violations(value, each, at)) for each in asked]
    if sum(not each for each in against) != 1:
        yield f"{at}: fits none or several: {min(against, key=len)}"


def _type(value: Any, asked: Any, _: Any, at: str) -> Iterator[str]:
    names = [asked] if isinstance(asked, str) else asked
    if isinstance(value, bool) or not isinstance(value, tuple(_TYPES[name] for name in names)):
        yield f"{at}: {value!r} is not {asked}"


def _enum(value: Any, asked: list[Any], _: Any, at: str) -> Iterator[str]:
    if value not in asked:
        yield f"{at}: {value!r} is none of {asked}"


def _pattern(value: Any, asked: str, _: Any, at: str) -> Iterator[str]:
    if isinstance(value, str) and not re.search(asked, value):
        yield f"{at}: {value!r} does not match {asked}"


def _minimum(value: Any, asked: int, _: Any, at: str) -> Iterator[str]:
    if isinstance(value, int) and value < asked:
        yield f"{at}: {value} is less than {asked}"


def _max_items(value: Any, asked: int, _: Any, at: str) -> Iterator[str]:
    if isinstance(value, list) and len(value) > asked:
        yield f"{at}: {len(value)} are more than {asked}"


def _items(value: Any, asked: Any, _: Any, at: str) -> Iterator[str]:
    for index, each in enumerate(value):
        yield from violations(each, asked, f"{at}[{index}]")


def _required(value: Any, asked: list[str], _: Any, at: str) -> Iterator[str]:
    yield from (f"{at}.{name}: is missing" for name in asked if name not in value)


def _properties(value: Any, asked: Any, _: Any, at: str) -> Iterator[str]:
    for name in asked.keys() & value.keys():
        yield from violations(value[name], asked[name], f"{at}.{name}")


def _no_others(value: Any, asked: bool, schema: Any, at: str) -> Iterator[str]:  # noqa: FBT001 - as the schema has it
    assert asked is False
    yield from (f"{at}.{name}: is not in the schema" for name in value.keys() - schema["properties"].keys())


_RULES = {
    "$ref": _ref,
    "oneOf": _one_of,
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "minimum": _minimum,
    "maxItems": _max_items,
    "items": _items,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _no_others,
}
