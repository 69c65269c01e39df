"""The page asks for nothing from outside, runs its own script alone, and text cannot change that."""

import base64
import hashlib
import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from task_ledger_cdk.build.layer import ROOT
from taskledger.output.terminal import shown
from taskledger.page.html import html
from tests.support.drawn import DATA, chapter, data, hostile, judged

PAGE = html([chapter(judged(20, 1))])
(POLICY,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', PAGE)
BLOCKS = {"style": r"<style>(.*?)</style>", "script": r'<script type="module">(.*?)</script>'}


def test_its_policy_names_its_own_style_and_script() -> None:
    """By their hashes, and lets through nothing else."""
    rules = {name: source for name, _, source in (each.partition(" ") for each in POLICY.split("; "))}
    hashes = {}
    for name, pattern in BLOCKS.items():
        (text,) = re.findall(pattern, PAGE, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        hashes[f"{name}-src"] = f"'sha256-{digest}'"
    assert rules == {**dict.fromkeys(("default-src", "base-uri", "form-action"), "'none'"), **hashes}


def test_all_parts_are_on_it() -> None:
    """Each file of the script and of the style is, once."""
    parts = [path for path in (ROOT / "taskledger" / "page" / "parts").iterdir() if path.suffix != ".html"]
    assert len(parts) > 10
    assert {path.name: PAGE.count(path.read_text("utf-8")) for path in parts} == dict.fromkeys(
        (path.name for path in parts), 1
    )


def test_it_names_no_address() -> None:
    """But that which names SVG, and is never asked for."""
    assert set(re.findall(r"\w+://[^\"'\s]+", DATA.sub("", PAGE))) == {"http://www.w3.org/2000/svg"}


def test_its_script_makes_no_markup_of_text() -> None:
    """Text becomes text: nothing parses it, and nothing runs it."""
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function", PAGE)


@settings(max_examples=60)
@given(text=st.text(min_size=1, max_size=20))
@example("</script><script>alert(1)</script>")
@example("<!--<script>")
@example("\u2028\u202e\x00\ud800&quot;${x}$data")
def test_text_stays_in_the_data(text: str) -> None:
    """Nothing in it can end the block, and what a reader would obey or not see is an escape in it."""
    page = html([hostile(text)])
    (block,) = DATA.findall(page)
    assert block.isascii()
    assert not set("<>&") & set(block)
    (found,) = data(page)["chapters"]
    assert found["title"] == shown(text)
    assert found["standings"][0][4] == shown(text)
    assert page.replace(block, "") == PAGE.replace(DATA.findall(PAGE)[0], "")
