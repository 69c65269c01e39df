"""Lines whose parts stand in columns."""

import io

import pytest
from rich.console import Console

from taskledger.output.terminal import console, print_grid


@pytest.mark.parametrize("text", ["app", "\u0301", "\U0001f3fb"])
def test_no_column_is_lost(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Also that of a text which takes no room, such as a lone accent."""
    print_grid(console(), "containers", [(text, "exit 3", None)])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [[], ["containers"], [text, "exit", "3"]]


def test_no_word_is_cut() -> None:
    """One that is wider than its column, such as an image's digest, is folded."""
    screen = Console(file=io.StringIO(), width=40)
    print_grid(screen, "", [("app", "a" * 100)])
    assert isinstance(screen.file, io.StringIO)
    assert screen.file.getvalue().count("a") == 101
