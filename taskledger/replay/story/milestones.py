"""How far a long replay has come, on standard output: the lines with which it begins while it still reads."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ...output.terminal import console, literal
from .counts import several

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..run import SoFar

FIRST = 1_000  # events; the next line comes when there are twice as many


def milestones() -> Callable[[SoFar], None]:
    """Prints a line at each milestone, unless a bar shows the same in the same terminal."""
    screen = console()
    due = FIRST

    def report(so_far: SoFar) -> None:
        nonlocal due
        if so_far.read < due or (sys.stdout.isatty() and sys.stderr.isatty()):
            return
        due = 2 * so_far.read
        found = f"{several(so_far.tasks, 'task')}, {several(so_far.messages, 'message')}"
        screen.print(literal(f"{several(so_far.read, 'event')} read, to {so_far.at:%Y-%m-%d %H:%M}: {found}"))

    return report
