"""What a person does with the page, in a real browser: with the keyboard alone, and whatever texts say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taskledger.output.terminal import shown
from taskledger.page.html import html
from tests.support.drawn import data, hostile, standing_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.browser import Tab

PANEL = "document.getElementById('panel')"
FOCUSED = "document.activeElement"
HOSTILE = '</script><img src=x onerror="document.title=1">\u202e\x1b[31m\u200b&amp;${1}<b>'


def tab_to(tab: Tab, selector: str) -> None:
    """Presses the tab key until such an element has the focus."""
    for _ in range(60):
        tab.press("Tab")
        if tab.run(f"{FOCUSED}.matches({selector!r})"):
            return
    raise AssertionError(f"the tab key does not lead to {selector}")


def read(tab: Tab) -> str:
    """What the open panel says."""
    assert not tab.run(f"{PANEL}.hidden")
    return str(tab.run(f"{PANEL}.innerText"))


def test_the_keyboard_is_enough(tab: Tab, samples: Path) -> None:
    """It leads to an incident and to a task, opens what is known of each, closes that, and leads on."""
    tab.look(width=1280)
    tab.open(samples)
    (saved, *_) = data(samples.read_text("utf-8"))["chapters"]
    tab_to(tab, "#incidents .entry")
    tab.press("ArrowDown")
    row = tab.run(f"{FOCUSED}.textContent")
    tab.press("Enter")
    incident = saved["incidents"][1]
    for text in (incident["next"][0], incident["short"], incident["facts"][0][1], "OPENED"):
        assert text in read(tab)
    assert tab.run(f"{PANEL}.contains({FOCUSED})")
    tab.press("Escape")
    assert tab.run(f"{PANEL}.hidden")
    assert tab.run(f"{FOCUSED}.textContent") == row
    tab_to(tab, "#lanes .entry")
    tab.press("ArrowDown", "Enter")
    lane = saved["lanes"][0]
    task_id, _, standing, *_ = lane["lives"][1]
    facts = standing_of(saved, standing)
    for text in (task_id, facts[3], facts[4], facts[6][0][0], facts[7][0][2], "created", "v1"):
        assert text in read(tab)
    tab.press("Escape")
    assert tab.run(f"{PANEL}.hidden")
    assert tab.run(f"{FOCUSED}.textContent").startswith(task_id[:8])


def test_keys_zoom(tab: Tab, samples: Path) -> None:
    """In, out, earlier, later and all; in a field they are what they are."""
    tab.look(width=1280)
    tab.open(samples)
    whole = tab.run("document.getElementById('range').textContent")
    ranges = []
    for key in ("+", "ArrowLeft", "ArrowRight", "-", "+", "0"):
        tab.press(key)
        ranges.append(tab.run("document.getElementById('range').textContent"))
    zoomed, earlier, later, out, again, all_of_it = ranges
    assert zoomed == later == again != earlier
    assert out == all_of_it == whole != zoomed
    tab.run("document.getElementById('search').focus()")
    tab.press("+")
    assert tab.run("document.getElementById('search').value") == "+"
    assert tab.run("document.getElementById('range').textContent") == whole


def test_a_task_of_seconds_can_be_seen(tab: Tab, samples: Path) -> None:
    """From its panel the axis goes to its time, where its bar has a width to look at."""
    tab.look(width=1280)
    tab.open(samples)
    bar = "document.querySelector('#lanes .entry .part').offsetWidth"
    tab.wait("document.querySelector('#lanes .entry')")
    assert tab.run(bar) < 20
    tab.run("document.querySelector('#lanes .entry').click()")
    tab.run("document.querySelector('.around').click()")
    assert tab.run(bar) > 100


def test_quiet_times_are_folded(tab: Tab, samples: Path) -> None:
    """Marks say how long nothing happened; without folding there are none."""
    tab.look(width=1280)
    tab.open(samples)
    marks = "[...document.querySelectorAll('#axis .fold')].map((one) => one.title)"
    assert all(title.startswith("Nothing for ") for title in tab.run(marks))
    assert len(tab.run(marks)) > 5
    tab.run("document.getElementById('quiet').click()")
    assert tab.run(marks) == []


def test_only_what_is_wrong(tab: Tab, samples: Path) -> None:
    """Tasks with which nothing is wrong, and lanes without others, are left out."""
    tab.look(width=1280)
    tab.open(samples)
    (saved, *_) = data(samples.read_text("utf-8"))["chapters"]
    tab.run("document.getElementById('trouble').click()")
    bad = [life for lane in saved["lanes"] for life in lane["lives"] if saved["standings"][life[2]][7]]
    assert tab.run("document.getElementById('lanes-count').textContent").endswith(f", {len(bad)} tasks")


def test_text_is_text(tab: Tab, tmp_path: Path) -> None:
    """Whatever a task brings is shown as it is, in rows and panels: it makes no element, and runs nothing."""
    path = tmp_path / "page.html"
    path.write_text(html([hostile(HOSTILE)]), "utf-8")
    tab.look(width=1280)
    tab.open(path)
    for row in ("#incidents .entry", "#lanes .entry", ".flag"):
        tab.wait(f"document.querySelector({row!r})")
        tab.run(f"document.querySelector({row!r}).click()")
        assert shown(HOSTILE) in read(tab)
    assert shown(HOSTILE) in tab.run("document.body.textContent")
    assert tab.run("document.querySelectorAll('img, b[onerror], [onerror]').length") == 0
    assert tab.run("document.title") == "Task Ledger"
    assert (
        tab.run("[...document.body.innerText].filter((one) => /[\\u200b\\u202e\\u001b]/.test(one)).length")
        == 0
    )
