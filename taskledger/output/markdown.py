"""Text from outside in Markdown: never markup, whatever Markdown, HTML or GitHub would obey in it."""

from __future__ import annotations

import re

from reconciler.notifications.inert import inert

from .terminal import shown

_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~&$]|^[-+=]|^\d+(?=[.)])")


def escaped(text: str) -> str:
    """The text on one line as Markdown that shows it as it is, links to nothing and mentions nobody."""
    line = inert(" ".join(shown(text).split()))
    return _SPECIAL.sub(lambda found: f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}", line)
