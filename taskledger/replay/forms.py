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

from .wrappings import holds_object, unwrap, unwrap_lines

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


def events_of(stream: IO[str]) -> Iterator[Any]:
    """Texts of events, or the events themselves where the text had to be parsed to find them."""
    first = _next_line(stream)
    if not first:
        raise InvalidInput("body", EMPTY)
    if _is_header(first):
        return (found for row in csv.DictReader(itertools.chain([first], stream)) for found in unwrap(row))
    if _SCENARIO.match(first):
        raise InvalidInput("body", "is a scenario: name a file that ends in .toml")
    if _is_json(first):
        second = _next_line(stream)
        return unwrap_lines(itertools.chain([first, second], stream)) if second else unwrap(parse_json(first))
    return _document(first + stream.read()) if first.lstrip()[0] in "{[" else _lines(first, stream)


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


def _is_json(text: str) -> bool:
    try:
        parse_json(text)
    except InvalidInput:
        return False
    return True


def _document(text: str) -> Iterator[Any]:
    """The events of one JSON document, of several, or of JSON Lines of which the first is broken."""
    try:
        return unwrap(parse_json(text))
    except InvalidInput:
        if _is_spread(text):
            return _documents(text)
        lines = text.split("\n")
        if not any(map(holds_object, lines)):
            raise
        return unwrap_lines(lines)


def _is_spread(text: str) -> bool:
    """Whether a whole value at its beginning takes more than a line: what follows are others of that form."""
    try:
        _, end = _DECODER.raw_decode(text, _next_value(text, 0))
    except (ValueError, RecursionError):
        return False
    return "\n" in text[:end].strip()


def _documents(text: str) -> Iterator[Any]:
    """The events of values that stand one after the other; the rest of the text from a broken one on."""
    place = _next_value(text, 0)
    while place < len(text):
        try:
            value, place = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            yield text[place:]
            return
        yield from unwrap(value)
        place = _next_value(text, place)


def _next_value(text: str, place: int) -> int:
    """Where the next thing begins that is no white space."""
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _lines(first: str, stream: Iterable[str]) -> Iterator[Any]:
    """The events of lines; raises what is wrong with the text where none of them is an object."""
    before: list[str] = []
    lines = itertools.chain([first], stream)
    for line in lines:
        before.append(line)
        if holds_object(line):
            return unwrap_lines(itertools.chain(before, lines))
    return unwrap(parse_json("".join(before)))
