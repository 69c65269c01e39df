"""How logs are shown: in a terminal, as Markdown and as JSON."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from reconciler.model.logs import LogLine, Place
from taskledger.live.logs.read import ContainerLog
from taskledger.live.logs.report import document, markdown, print_logs
from tests.support.values import TASK, at, state

PLACE = Place(container="app", region="eu-central-1", group="/ecs/checkout", stream="web/app/4fb1d2c3")
LOG = ContainerLog(
    task=state(),
    container="app",
    place=PLACE,
    lines=[LogLine(at(61), "Listening on :8080"), LogLine(at(62.5), "[red]no markup[/red]")],
)
NONE = ContainerLog(task=state(), container="proxy", place=None, unknown="its log driver is splunk")


def of_lines(*texts: str) -> ContainerLog:
    return replace(LOG, lines=[LogLine(at(0), text) for text in texts])


def printed(*logs: ContainerLog, width: int = 80) -> list[str]:
    screen = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    print_logs(screen, logs)
    assert isinstance(screen.file, io.StringIO)
    return [line.rstrip() for line in screen.file.getvalue().split("\n")]


def test_a_log_for_a_person() -> None:
    """Each line with its time, below whose log it is and where it is kept."""
    assert printed(LOG, NONE) == [
        "",
        "log of app in 4fb1d2c3, last 2 lines (group /ecs/checkout)",
        "  09:01:01  Listening on :8080",
        "  09:01:02  [red]no markup[/red]",
        "",
        "log of proxy in 4fb1d2c3",
        "        its log driver is splunk",
        "",
    ]


def test_one_line() -> None:
    """It is not called lines."""
    assert "last line (" in printed(of_lines("only"))[1]


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("gap", [" ", "_"])
def test_a_narrow_terminal(width: int, gap: str) -> None:
    """Long lines are folded beside their time, and nothing of them is lost."""
    text = gap.join(f"word{number}" for number in range(30))
    lines = printed(of_lines(f"    at {text}"), width=width)[2:]
    assert lines[0].startswith("  09:00:00      at")
    assert "".join(lines).replace(" ", "") == f"09:00:00at{text}".replace(" ", "")
    assert all(len(line) <= width for line in lines)


def test_a_text_that_a_terminal_would_obey() -> None:
    """In names, as lines are clean: an escape is shown in its place."""
    assert "\\x1b[2J" in printed(replace(LOG, container="\x1b[2J"))[1]


def test_a_log_as_markdown() -> None:
    """Lines stand in a block of code."""
    assert markdown([LOG, NONE]).split("\n") == [
        "log of app in 4fb1d2c3, last 2 lines (group /ecs/checkout)",
        "",
        "```text",
        "09:01:01  Listening on :8080",
        "09:01:02  [red]no markup[/red]",
        "```",
        "",
        "log of proxy in 4fb1d2c3: its log driver is splunk",
        "",
    ]


def test_a_fence_in_a_log() -> None:
    """The block's own is longer than any in it."""
    lines = markdown([of_lines("```", "a ````` b")]).split("\n")
    assert (lines[2], lines[-2]) == ("``````text", "``````")


def test_names_in_markdown_are_inert() -> None:
    """A name from outside mentions nobody and links to nowhere."""
    text = markdown([replace(NONE, unknown="its log driver is @all [x](https://x) <b>")])
    assert not any(mark in text for mark in ("@", "](", "://", "<"))


def test_a_log_for_a_program() -> None:
    """ECS's and CloudWatch Logs' own names; null where nothing is known."""
    assert document(LOG) == {
        "container": "app",
        "taskArn": TASK,
        "logGroup": "/ecs/checkout",
        "logStream": "web/app/4fb1d2c3",
        "lines": [
            {"at": "2026-11-20T09:01:01.000Z", "text": "Listening on :8080"},
            {"at": "2026-11-20T09:01:02.500Z", "text": "[red]no markup[/red]"},
        ],
        "unknown": None,
    }
    nowhere = {"logGroup": None, "logStream": None, "lines": [], "unknown": "its log driver is splunk"}
    assert document(NONE) == {"container": "proxy", "taskArn": TASK} | nowhere
