"""The page in light and dark, wide and on a phone, on paper, and of ten thousand tasks, in a browser."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.drawn import data

if TYPE_CHECKING:
    from tests.support.browser import Tab

CONTRAST = (Path(__file__).parents[2] / "support" / "contrast.js").read_text("utf-8")
WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth > innerWidth"
SHOW_ROLLBACK = """
{ const chapters = document.getElementById("chapter");
  const wanted = [...chapters.options].findIndex((one) => one.text.includes("circuit breaker rolls back"));
  chapters.value = wanted;
  chapters.dispatchEvent(new Event("change")); }
"""
FIRST_TASK = "document.querySelector('#lanes .entry')"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 360])
def test_it_is_readable(tab: Tab, samples: Path, width: int, *, dark: bool) -> None:
    """No text is too pale in any scheme (WCAG AA: 4.5), and nothing is wider than the window."""
    tab.look(width=width, dark=dark)
    tab.open(samples)
    for opened in ("1", "document.querySelector('#incidents .entry').click()", SHOW_ROLLBACK):
        tab.run(opened)
        tab.wait(FIRST_TASK)
        read = tab.run(CONTRAST)
        assert read["found"] == []
        assert read["looked"] > 60
        assert not tab.run(WIDER_THAN_THE_WINDOW)
    tab.run(f"{FIRST_TASK}.click()")
    assert tab.run(CONTRAST)["found"] == []


def test_nothing_moves_for_whoever_wants_that(tab: Tab, samples: Path) -> None:
    """With reduced motion nothing has a transition or an animation."""
    tab.look(width=1280)
    tab.open(samples)
    moving = (
        "getComputedStyle(one).transitionDuration !== '0s' || getComputedStyle(one).animationName !== 'none'"
    )
    assert tab.run(f"[...document.querySelectorAll('*')].filter((one) => {moving}).length") == 0


def test_what_a_lane_shows(tab: Tab, samples: Path) -> None:
    """A bar a task with its parts and how it ended, a line a deployment with its revision's name."""
    tab.look(width=1280)
    tab.open(samples)
    tab.run(SHOW_ROLLBACK)
    tab.wait(FIRST_TASK)
    flags = "[...document.querySelectorAll('.flag')].map((one) => one.getAttribute('aria-label'))"
    assert tab.run(flags) == [
        "Deployment checkout:1, COMPLETED",
        "Deployment checkout:2, ROLLED_BACK",
        "Deployment checkout:1, COMPLETED",
    ]
    assert tab.run("document.querySelectorAll('.line.bad').length") == 1
    tracks = "[...document.querySelectorAll('#lanes .track')]"
    number = "one.querySelectorAll('.part').length, one.querySelectorAll('.cap.failed').length"
    assert tab.run(f"{tracks}.map((one) => [{number}])") == [[3, 0], [2, 1], [2, 1], [2, 1], [2, 0]]
    left = (
        "[...document.querySelectorAll('#lanes .track')].map((one) => one.querySelector('.part').offsetLeft)"
    )
    assert tab.run(left) == sorted(tab.run(left))


def test_on_paper(tab: Tab, samples: Path) -> None:
    """What is wrong stands there in full, and what only a screen needs does not."""
    tab.look(width=1280, media="print")
    tab.open(samples)
    shown = "(name) => document.querySelector(name).getClientRects().length > 0"
    for name, is_shown in ((".facts", True), (".tables td", True), ("#lanes .name", True), (".tools", False)):
        assert tab.run(f"({shown})({name!r})") is is_shown, name
    rows = tab.run("document.querySelectorAll('.tables tbody tr').length")
    (saved, *_) = data(samples.read_text("utf-8"))["chapters"]
    assert rows >= len(saved["incidents"])
    assert tab.pdf().startswith(b"%PDF-")


def test_ten_thousand_tasks(tab: Tab, large: Path) -> None:
    """The page is there at once, holds what is in sight alone, and unfolds, finds and zooms as quickly."""
    tab.look(width=1280)
    began = time.monotonic()
    tab.open(large)
    tab.wait("document.querySelectorAll('.strip').length > 3")
    tab.run("document.querySelector('.toggle').click()")
    tab.wait("document.querySelectorAll('#lanes .entry').length > 10")
    assert tab.run("document.querySelectorAll('*').length") < 3000
    (found,) = data(large.read_text("utf-8"))["chapters"]
    lives = found["lanes"][0]["lives"]
    tab.run("document.querySelector('#lanes .rows').scrollTop = 1e9")
    tab.wait(f"document.querySelector('#lanes .rows [data-place=\"{len(lives) - 1}\"]')")
    last = tab.run("document.querySelector('#lanes .rows').lastChild.lastChild.textContent")
    assert last.startswith(lives[-1][0][:8])
    for _ in range(6):
        tab.press("+")
    assert int(tab.run("document.querySelector('.numbers').textContent.match(/^\\d+/)[0]")) < len(lives) / 10
    search = f"{{ const one = document.getElementById('search'); one.value = '{lives[700][0]}';"
    tab.run(f"{search} one.dispatchEvent(new Event('input')) }}")
    tab.wait("document.getElementById('lanes-count').textContent === '1 lane, 1 task'")
    assert time.monotonic() - began < 15
