"""Times of events, in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...output.times import stamp

if TYPE_CHECKING:
    from datetime import datetime


def moment(of: datetime, *, piped: bool) -> str:
    """The minute, as a capture seldom is of more than one year; for a program all of it."""
    return stamp(of) if piped else f"{of:%d %b %H:%M}"
