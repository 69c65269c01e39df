"""How far a long reading has come, on standard error, for people only."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

STEP = 256 * 1024  # bytes between two looks of the bar


@contextmanager
def reading(paths: Sequence[str]) -> Iterator[Callable[[int], None]]:
    """A function to call with each number of bytes read; it shows a bar where a terminal looks at it."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("replaying", total=_size(paths))
        waiting = 0

        def advance(size: int) -> None:
            nonlocal waiting
            waiting += size
            if waiting >= STEP:
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
