"""Saved events as people really have them: what is in a file, unwrapped down to the events.

    one event, an array of events, JSON Lines      EventBridge's own form, also from an archive replay
    {"Messages": [{"Body"}]}                        aws sqs receive-message
    ["{...}", "{...}"]                              its bodies, with --query
    {"Records": [{"body"}]}                         what Lambda gets from SQS
    {"events": [{"message"}]}                       aws logs filter-log-events, get-log-events
    {"results": [[{"field": "@message", "value"}]]} aws logs get-query-results (Logs Insights)
    [{"@message"}], CSV with @message               Logs Insights, exported from the console
    2026-11-20T09:14:02.000Z {...}                  lines of a log group exported to S3
    any of these, gzipped or in UTF-16              as S3 has them, as PowerShell's `>` writes them

What is none of these is handed on as it is: saying what is wrong with it is for the parser of events. A
folder's captures are found by their suffix; what is in a file is known by its content (`forms`).
"""

import csv
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.errors import InvalidInput

from ..deployed.stack import Unusable
from .forms import STDIN, events_of, text_of
from .wrappings import Found

SUFFIXES = (".json", ".jsonl", ".ndjson", ".log", ".csv")


@dataclass(frozen=True, slots=True)
class Captured:
    """The text of one event, the file it is from, and its place there counted from 0.

    `value` is the text parsed, where that was done to find it; None where it was not, or it is no JSON.
    """

    file: str
    index: int
    body: str
    value: object = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A place where an event should be and none can be read."""

    file: str
    index: int
    error: InvalidInput


def files(paths: Sequence[str], suffixes: Sequence[str] = SUFFIXES) -> list[str]:
    """The files that the paths name; folders are opened in order of name, without what is hidden in them.

    Of a folder those files only that end in one of the suffixes, packed or not. Raises `Unusable` for a path
    that gives none.
    """
    try:
        return [file for path in paths for file in _named(path, suffixes)]
    except FileNotFoundError as error:
        raise Unusable(f"There is no {error.filename}: name files, folders, or - for stdin.") from error
    except OSError as error:
        raise Unusable(f"{error.filename} cannot be read: {error.strerror}.") from error


def read(file: str) -> Iterator[Captured | Unreadable]:
    """The events of a file in their order; where they stand one on a line, without reading ahead."""
    index = 0
    try:
        with text_of(file) as stream:
            for found in events_of(stream):
                yield _captured(file, index, found)
                index += 1
    except InvalidInput as error:
        yield Unreadable(file, index, error)
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        yield Unreadable(file, index, InvalidInput("path", f"cannot be read: {error}"))


def _named(path: str, suffixes: Sequence[str]) -> Sequence[str]:
    if path == STDIN:
        return (path,)
    named = Path(path)
    if named.is_dir():
        return _folder(named, suffixes)
    if named.is_file() or not named.exists():  # else a shell's <(command), a pipe that is read once
        named.open("rb").close()
    return (str(named),)


def _folder(folder: Path, suffixes: Sequence[str]) -> Sequence[str]:
    found = [str(path) for path in sorted(folder.rglob("*")) if _is_wanted(path, folder, suffixes)]
    if found:
        return found
    raise Unusable(f"{folder} holds no events: name a folder of files that end in {', '.join(suffixes)}.")


def _is_wanted(path: Path, folder: Path, suffixes: Sequence[str]) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return not hidden and path.name.removesuffix(".gz").endswith(tuple(suffixes)) and path.is_file()


def _captured(file: str, index: int, found: Found) -> Captured | Unreadable:
    try:
        body = json.dumps(found.value) if found.text is None else found.text
        return Captured(file, index, body, found.value)
    except RecursionError:
        return Unreadable(file, index, InvalidInput("body", "is nested too deeply for an event"))
