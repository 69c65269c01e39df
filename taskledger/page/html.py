"""The page itself: one HTML file that asks for nothing from outside, and runs its own script alone.

Its policy (CSP) names the one style and the one script by their hashes. What comes from outside is in a block
of JSON, and the script writes it as text.
"""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from .document import document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .content import Chapter

# In the order in which the browser reads them.
SCRIPTS = (
    "words",
    "data",
    "scale",
    "rows",
    "strip",
    "lanes",
    "incidents",
    "panel",
    "life",
    "tables",
    "main",
    "controls",
)
STYLES = ("colours", "frame", "rows", "lanes", "panel", "screens")
POLICY = "default-src 'none'; script-src {script}; style-src {style}; base-uri 'none'; form-action 'none'"
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&"}  # with which a block of HTML could end


def html(chapters: Sequence[Chapter]) -> str:
    style = "\n".join(_part(f"{name}.css") for name in STYLES)
    script = "\n".join(_part(f"{name}.js") for name in SCRIPTS)
    return Template(_part("page.html")).substitute(
        policy=POLICY.format(script=_hash(script), style=_hash(style)),
        style=style,
        script=script,
        data=json.dumps(document(chapters), separators=(",", ":")).translate(_ESCAPES),
    )


def _part(name: str) -> str:
    return (files(__package__) / "parts" / name).read_text("utf-8")


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
