"""The form of a capture, known by its content alone: not by its name, nor by the way it came in.

    starts with gzip's two bytes      unpacked first
    starts with a mark of UTF-16      read as that, all else as UTF-8
    a header with a message column    CSV
    a whole JSON value on its line    JSON Lines, unless it is the only one
    { or [                            a JSON document, several one after the other, as jq prints them, or
                                      JSON Lines of which the first is broken
    anything else                     lines, also those of a log, with a time before each event

Where no line of a text is an object, what is wrong is said of the text as a whole.
"""

import codecs
import csv
import gzip
import io
import itertools
import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from reconciler.errors import InvalidInput
from reconciler.parsing.event import parse_json

from .wrappings import Found, Line, parse_lines, unwrap, unwrap_lines

STDIN = "-"
EMPTY = "the file is empty"

_GZIP = b"\x1f\x8b"
_MESSAGE = ("@message", "message")
_LONGEST_HEADER = 10_000
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"\s*")
_SCENARIO = re.compile(r"(title|story|steps)\s*=")


class _StandardInput(io.RawIOBase):
    """Standard input as far as it has come, which stays open when this is closed."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any that can be written to
        came = cast("io.BufferedReader", sys.stdin.buffer).read1(len(buffer))
        buffer[: len(came)] = came
        return len(came)


@contextmanager
def text_of(file: str) -> Iterator[IO[str]]:
    """The file as text; what is none of its encoding becomes a replacement character."""
    with _open(file) as packed, _unpacked(packed) as stream:
        marked = stream.peek(2)[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
        yield io.TextIOWrapper(stream, "utf-16" if marked else "utf-8-sig", errors="replace", newline="\n")


def events_of(stream: IO[str]) -> Iterator[Found]:
    """The events, or what stands in their place; no text is read or parsed before it is needed."""
    first = _next_line(stream)
    if not first:
        raise InvalidInput("body", EMPTY)
    if _is_header(first):
        return (found for row in csv.DictReader(itertools.chain([first], stream)) for found in unwrap(row))
    if _SCENARIO.match(first):
        raise InvalidInput("body", "is a scenario: name a file that ends in .toml")
    (line,) = parse_lines([first])
    if line.value is not None:
        return itertools.chain(line.unwrap(), unwrap_lines(parse_lines(stream)))
    if first.lstrip()[0] in "{[":
        return _document(first + stream.read())
    return _lines(itertools.chain([first], stream))


def _open(file: str) -> io.BufferedReader:
    return io.BufferedReader(_StandardInput()) if file == STDIN else Path(file).open("rb")


def _unpacked(stream: io.BufferedReader) -> io.BufferedReader:
    if stream.peek(2)[:2] != _GZIP:
        return stream
    return io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=stream)))


def _next_line(stream: Iterable[str]) -> str:
    return next((line for line in stream if line.strip()), "")


def _is_header(line: str) -> bool:
    if len(line) > _LONGEST_HEADER or line.lstrip()[0] in "{[":
        return False
    return any(name.strip() in _MESSAGE for name in next(csv.reader([line])))


def _document(text: str) -> Iterator[Found]:
    """The events of one JSON document, of several, or of JSON Lines of which the first is broken."""
    place = _next_value(text, 0)
    try:
        value, end = _DECODER.raw_decode(text, place)
    except (ValueError, RecursionError):
        return _lines(io.StringIO(text))
    if _next_value(text, end) == len(text):
        return unwrap(value)
    # A whole value that takes more than a line is followed by others of that form.
    if "\n" in text[place:end]:
        return itertools.chain(unwrap(value), _documents(text, end))
    return _lines(io.StringIO(text))


def _documents(text: str, place: int) -> Iterator[Found]:
    """The events of values that stand one after the other; the rest of the text from a broken one on."""
    place = _next_value(text, place)
    while place < len(text):
        try:
            value, place = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            yield Found(text[place:])
            return
        yield from unwrap(value)
        place = _next_value(text, place)


def _next_value(text: str, place: int) -> int:
    """Where the next thing begins that is no white space."""
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _lines(lines: Iterator[str]) -> Iterator[Found]:
    """The events of lines; raises what is wrong with the text where none of them is an object."""
    raw: list[str] = []
    before: list[Line] = []
    for each in lines:
        raw.append(each)
        before += parse_lines([each])
        if before and before[-1].holds_object:
            return unwrap_lines(itertools.chain(before, parse_lines(lines)))
    return unwrap(parse_json("".join(raw)))
