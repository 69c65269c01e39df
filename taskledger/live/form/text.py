"""The story of an explanation in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from ...output.terminal import SEVERITY_STYLE, indented, literal
from ..logs.report import print_logs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from ..logs.read import ContainerLog
    from .matter import Matter
    from .story import Story


def print_story(screen: Console, story: Story, logs: Sequence[ContainerLog]) -> None:
    screen.print(literal(story.verdict, "green" if story.well else "bold"))
    for matter in story.matters:
        screen.print()
        _matter(screen, matter)
    _listed(screen, "also wrong", story.more)
    print_logs(screen, logs)
    _listed(screen, "over", story.over)
    _listed(screen, "ECS says", story.messages)
    _listed(screen, "not known", story.unknown, "yellow")


def _matter(screen: Console, matter: Matter) -> None:
    severity = Text(f"{matter.severity:<6}", SEVERITY_STYLE.get(matter.severity, ""))
    title = literal(matter.heading, "bold")
    screen.print(Text.assemble(severity, "  ", title))
    if matter.others:
        screen.print(indented(f"The same: {matter.also}"))
    for line in (*matter.sentences, *(f"Because: {one}" for one in matter.because)):
        screen.print(indented(line))
    for line in matter.tasks:
        screen.print(indented(f"- {line}"))
    for step in matter.steps:
        screen.print(indented(f"Next: {step}", "dim"))


def _listed(screen: Console, title: str, lines: Sequence[str], style: str = "") -> None:
    if not lines:
        return
    screen.print()
    screen.print(literal(title, "bold"))
    for line in lines:
        screen.print(indented(line, style))
