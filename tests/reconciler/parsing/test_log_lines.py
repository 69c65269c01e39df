"""What becomes of log events: lines for people, which hold no secret and nothing that a terminal obeys."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.parsing.log_lines import LONGEST, lines_of

BODY = "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC7VJTUt9Us8cKj"
KEY = ["-----BEGIN PRIVATE KEY-----", *[BODY] * 26, "q2Qx==", "-----END PRIVATE KEY-----"]


def events(*messages: object) -> list[dict[str, Any]]:
    return [
        {"timestamp": 1_795_165_200_000 + second, "message": each} for second, each in enumerate(messages)
    ]


def texts(*messages: object, most: int = 20) -> list[str]:
    return [line.text for line in lines_of(events(*messages), most)]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("plain", ["plain"]),
        ("\x1b[1;31mERROR\x1b[0m it failed", ["ERROR it failed"]),
        ("\x1b]0;a title\x07then \x1b]8;;https://x\x1b\\a link\x1b]8;;\x1b\\", ["then a link"]),
        ("\x1b]never closed", ["never closed"]),
        ("\x1b(B\x1b7saved\x1b8\x1b=", ["saved"]),
        ("Traceback:\n\tat Main\r\n\n  at Line", ["Traceback:", "    at Main", "  at Line"]),
        ("bell\x07 null\x00 bidi\u202e line\u2028end", ["bell  null  bidi  line end"]),
        ("\ud800 half a character", ["  half a character"]),
        ("password=hunter2 and AKIAIOSFODNN7EXAMPLE", ["password=REDACTED and REDACTED"]),
        ("\x1b[32mpass\x1b[0mword=hunter2", ["password=REDACTED"]),
        ("", []),
        (" \t\r", []),
        ("x" * LONGEST, ["x" * LONGEST]),
        ("x" * (LONGEST + 1), ["x" * (LONGEST - 3) + "..."]),
    ],
)
def test_what_is_shown_of_an_event(message: str, expected: list[str]) -> None:
    """Its lines without escapes, control characters and secrets; each cut, none empty."""
    assert texts(message) == expected


def test_the_last_lines_are_shown() -> None:
    """Counted by lines that are not empty, however many an event has."""
    assert texts("1\n2\n", "", "3\n4", most=3) == ["2", "3", "4"]


@pytest.mark.parametrize("at_once", [False, True])
def test_a_private_key_over_several_lines(at_once: bool) -> None:  # noqa: FBT001 - a parameter
    """Of all its lines, in one event or many, one word is left."""
    messages = ["\n".join(KEY)] if at_once else KEY
    assert texts("loading", *messages, "done", most=100) == ["loading", "REDACTED", "done"]


def test_a_private_key_of_which_the_end_would_be_shown() -> None:
    """It is known by its beginning, above the lines that are shown."""
    assert texts(*KEY, "1", "2", most=3) == ["REDACTED", "1", "2"]


def test_a_private_key_that_breaks_off() -> None:
    """What can only be of it is left out, and what was written after it is shown."""
    assert texts(*KEY[:5], "Killed", most=100) == ["REDACTED", "Killed"]
    assert texts(*KEY[:5]) == ["REDACTED"]
    assert texts(*(f"\x1b[2m{line}\x1b[0m" for line in KEY[:5]), "Killed") == ["REDACTED", "Killed"]


@pytest.mark.parametrize("rest", [2, 3, 20])
def test_a_private_key_of_which_the_beginning_was_not_read(rest: int) -> None:
    """It is long, or CloudWatch Logs gave fewer lines than it was asked for."""
    assert texts(*KEY[-rest - 1 :], "done", most=100) == ["done"]
    assert texts(BODY, KEY[-1], "done") == ["done"]


def test_an_error_that_speaks_of_a_private_key() -> None:
    """The lines around it are shown."""
    assert texts("expected -----BEGIN PRIVATE KEY-----", "exiting with 1")[1:] == ["exiting with 1"]
    for lines in (["loading", "found no", KEY[-1]], [KEY[-1], "exiting with 1"]):
        assert texts(*lines) == lines


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"message": "x"},
        {"timestamp": 1},
        {"timestamp": "1", "message": "x"},
        {"timestamp": 10**400, "message": "x"},
        {"timestamp": 2**63 - 1, "message": "x"},
        {"timestamp": 1, "message": ["x"]},
    ],
)
def test_an_event_that_cannot_be_read(event: dict[str, Any]) -> None:
    """It is left out, and the others are shown."""
    assert [line.text for line in lines_of([event, *events("other")], 20)] == ["other"]


@given(st.lists(st.text(st.characters() | st.sampled_from("\x1b[]m;\n\t-=:"))), st.integers(1, 30))
def test_any_text_can_be_shown(messages: list[str], most: int) -> None:
    """Every line is printable and no longer than it may be, and there are no more than asked for."""
    found = texts(*messages, most=most)
    assert len(found) <= most
    assert all(text.isprintable() and text.strip() and len(text) <= LONGEST for text in found)
