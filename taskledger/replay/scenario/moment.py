"""What a scenario is reported by: the moments of its story, and the expectations that failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the story: when, who did or saw it, and what; `wrong` for what was not to be."""

    at: datetime
    by: str
    text: str
    wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An expectation that does not hold: of which step, and what was there in its place."""

    index: int
    at: datetime
    task: str
    field: str
    expected: object
    found: object
