"""Taking wrappings off: whatever a text or value holds, down to the events; each text is parsed once."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.errors import InvalidInput
from reconciler.parsing.event import parse_json

DEEPEST = 20  # lists and objects around an event: no wrapping has more than five
_WRAPPINGS = ("Messages", "Records", "events", "results", "@message", "Body", "body", "message")
_STAMP = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+Z\s+(?=\{)")


@dataclass(frozen=True, slots=True)
class Found:
    """What is taken for an event: its text, or its value where that was found within another one, or both.

    A value of None is that of a text that was not parsed, or is no JSON.
    """

    text: str | None
    value: object = None


@dataclass(frozen=True, slots=True)
class Line:
    """The text of a line, without the time that a log writes before it, and the JSON value that it is."""

    text: str
    value: object

    @property
    def holds_object(self) -> bool:
        """Whether it is an object that has anything in it."""
        return isinstance(self.value, dict) and bool(self.value)

    def unwrap(self) -> Iterator[Found]:
        """What it holds; itself where it is an event, or no JSON at all."""
        if self.value is None or is_event(self.value):
            return iter((Found(self.text, self.value),))
        return unwrap(self.value)


def json_value(text: str) -> object:
    """The value of a JSON text; None where it is none."""
    try:
        return parse_json(text)
    except InvalidInput:
        return None


def parse_lines(lines: Iterable[str]) -> Iterator[Line]:
    """Those that are not blank, each parsed once, as they come."""
    for line in lines:
        if text := _STAMP.sub("", line.strip()):
            yield Line(text, json_value(text))


def unwrap_lines(lines: Iterable[Line]) -> Iterator[Found]:
    return (found for line in lines for found in line.unwrap())


def unwrap(value: object, depth: int = 0) -> Iterator[Found]:
    if depth == DEEPEST or is_event(value):
        return _itself(value)
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
    return _itself(value)


def _itself(value: object) -> Iterator[Found]:
    return iter((Found(value) if isinstance(value, str) else Found(None, value),))


def _unwrap_text(text: str) -> Iterator[Found]:
    return Line(text, json_value(text)).unwrap()


def _query_field(field: Mapping[str, Any]) -> Iterator[Found]:
    """A row of Logs Insights is a list of named fields, of which one is the message."""
    message = field["value"] if field["field"] == "@message" else None
    return _unwrap_text(message) if isinstance(message, str) else iter(())


def is_event(value: object) -> bool:
    return isinstance(value, dict) and "detail" in value
