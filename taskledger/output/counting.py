"""How far a command has come with something that has no known end, on standard error, for people only."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")

STEP = 100  # between two looks of the counter


def counted(things: Iterable[T], what: str) -> Iterator[T]:
    """The things as they come, with a counter while they do where a terminal looks at it."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from things
        return
    with console.status(what) as status:
        for number, thing in enumerate(things, start=1):
            if number % STEP == 0:
                status.update(f"{what}: {number:,}")
            yield thing
