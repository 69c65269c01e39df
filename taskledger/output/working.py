"""That a command is at work, and how far it has come, on standard error, for people only."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def working(what: str) -> Iterator[Callable[[int], None]]:
    """A function to call with the number of tasks done so far; shows it where a terminal looks at it."""
    screen = Console(stderr=True)
    if not screen.is_terminal:
        yield lambda _: None
        return
    with screen.status(what) as status:
        yield lambda tasks: status.update(f"{what}: {tasks:,} tasks")
