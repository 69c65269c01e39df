"""What a person sees: commands run in a terminal of a given width, without its colours, and pages of that."""

from __future__ import annotations

import io
import re
import shlex
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

from taskledger.main import main
from tests.support.running import Ran

if TYPE_CHECKING:
    import pytest

# Of 80 columns, unless the block says otherwise: ```console 100 columns
SHOWN = re.compile(
    r"^```console(?: (?P<width>\d+) columns)?\n\$ taskledger (?P<command>[^\n]+)\n(?P<output>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
WIDTH = 80


class _Screen(io.TextIOWrapper):
    """Takes itself for a terminal."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), "utf-8", write_through=True)

    def isatty(self) -> bool:
        return True

    @property
    def text(self) -> str:
        self.seek(0)
        return "\n".join(line.rstrip() for line in self.read().split("\n"))


def pane(monkeypatch: pytest.MonkeyPatch, width: int, *arguments: object) -> Ran:
    """A run of `taskledger` in a terminal so wide; only its standard output is one."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("LINES", "50")  # without which rich takes a dumb terminal to be 80 columns wide
    monkeypatch.setenv("TERM", "dumb")
    screen, errors = _Screen(), io.StringIO()
    with redirect_stdout(screen), redirect_stderr(errors):
        try:
            code = main([str(one) for one in arguments], standalone_mode=False)
        except SystemExit as ended:
            code = ended.code
    return Ran(int(code or 0), screen.text, errors.getvalue())


def with_panes(page: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page with what the commands that it shows print now."""

    def printed(shown: re.Match[str]) -> str:
        ran = pane(monkeypatch, int(shown["width"] or WIDTH), *shlex.split(shown["command"]))
        return shown[0].removesuffix(f"{shown['output']}```") + f"{ran.out.rstrip()}\n```"

    return SHOWN.sub(printed, page)
