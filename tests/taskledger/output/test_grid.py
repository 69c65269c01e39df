"""Lines whose parts stand in columns."""

import pytest

from taskledger.output.terminal import console, print_grid


@pytest.mark.parametrize("text", ["app", "\u0301", "\U0001f3fb"])
def test_no_column_is_lost(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Also that of a text which takes no room, such as a lone accent."""
    print_grid(console(), "containers", [(text, "exit 3", None)])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [[], ["containers"], [text, "exit", "3"]]
