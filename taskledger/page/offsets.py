"""What makes the page small: times as whole numbers from one moment on, and each value once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, overload

from ..output.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import datetime

A_SECOND = 10  # units of a time on the page

Value = TypeVar("Value", bound="Hashable")


class Offsets:
    """Times in tenths of a second since a moment: what is earlier is negative."""

    def __init__(self, start: datetime) -> None:
        self._start = start

    @overload
    def of(self, moment: datetime) -> int: ...
    @overload
    def of(self, moment: datetime | None) -> int | None: ...

    def of(self, moment: datetime | None) -> int | None:
        """The last whole tenth that had passed by then."""
        return None if moment is None else int((moment - self._start).total_seconds() * A_SECOND // 1)


class Table:
    """Values, each by the place at which it was first met."""

    def __init__(self) -> None:
        self._places: dict[Hashable, int] = {}

    def place(self, value: Hashable) -> int:
        return self._places.setdefault(value, len(self._places))

    @property
    def values(self) -> list[Hashable]:
        return list(self._places)


def text(value: str | None) -> str | None:
    """A text from outside, with an escape for what a browser would obey or hide."""
    return None if value is None else shown(value)
