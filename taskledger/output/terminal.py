"""Text for people: colours and tables in a terminal, plain lines where the output is piped."""

import io
import json
import re
import sys
from collections.abc import Iterable, Sequence
from itertools import zip_longest

import click
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reconciler.errors import InvalidInput
from reconciler.findings.model import Finding

INDENT = 8
PIPED_WIDTH = 10_000  # nothing is wrapped or cut for a program that reads lines

STATUS_STYLE = {"RUNNING": "green", "STOPPED": "dim", "PENDING": "yellow", "PROVISIONING": "yellow"}
OUTCOME_STYLE = {
    "FAILED": "bold red",
    "ROLLED_BACK": "bold red",
    "IN_PROGRESS": "yellow",
    "COMPLETED": "green",
}
SEVERITY_STYLE = {"high": "bold red", "medium": "yellow", "low": "cyan"}

Cell = str | Text | None

_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")


def console() -> Console:
    """Standard output for people; what its encoding cannot hold is written as an escape."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    piped = not sys.stdout.isatty()
    return Console(
        width=PIPED_WIDTH if piped else None, highlight=False, soft_wrap=piped, markup=False, emoji=False
    )


def print_json(document: object) -> None:
    """The document on standard output, in ASCII: a reader of JSON gets each value to the letter."""
    click.echo(json.dumps(document, indent=2).replace("\x7f", "\\u007f"))


def indented(text: str, style: str = "") -> RenderableType:
    """A text under its heading: wrapped there in a terminal, on one line where it is piped."""
    if sys.stdout.isatty():
        return Padding(literal(text, style), (0, 0, 0, INDENT))
    return literal(" " * INDENT + text)


def print_unbroken(screen: Console, text: str) -> None:
    """A text to copy or to follow: on one line, however narrow the terminal is."""
    screen.print(literal(text, "dim"), soft_wrap=True)


def fault_heading(severity: str, kind: str, cause: str | None) -> Text:
    """The severity, in its colour where it is a known one, and the kind and cause."""
    title = " ".join(filter(None, (kind, cause)))
    style = SEVERITY_STYLE.get(severity, "")
    return Text.assemble(literal(f"{severity:<6}", style), "  ", literal(title, "bold"))


def print_findings(screen: Console, found: Sequence[Finding]) -> None:
    """What is wrong, why, and what to look at next; or that nothing is."""
    screen.print()
    if not found:
        screen.print(Text("nothing is wrong with it", "dim"))
    for finding in found:
        screen.print(fault_heading(finding.severity, finding.kind, finding.cause))
        screen.print(indented(finding.summary))
        screen.print(indented(finding.remedy, "dim"))


def print_grid(screen: Console, title: str, lines: Iterable[Sequence[Cell]]) -> None:
    """Lines under each other, their parts in columns, folded but never cut; nothing where there are none."""
    rows = [[part if isinstance(part, Text) else literal(part or "") for part in line] for line in lines]
    if not rows:
        return
    grid = Table.grid("", padding=(0, 2))
    for column in zip_longest(*rows):
        # Text that rich takes to be of no width, such as a lone accent, would be lost with its column.
        grid.add_column(min_width=1 if any(column) else None, overflow="fold")
    for row in rows:
        grid.add_row("", *row)
    if title:
        screen.print()
        screen.print(Text(title, "bold"))
    screen.print(grid)


def shown(text: str) -> str:
    """Text from outside with an escape for each character that a terminal would obey or hide.

    Those are control and format characters (also the marks that turn the direction of writing), surrogates,
    and what is for private use or unassigned.
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def literal(text: str, style: str = "") -> Text:
    """Text from outside for rich to print as it is: no markup, and nothing to obey."""
    return Text(shown(text), style)


def _escaped(char: str) -> str:
    return char if char.isprintable() else repr(char)[1:-1]


def note(text: str) -> None:
    """A line on standard error, beside what a program reads."""
    click.echo(shown(text), err=True)


def note_unreadable(errors: Iterable[InvalidInput]) -> None:
    """One line on standard error for each row that is left out, though two indexes may have it."""
    for error in dict.fromkeys(map(str, errors)):
        note(f"Left out, as it cannot be read: {error}")


def short_id(task_id: str) -> str:
    """The start of a task's id, which `taskledger show` finds it by."""
    return task_id[:8] if len(task_id) == 32 or _UUID.fullmatch(task_id) else task_id
