"""Texts from outside that mention nobody and link to nowhere, in a mail and in a chat; pure."""

import re

_MARKS = str.maketrans({"&": "+", "<": "\u2039", ">": "\u203a", "@": "(at)"})
_SCHEME = re.compile(r":(?=//)|(mailto|javascript):", re.IGNORECASE)
_HOST = re.compile(r"(www)\.", re.IGNORECASE)
_LINK = re.compile(r"\](?=[(\[:])")


def inert(text: str) -> str:
    """The text without mentions and links: `https[:]//host/path` is read by people and by nothing else."""
    text = _SCHEME.sub(r"\1[:]", text.translate(_MARKS))
    return _LINK.sub("] ", _HOST.sub(r"\1[.]", text))
