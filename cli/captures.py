"""Saved events as people really have them: what is in a file, unwrapped down to the events.

    one event, an array of events, JSON Lines      EventBridge's own form, also from an archive replay
    {"Messages": [{"Body"}]}                        aws sqs receive-message
    {"Records": [{"body"}]}                         what Lambda gets from SQS
    {"events": [{"message"}]}                       aws logs filter-log-events, get-log-events
    {"results": [[{"field": "@message", "value"}]]} aws logs get-query-results (Logs Insights)
    [{"@message"}], CSV with @message               Logs Insights, exported from the console
    2026-11-20T09:14:02.000Z {...}                  lines of a log group exported to S3, also .gz

What is none of these is handed on as it is: saying what is wrong with it is for the parser of events.
"""

import csv
import gzip
import io
import itertools
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from reconciler.errors import InvalidInput
from reconciler.wire import parse_json

SUFFIXES = (".json", ".jsonl", ".ndjson", ".log", ".csv")
LINES = (".jsonl", ".ndjson", ".log")
STDIN = "-"

_WRAPPINGS = ("Messages", "Records", "events", "results", "@message", "Body", "body", "message")
_STAMP = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+Z\s+(?=\{)")


@dataclass(frozen=True, slots=True)
class Captured:
    """The text of one event, the file it is from, and its place there counted from 0."""

    file: str
    index: int
    body: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A place where an event should be and none can be read."""

    file: str
    index: int
    error: InvalidInput


def files(paths: Sequence[str]) -> Iterator[str | Unreadable]:
    """The files that the paths name, with folders opened in order of name."""
    for path in paths:
        if path == STDIN or Path(path).is_file():
            yield path
        elif Path(path).is_dir():
            yield from _folder(Path(path))
        else:
            yield Unreadable(path, 0, InvalidInput("path", "there is no such file or folder"))


def read(file: str) -> Iterator[Captured | Unreadable]:
    """The events of a file in their order; where they stand one on a line, without reading ahead."""
    try:
        with _open(file) as stream:
            for index, found in enumerate(_events(file, stream)):
                yield Captured(file, index, found if isinstance(found, str) else json.dumps(found))
    except InvalidInput as error:
        yield Unreadable(file, 0, error)
    except RecursionError:
        yield Unreadable(file, 0, InvalidInput("body", "is nested too deeply for an event"))
    except (OSError, EOFError, csv.Error) as error:
        yield Unreadable(file, 0, InvalidInput("path", f"cannot be read: {error}"))


def _folder(folder: Path) -> Iterator[str | Unreadable]:
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.name.removesuffix(".gz").endswith(SUFFIXES) and path.is_file()
    ]
    if not found:
        wanted = ", ".join(SUFFIXES)
        yield Unreadable(str(folder), 0, InvalidInput("path", f"the folder holds no events ({wanted})"))
    yield from map(str, found)


def _open(file: str) -> AbstractContextManager[IO[bytes]]:
    if file == STDIN:
        return nullcontext(sys.stdin.buffer)
    if file.endswith(".gz"):
        return cast("IO[bytes]", gzip.open(file, "rb"))
    return Path(file).open("rb")


def _events(file: str, stream: IO[bytes]) -> Iterator[Any]:
    """Texts of events, or the events themselves where the file had to be parsed to find them."""
    suffix = Path(file.removesuffix(".gz")).suffix
    if suffix == ".csv":
        rows = csv.DictReader(io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape"))
        return (found for row in rows for found in _unwrap(row))
    first = _next_line(stream)
    if not first:
        raise InvalidInput("body", "the file is empty")
    if suffix in LINES:
        return _lines(itertools.chain([first], stream))
    second = _next_line(stream) if _is_json(first) else b""
    if second:
        return _lines(itertools.chain([first, second], stream))
    return _unwrap(parse_json(first + stream.read()))


def _next_line(stream: IO[bytes]) -> bytes:
    return next((line for line in stream if line.strip()), b"")


def _is_json(line: bytes) -> bool:
    try:
        parse_json(line)
    except InvalidInput:
        return False
    return True


def _lines(lines: Iterable[bytes]) -> Iterator[Any]:
    for line in lines:
        text = line.decode("utf-8", "surrogateescape").strip()
        if text:
            yield from _opened(_STAMP.sub("", text))


def _opened(text: str) -> Iterator[Any]:
    """What a text holds; the text itself where it is an event, or no JSON at all."""
    try:
        value = parse_json(text)
    except InvalidInput:
        return iter((text,))
    return iter((text,)) if _is_event(value) else _unwrap(value)


def _unwrap(value: object) -> Iterator[Any]:
    if isinstance(value, list):
        return (found for item in value for found in _unwrap(item))
    if isinstance(value, dict) and not _is_event(value):
        for wrapping in _WRAPPINGS:
            if isinstance(inner := value.get(wrapping), str):
                return _opened(inner)
            if isinstance(inner, list | dict):
                return _unwrap(inner)
        if value.get("field") is not None and "value" in value:
            return _query_field(value)
    return iter((value,))


def _query_field(field: Mapping[str, Any]) -> Iterator[Any]:
    """A row of Logs Insights is a list of named fields, of which one is the message."""
    message = field["value"] if field["field"] == "@message" else None
    return _opened(message) if isinstance(message, str) else iter(())


def _is_event(value: object) -> bool:
    return isinstance(value, dict) and "detail" in value
