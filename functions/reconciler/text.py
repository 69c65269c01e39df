"""Texts from outside, made fit to be shown: cleaned, redacted and cut."""

import re
from typing import Final

LONGEST_EXCERPT: Final = 160

_REQUEST = re.compile(r"[\s,]*status code: \d+, request id: [\w-]+")
_SIGNED_URL = re.compile(r"(https?://[^\s?']+)\?[^\s']+")


def clean(text: str | None, longest: int) -> str | None:
    """The text with spaces in place of control characters, cut; None stays None."""
    return None if text is None else _printable(text)[:longest]


def excerpt(text: str, longest: int = LONGEST_EXCERPT) -> str:
    """The text on one line without control characters and signatures, at most `longest` characters.

    AWS begins with the kind of fault and ends with what is wrong: a long text is cut in its middle.
    """
    line = " ".join(_printable(text).replace('"', "'").split())
    line = _REQUEST.sub("", _SIGNED_URL.sub(r"\1", line)).rstrip(". ")
    if len(line) <= longest:
        return line
    head = longest // 3
    return f"{line[:head].rstrip()} ... {line[head + 5 - longest :].lstrip()}"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
