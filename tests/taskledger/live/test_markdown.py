"""The Markdown of `taskledger why`: texts from outside are shown in it, and obeyed nowhere."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from reconciler.notifications.inert import inert
from taskledger.live.form.markdown import markdown
from taskledger.live.form.matter import Matter
from taskledger.live.form.story import Story
from taskledger.output.terminal import shown

# What this command writes itself, before a text.
OURS = re.compile(r"### |\*\*high\*\* |- (?:Because: |\*\*Next:\*\* |The same: )?|  - ")
HEADINGS = {"**Also wrong**", "**Over**", "**ECS says**", "**Not known**"}
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
# Inline: code, emphasis, links, HTML, entities, tables, strikethrough, formulas; by itself: GitHub's links.
MARKUP = re.compile(r"[\\`*_\[\]<>#|~&$@]|://|www\.|mailto:", re.IGNORECASE)
# At the start of a block: a heading, a quotation, a list, a rule, a fence, an underline of a heading.
BLOCK = re.compile(r"[-+=]|\d{1,9}[.)]")
WORDS = r"""
    # ## - + = 1. 1) *** ___ ``` ~~~ ` [a](http://b) [a]: ![ <b> <!-- &lt; &#60; | @team www.a.b https://a.b
    mailto:a@b.c \ \\ $x$ a checkout:2
"""
BREAKS = ["\n", "\r", "\u2028", "\x0b", "\x85", "\t", "    ", " ", "\x1b[31m", "\u202e"]
PIECES = st.sampled_from([*WORDS.split(), *BREAKS])
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=8).map("".join)


@given(TEXTS)
def test_no_text_is_markup(text: str) -> None:
    """Wherever it stands: each line is ours, then the text, which reads as it is."""
    matter = Matter(
        severity="high",
        owner=f"a{text}",
        place="",
        title=text,
        sentences=[text],
        because=[text],
        tasks=[text],
        steps=[text],
        others=[text],
    )
    lines = [text]
    story = Story(
        verdict=text, well=False, matters=[matter], more=lines, over=lines, messages=lines, unknown=lines
    )
    found = [line for line in markdown(story, ()).split("\n") if line]
    assert len([line for line in found if line not in HEADINGS]) == 11
    for line in found:
        if line not in HEADINGS:
            _is_plain(line, text)


def _is_plain(line: str, text: str) -> None:
    ours = OURS.match(line)
    assert ours, line
    rest = line[ours.end() :]
    assert rest.isprintable()
    assert not MARKUP.search(ESCAPED.sub("x", rest)), line
    assert not BLOCK.match(rest), line
    assert inert(" ".join(shown(text).split())) in ESCAPED.sub(r"\1", rest)
