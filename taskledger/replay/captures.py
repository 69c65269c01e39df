"""Saved events as people really have them: what is in a file, unwrapped down to the events.

    one event, an array of events, JSON Lines      EventBridge's own form, also from an archive replay
    {"Messages": [{"Body"}]}                        aws sqs receive-message
    ["{...}", "{...}"]                              its bodies, with --query
    {"Records": [{"body"}]}                         what Lambda gets from SQS
    {"events": [{"message"}]}                       aws logs filter-log-events, get-log-events
    {"results": [[{"field": "@message", "value"}]]} aws logs get-query-results (Logs Insights)
    [{"@message"}], CSV with @message               Logs Insights, exported from the console
    2026-11-20T09:14:02.000Z {...}                  lines of a log group exported to S3, also .gz

What is none of these is handed on as it is: saying what is wrong with it is for the parser of events. Files
are UTF-8, or UTF-16 with its mark at the beginning, as PowerShell's `>` writes it.
"""

import codecs
import csv
import gzip
import io
import itertools
import json
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from reconciler.errors import InvalidInput
from reconciler.parsing.event import parse_json

from .wrappings import is_event, json_value, unwrap, unwrap_lines

SUFFIXES = (".json", ".jsonl", ".ndjson", ".log", ".csv")
LINES = (".jsonl", ".ndjson", ".log")
STDIN = "-"


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


def files(paths: Sequence[str], suffixes: Sequence[str] = SUFFIXES) -> Iterator[str | Unreadable]:
    """The files that the paths name; folders are opened in order of name, without what is hidden in them.

    Of a folder those files only that end in one of the suffixes, packed or not.
    """
    for path in paths:
        try:
            yield from (path,) if path == STDIN else _named(Path(path), suffixes)
        except OSError as error:
            yield _unreadable(path, 0, error)


def read(file: str) -> Iterator[Captured | Unreadable]:
    """The events of a file in their order; where they stand one on a line, without reading ahead."""
    index = 0
    try:
        with _text(file) as stream:
            for found in _events(file, stream):
                yield _captured(file, index, found)
                index += 1
    except InvalidInput as error:
        yield Unreadable(file, index, error)
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        yield _unreadable(file, index, error)


def _named(path: Path, suffixes: Sequence[str]) -> Iterable[str | Unreadable]:
    if path.is_dir():
        return _folder(path, suffixes)
    if path.exists():  # not only files: a shell's <(command) is a pipe
        return (str(path),)
    return (Unreadable(str(path), 0, InvalidInput("path", "there is no such file or folder")),)


def _folder(folder: Path, suffixes: Sequence[str]) -> Iterable[str | Unreadable]:
    found = [str(path) for path in sorted(folder.rglob("*")) if _is_wanted(path, folder, suffixes)]
    if found:
        return found
    wanted = ", ".join(suffixes)
    return (Unreadable(str(folder), 0, InvalidInput("path", f"the folder holds no events ({wanted})")),)


def _is_wanted(path: Path, folder: Path, suffixes: Sequence[str]) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return not hidden and path.name.removesuffix(".gz").endswith(tuple(suffixes)) and path.is_file()


def _unreadable(file: str, index: int, error: Exception) -> Unreadable:
    return Unreadable(file, index, InvalidInput("path", f"cannot be read: {error}"))


def _captured(file: str, index: int, found: object) -> Captured | Unreadable:
    try:
        return Captured(file, index, found if isinstance(found, str) else json.dumps(found))
    except RecursionError:
        return Unreadable(file, index, InvalidInput("body", "is nested too deeply for an event"))


@contextmanager
def _text(file: str) -> Iterator[io.TextIOWrapper]:
    """The file as text; what is none of its encoding becomes a replacement character."""
    with _open(file) as stream:
        buffered = io.BufferedReader(cast("io.RawIOBase", stream))
        marked = buffered.peek(2)[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
        text = io.TextIOWrapper(buffered, "utf-16" if marked else "utf-8-sig", errors="replace", newline="\n")
        try:
            yield text
        finally:
            text.detach().detach()  # else standard input would be closed along with it


def _open(file: str) -> AbstractContextManager[IO[bytes]]:
    if file == STDIN:
        return nullcontext(sys.stdin.buffer)
    if file.endswith(".gz"):
        return cast("IO[bytes]", gzip.open(file, "rb"))
    return Path(file).open("rb")


def _events(file: str, stream: IO[str]) -> Iterator[Any]:
    """Texts of events, or the events themselves where the file had to be parsed to find them."""
    suffix = Path(file.removesuffix(".gz")).suffix
    first = _next_line(stream)
    if not first:
        raise InvalidInput("body", "the file is empty")
    if suffix == ".csv":
        return (found for row in csv.DictReader(itertools.chain([first], stream)) for found in unwrap(row))
    if suffix in LINES:
        return unwrap_lines(itertools.chain([first], stream))
    second = _next_line(stream) if json_value(first) else ""
    if second:
        return unwrap_lines(itertools.chain([first, second], stream))
    return _whole(first + stream.read())


def _next_line(stream: Iterable[str]) -> str:
    return next((line for line in stream if line.strip()), "")


def _whole(text: str) -> Iterator[Any]:
    """The events of one JSON document, or of JSON Lines of which the first is broken."""
    try:
        return unwrap(parse_json(text))
    except InvalidInput:
        lines = text.split("\n")
        if not any(is_event(json_value(line)) for line in lines):
            raise
        return unwrap_lines(lines)
