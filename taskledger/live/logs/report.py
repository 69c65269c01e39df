"""The last lines of containers: for a person in a terminal, as Markdown, and as JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...output.markdown import escaped
from ...output.payload import time
from ...output.terminal import indented, literal, print_grid, short_id, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

    from .read import ContainerLog

_BACKTICKS = re.compile("`+")


def print_logs(screen: Console, logs: Iterable[ContainerLog]) -> None:
    """Each log under its heading, every line with its time (UTC); or why there are no lines."""
    for log in logs:
        screen.print()
        screen.print(literal(_heading(log), "bold"))
        if log.unknown:
            screen.print(indented(log.unknown, "dim"))
        print_grid(screen, "", [(f"{line.at:%H:%M:%S}", line.text) for line in log.lines])


def markdown(logs: Iterable[ContainerLog]) -> str:
    """The same as paragraphs and code blocks, out of which no line of a log can break."""
    return "\n".join(part for log in logs for part in _markdown(log))


def document(log: ContainerLog) -> dict[str, Any]:
    """The log for a program; `unknown` says why there are no lines, and is null otherwise."""
    return {
        "container": log.container,
        "taskArn": log.task.task_arn,
        "logGroup": log.place.group if log.place else None,
        "logStream": log.place.stream if log.place else None,
        "lines": [{"at": time(line.at), "text": line.text} for line in log.lines],
        "unknown": log.unknown,
    }


def _heading(log: ContainerLog) -> str:
    """`log of app in 0ac45bc9, last 20 lines (group /ecs/app)`."""
    named = f"log of {log.container} in {short_id(log.task.task_id)}"
    if not log.lines or not log.place:
        return named
    count = "last line" if len(log.lines) == 1 else f"last {len(log.lines)} lines"
    return f"{named}, {count} (group {log.place.group})"


def _markdown(log: ContainerLog) -> Iterator[str]:
    text = f"{_heading(log)}: {log.unknown}" if log.unknown else _heading(log)
    yield escaped(text)
    yield ""
    if log.lines:
        lines = [f"{line.at:%H:%M:%S}  {shown(line.text)}" for line in log.lines]
        longest = max((len(run) for line in lines for run in _BACKTICKS.findall(line)), default=0)
        fence = "`" * max(3, longest + 1)
        yield from (f"{fence}text", *lines, fence, "")
