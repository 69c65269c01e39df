"""Progress of a long command, on standard error, shown only where that is a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from .terminal import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

T = TypeVar("T")

COUNT_STEP = 100  # items between two updates of a counter
BYTE_STEP = 256 * 1024  # bytes between two updates of a bar


@contextmanager
def working(what: str) -> Iterator[Callable[[int], None]]:
    """Shows what is being done; the function it yields adds a number, such as the tasks done so far."""
    screen = Console(stderr=True)
    if not screen.is_terminal:
        yield lambda _: None
        return
    with screen.status(literal(what)) as status:
        yield lambda number: status.update(literal(f"{what}: {number:,}"))


def counted(items: Iterable[T], what: str) -> Iterator[T]:
    """The items as they come, with a counter for as long as they do."""
    with working(what) as update:
        for number, item in enumerate(items, start=1):
            if number % COUNT_STEP == 0:
                update(number)
            yield item


@contextmanager
def reading(paths: Sequence[str]) -> Iterator[Callable[[int], None]]:
    """Shows a bar; the function it yields is called with each number of bytes read."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    # What is printed beside the bar stays on standard output, which need not be the same terminal.
    shown = Progress(
        *columns, console=console, transient=True, redirect_stdout=False, disable=not sys.stderr.isatty()
    )
    with shown as progress:
        bar = progress.add_task("replaying", total=_size(paths))
        waiting = 0

        def advance(size: int) -> None:
            nonlocal waiting
            waiting += size
            if waiting >= BYTE_STEP:
                progress.advance(bar, waiting)
                waiting = 0

        yield advance


def _size(paths: Sequence[str]) -> int | None:
    """The bytes to read; None where that cannot be known, as on standard input."""
    found = [Path(path) for path in paths]
    inside = (file for path in found for file in (path.rglob("*") if path.is_dir() else [path]))
    try:
        return sum(file.stat().st_size for file in inside if not file.is_dir()) or None
    except OSError:
        return None
