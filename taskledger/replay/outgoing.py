"""Saved events that are to be sent to a deployed stack, checked as its observe function will check them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.model.protection import ProtectionCall
from reconciler.parsing.event import CALL_DETAIL_TYPE, Skipped
from reconciler.parsing.home import expect_home

from ..deployed.queue import expect_sendable
from . import captures
from .reading import parsed, read_event

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.parsing.home import Home

    from .captures import Captured, Unreadable


def saved_events(paths: Sequence[str]) -> Iterator[Captured | Unreadable]:
    """The events that the paths name, in order, without reading ahead; raises `Unusable` before the first."""
    files = captures.files(paths)
    return (found for file in files for found in captures.read(file))


class RepeatedEvents:
    """The same, as often as they are asked for: files are read again, what is no file is held."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._files = captures.files(paths)
        self._held: dict[str, list[Captured | Unreadable]] = {}

    def __iter__(self) -> Iterator[Captured | Unreadable]:
        for file in self._files:
            yield from captures.read(file) if Path(file).is_file() else self._read_once(file)

    def _read_once(self, file: str) -> Sequence[Captured | Unreadable]:
        """Of standard input, or of a pipe that a shell made for <(command)."""
        if file not in self._held:
            self._held[file] = [_unparsed(found) for found in captures.read(file)]
        return self._held[file]


def _unparsed(found: Captured | Unreadable) -> Captured | Unreadable:
    """The same without its value, which takes several times the memory of its text."""
    return found if isinstance(found, captures.Unreadable) else replace(found, value=None)


def readable(found: Captured | Unreadable) -> Captured:
    """The event as it is; raises why it cannot be read."""
    if isinstance(found, captures.Unreadable):
        raise found.error
    return found


def checked(found: Captured | Unreadable, home: Home | None) -> Captured | Skipped:
    """The event of a task or a service, which the stack will record; any other event is skipped.

    Raises `InvalidInput` by the field that the stack would refuse.
    """
    captured = readable(found)
    reported = read_event(parsed(captured))
    if isinstance(reported, ProtectionCall):
        return Skipped(CALL_DETAIL_TYPE)
    if isinstance(reported, Skipped):
        return reported
    expect_sendable(captured)
    expect_home(reported, home)
    return captured
