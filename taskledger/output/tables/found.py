"""What is wrong, as one cell of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from reconciler.notifications.fault_words import title

from ..terminal import SEVERITY_STYLE, literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.findings.model import Finding


def causes(found: Sequence[Finding], *, piped: bool) -> Text:
    """In words; for a program the names of the causes, or of the kind where it has none."""
    if not found:
        return Text("-")
    named = [one.cause or one.kind if piped else title(one.kind, one.cause) for one in found]
    highest = max((one.severity for one in found), key=lambda severity: severity.rank)
    return literal((", " if piped else "; ").join(dict.fromkeys(named)), SEVERITY_STYLE.get(highest, ""))
