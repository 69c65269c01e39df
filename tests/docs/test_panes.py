"""Pages that show what the command prints show just that: `python -m tests.support.pages` writes it anew."""

import pytest

from task_ledger_cdk.build.layer import ROOT
from tests.support.pages import PAGES, page
from tests.support.panes import SHOWN, WIDTH


@pytest.fixture(params=PAGES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_output_is_real(name: str) -> None:
    """The page is as it has to be."""
    assert (ROOT / name).read_text("utf-8") == page(name)


def test_the_output_fits(name: str) -> None:
    """Nothing is cut, and nothing is wider than the terminal but one thing on its own line, to be copied.

    Markdown is for a file.
    """
    found = SHOWN.finditer((ROOT / name).read_text("utf-8"))
    panes = [one for one in found if "--markdown" not in one["command"]]
    assert panes
    for one in panes:
        wide = [line for line in one["output"].splitlines() if len(line) > int(one["width"] or WIDTH)]
        assert [line for line in wide if len(line.split()) > 2] == []
        assert "…" not in one["output"]


def test_three_widths() -> None:
    """Of which every list is shown at 80 columns."""
    text = "".join((ROOT / name).read_text("utf-8") for name in PAGES)
    shown = {(int(one["width"] or WIDTH), one["command"].split()[0]) for one in SHOWN.finditer(text)}
    verbs = ("tasks", "services", "incidents", "findings", "show", "cost", "why")
    assert {(80, verb) for verb in verbs} <= shown
    assert {width for width, _ in shown} == {80, 100, 160}
