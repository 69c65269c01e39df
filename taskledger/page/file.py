"""Writes the page to a file: all of it or nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..output.streams import Unwritable
from ..output.terminal import shown
from .html import html

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar

    from .content import Chapter

    Command = TypeVar("Command", bound=Callable[..., Any])


class NothingToShow(click.ClickException):
    """No page is written: exit code 2."""

    exit_code = 2


class PageFile(click.ParamType[Path]):
    """A file to write, in a folder that there is; the file itself need not be there."""

    name = "file"

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> Path:  # noqa: ARG002 - click's signature
        path = Path(value)
        if path.exists() and not path.is_file():
            raise Unwritable(
                f"{value} is {'a folder' if path.is_dir() else 'no file'}: name a file to write."
            )
        if not path.parent.is_dir():
            raise Unwritable(f"There is no folder {path.parent}: make it, or name another file than {value}.")
        return path


def html_option(*, required: bool) -> Callable[[Command], Command]:
    """The option --html of a command that can write a page."""
    return click.option(
        "--html",
        "page",
        type=PageFile(),
        metavar="FILE",
        required=required,
        help="Write a page to look at: incidents, services and tasks on a time axis, in one HTML file.",
    )


def write_page(path: Path, chapters: Sequence[Chapter]) -> int:
    """Puts the page in the place of what is there, at once, and returns its size in bytes.

    Raises `NothingToShow` where there is nothing on it, and `Unwritable` where it cannot be written.
    """
    shown = [one for one in chapters if one.has_anything]
    if not shown:
        raise NothingToShow(f"{path} is not written: there is no task, deployment or incident to show.")
    content = html(shown).encode()
    try:
        _replace(path.resolve(), content)
    except OSError as error:
        raise Unwritable(f"{path} cannot be written: {error.strerror}.") from error
    return len(content)


def written(path: Path) -> str:
    """`build/replay.html: a page to open in a browser`."""
    return f"{shown(str(path))}: a page to open in a browser"


def _replace(path: Path, content: bytes) -> None:
    """The file beside it first, so that no reader finds half a page; a link stays a link."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
