"""Text for people: colours and tables in a terminal, plain lines where the output is piped."""

import io
import re
import sys
from collections.abc import Iterable

import click
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from reconciler.errors import InvalidInput

INDENT = 8
PIPED_WIDTH = 10_000  # nothing is wrapped or cut for a program that reads lines

STATUS_STYLE = {"RUNNING": "green", "STOPPED": "dim", "PENDING": "yellow", "PROVISIONING": "yellow"}
SEVERITY_STYLE = {"high": "bold red", "medium": "yellow", "low": "cyan"}

_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")


def console() -> Console:
    """Standard output for people; what its encoding cannot hold is written as an escape."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    piped = not sys.stdout.isatty()
    return Console(width=PIPED_WIDTH if piped else None, highlight=False, soft_wrap=piped)


def indented(text: str, style: str = "") -> RenderableType:
    """A text under its heading: wrapped there in a terminal, on one line where it is piped."""
    if sys.stdout.isatty():
        return Padding(Text(text, style), (0, 0, 0, INDENT))
    return Text(" " * INDENT + text)


def fault_heading(severity: str, kind: str, cause: str | None) -> Text:
    """The severity, in its colour where it is a known one, and the kind and cause."""
    title = " ".join(filter(None, (kind, cause)))
    return Text.assemble((f"{severity:<6}", SEVERITY_STYLE.get(severity, "")), "  ", (title, "bold"))


def shown(text: str) -> str:
    """Text from outside without control characters, which a terminal would execute."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def note_unreadable(errors: Iterable[InvalidInput]) -> None:
    """One line on standard error for each row that is left out, though two indexes may have it."""
    for error in dict.fromkeys(map(str, errors)):
        click.echo(shown(f"Left out, as it cannot be read: {error}"), err=True)


def short_id(task_id: str) -> str:
    """The start of a task's id, which `taskledger show` finds it by."""
    return task_id[:8] if len(task_id) == 32 or _UUID.fullmatch(task_id) else task_id
