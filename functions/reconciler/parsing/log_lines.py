"""Log events as lines for people: without secrets, and without what a terminal obeys; pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, takewhile
from typing import Final

from ..errors import InvalidInput
from ..model.logs import LogLine
from ..text import safe
from .fields import Fields, required, timestamp, whole

LONGEST: Final = 500  # characters of a line
KEY_LINES: Final = 60  # more than a private key has
_MOST_READ: Final = 20 * LONGEST  # characters of a line: escapes count, and are not shown

_CUT = "..."
_TAB = 4
# Colours and moves of the cursor, titles of windows, and the short escapes.
_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]")
_KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY")
_KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY")
_KEY_BODY = re.compile(r"(?:^|\s)[A-Za-z0-9+/=]{40,100}\s{0,9}$")


def lines_of(events: Iterable[Fields], most: int) -> Sequence[LogLine]:
    """The last lines of the events, in their order; empty ones are left out.

    A private key is looked for in more lines than are shown, as those may begin within it.
    """
    looked_at = most + KEY_LINES
    lines = [line for event in events for line in _split(event, looked_at)][-looked_at:]
    of_keys = _within_keys([line.text for line in lines])
    shown = [LogLine(one.at, _shown(one.text)) for place, one in enumerate(lines) if place not in of_keys]
    return [line for line in shown if line.text][-most:]


def newest(lines: Sequence[LogLine], most_bytes: int) -> Sequence[LogLine]:
    """As many of the last of these lines as have so many bytes in all."""
    sizes = accumulate(len(line.text.encode()) for line in reversed(lines))
    fitting = sum(size <= most_bytes for size in sizes)
    return lines[len(lines) - fitting :]


def _split(event: Fields, most: int) -> Iterator[LogLine]:
    """The last lines of one event, as a stack trace may be one; none of an event that cannot be read."""
    message = event.get("message")
    try:
        milliseconds = required(whole(event, "timestamp", ""), "timestamp")
        at = timestamp({"timestamp": milliseconds / 1000}, "timestamp", "")
    except InvalidInput:
        return
    if at and isinstance(message, str):
        lines = (_ESCAPE.sub("", line[:_MOST_READ]) for line in message.rsplit("\n", most)[-most:])
        yield from (LogLine(at, line) for line in lines)


def _within_keys(lines: Sequence[str]) -> set[int]:
    """The places of the lines that belong to a private key which began in another line, or before all."""
    found = set(_rest_of_key(lines))
    for place, line in enumerate(lines):
        if _KEY_BEGINS.search(line):
            rest = lines[place + 1 : place + 1 + KEY_LINES]
            found.update(range(place + 1, place + 1 + _more_lines(line, rest)))
    return found


def _rest_of_key(lines: Sequence[str]) -> range:
    """The places from the first line to the end of a key of which the beginning is not among them."""
    end = next((place for place, line in enumerate(lines) if _KEY_ENDS.search(line)), 0)
    if end == 0 or any(map(_KEY_BEGINS.search, lines[:end])):
        return range(0)
    *before, last = lines[:end]  # the last line of a key may be short
    body = sum(1 for _ in takewhile(_KEY_BODY.search, reversed(before)))
    return range(end - 1 - body, end + 1) if body or _KEY_BODY.search(last) else range(0)


def _more_lines(first: str, rest: Sequence[str]) -> int:
    """How many lines a key goes on for; of one without an end, only those that look like one."""
    if _KEY_ENDS.search(first):
        return 0
    ends = (count for count, line in enumerate(rest, 1) if _KEY_ENDS.search(line))
    others = (count for count, line in enumerate(rest) if not _KEY_BODY.search(line))
    return next(ends, next(others, len(rest)))


def _shown(line: str) -> str:
    text = safe(line.expandtabs(_TAB), LONGEST + 1).rstrip()
    return text if len(text) <= LONGEST else text[: LONGEST - len(_CUT)] + _CUT
