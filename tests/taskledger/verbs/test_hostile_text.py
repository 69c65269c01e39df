"""What every verb prints of texts from outside: all of it, and nothing that a terminal or rich would obey."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from taskledger.deployed.stack import Unusable
from taskledger.output.terminal import shown
from tests.support.hostile import INCIDENT, SERVICE, world
from tests.support.panes import pane
from tests.support.running import taskledger

HOSTILE = [
    *("[bold]", "[/]", "[link=https://x]", ":smile:", "exec: [/app/start.sh]: not found"),
    *("\x1b[31m", "\x1b]0;t\x07", "\u202e", "\u200b", "\ud800", "\n", "\r", "\t", "\x7f", "\x9b"),
    *("\u2028", "\ue000"),
]
texts = st.lists(st.text(max_size=6) | st.sampled_from(HOSTILE), min_size=1, max_size=5).map("".join)
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def tame(text: str) -> bool:
    return all(char == "\n" or unicodedata.category(char) not in HIDDEN for char in text)


# A verb with its arguments, and how often the text is there at least.
VERBS: dict[str, tuple[tuple[str, ...], int]] = {
    "tasks": (("tasks",), 5),
    "services": (("services",), 4),
    "show": (("show", "abc"), 24),
    "show a service": (("show", SERVICE), 24),
    "show an incident": (("show", INCIDENT), 8),
    "findings": (("findings",), 5),
    "incidents": (("incidents",), 4),
    "latency": (("latency", "--since", "1970-01-01"), 5),
    "at": (("at", "1h"), 11),
    "diff": (("diff", "1h"), 28),
    "mute": (("mute", "--list"), 4),
    "audit": (("audit",), 6),
    "sweep": (("sweep",), 6),
    "replay": (("replay", "x"), 22),
    "replay in full": (("replay", "-v", "x"), 35),
    "send": (("send", "x"), 4),
}


@pytest.mark.parametrize("verb", VERBS)
@settings(max_examples=40)
@given(text=texts)
@example("exec: [/app/start.sh]: not found")
@example("/\u2e80")  # of which the second takes two columns
@example("[link=https://x]\x1b[31m\u202e\ud800\n[/]")
def test_texts_are_printed_whole_and_obeyed_by_nobody(verb: str, text: str) -> None:
    """In every field of every verb, on both outputs; the verb ends as it does with any other text."""
    arguments, often = VERBS[verb]
    with world(text):
        ran = taskledger(*arguments)
    assert ran.code in {0, 1, 2}
    assert tame(ran.out)
    assert tame(ran.err)
    assert (ran.out + ran.err).count(shown(text).strip()) >= often


@pytest.mark.parametrize("verb", VERBS)
@settings(max_examples=10)
@given(text=texts)
@example("[link=https://x]\x1b[31m\u202e\ud800\n[/]")
def test_a_terminal_obeys_no_text(verb: str, text: str) -> None:
    """Where lines are folded and columns left out, too."""
    arguments, _ = VERBS[verb]
    with world(text), pytest.MonkeyPatch.context() as patch:
        ran = pane(patch, 80, *arguments)
    assert ran.code in {0, 1, 2}
    assert tame(ran.out)
    assert "[link=https://x]" not in text or "link=" in ran.out


@pytest.mark.parametrize("verb", VERBS)
@settings(max_examples=20)
@given(text=texts)
@example("\x7f\x9b\u202e\ud800\n")
def test_json_holds_texts_to_the_letter(verb: str, text: str) -> None:
    """In ASCII without control characters: what a reader of JSON makes of it is the text."""
    arguments, _ = VERBS[verb]
    with world(text) as made:
        ran = taskledger(*arguments, "--json")
    assert ran.out.isascii()
    assert tame(ran.out)
    document = ran.document
    expected = {
        "tasks": lambda: document["tasks"][0]["stoppedReason"],
        "services": lambda: document["services"][0]["taskDefinitionArn"],
        "show": lambda: document["containers"][0]["reason"],
        "show a service": lambda: document["hooks"][0]["lifecycleStage"],
        "findings": lambda: document["findings"][0]["summary"],
        "latency": lambda: document["services"][0]["revisions"][0]["taskDefinitionArn"],
        "at": lambda: document["tasks"][0]["taskDefinitionArn"],
        "diff": lambda: document["ended"][0]["stoppedReason"],
        "mute": lambda: document["mutes"][0]["note"],
        "audit": lambda: document["differences"][0]["field"],
        "sweep": lambda: document["errors"][0],
        "replay": lambda: document["rejected"][0]["error"],
        "replay in full": lambda: document["rejected"][0]["error"],
        "send": lambda: document["rejected"][0]["error"],
    }
    if verb in {"incidents", "show an incident"}:  # whose texts are cleaned as in messages
        found = document["incidents"][0] if verb == "incidents" else document
        assert found["clusterArn"] == made.cluster_arn
    else:
        assert expected[verb]() == text


@given(text=texts)
@settings(max_examples=40)
def test_errors_are_printed_whole_and_obeyed_by_nobody(text: str) -> None:
    """What AWS says, or a name in an ARN, stands in the one line that ends a command."""

    def refuse(_: str) -> None:
        raise Unusable(f"no: {text}.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("taskledger.deployed.stack.find", refuse)
        ran = taskledger("tasks")
    assert (ran.code, ran.out) == (2, "")
    assert tame(ran.err)
    assert "".join(map(shown, text.split("\n"))) in ran.err.replace("\n", "")


@pytest.mark.parametrize("category", sorted(HIDDEN))
def test_every_character_that_hides_is_escaped(category: str) -> None:
    """Each of its category, in the form in which Python spells it."""
    for number in range(0x110000):
        char = chr(number)
        if unicodedata.category(char) == category:
            assert shown(char).isascii()
            assert shown(char) == char.encode("unicode_escape").decode()
            if number > 0x30000:
                break
