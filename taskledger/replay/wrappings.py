"""Taking wrappings off: whatever a text or value holds, down to the events."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.errors import InvalidInput
from reconciler.parsing.event import parse_json

DEEPEST = 20  # lists and objects around an event: no wrapping has more than five
_WRAPPINGS = ("Messages", "Records", "events", "results", "@message", "Body", "body", "message")
_STAMP = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+Z\s+(?=\{)")


def json_value(text: str) -> object:
    """The value of a JSON text; None where it is none."""
    try:
        return parse_json(text)
    except InvalidInput:
        return None


def holds_object(line: str) -> bool:
    """Whether a line is a JSON object that has anything in it, with the time that a log writes before it."""
    value = json_value(_STAMP.sub("", line.strip()))
    return isinstance(value, dict) and bool(value)


def unwrap_lines(lines: Iterable[str]) -> Iterator[Any]:
    for line in lines:
        text = line.strip()
        if text:
            yield from _unwrap_text(_STAMP.sub("", text))


def _unwrap_text(text: str) -> Iterator[Any]:
    """What a text holds; the text itself where it is an event, or no JSON at all."""
    value = json_value(text)
    return iter((text,)) if value is None or is_event(value) else unwrap(value)


def unwrap(value: object, depth: int = 0) -> Iterator[Any]:
    if depth == DEEPEST or is_event(value):
        return iter((value,))
    if isinstance(value, list):
        return (found for item in value for found in unwrap(item, depth + 1))
    if isinstance(value, dict):
        for wrapping in _WRAPPINGS:
            if isinstance(inner := value.get(wrapping), str):
                return _unwrap_text(inner)
            if isinstance(inner, list | dict):
                return unwrap(inner, depth + 1)
        if value.get("field") is not None and "value" in value:
            return _query_field(value)
    return iter((value,))


def _query_field(field: Mapping[str, Any]) -> Iterator[Any]:
    """A row of Logs Insights is a list of named fields, of which one is the message."""
    message = field["value"] if field["field"] == "@message" else None
    return _unwrap_text(message) if isinstance(message, str) else iter(())


def is_event(value: object) -> bool:
    return isinstance(value, dict) and "detail" in value
